import { queryOptions } from "@tanstack/react-query";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";

export type Role = Schema["RoleOut"];
export type Permission = Schema["Permission"];
export type MenuKey = Role["menus"][number]["key"];

export const rolesQuery = queryOptions({
  queryKey: keys.roles,
  queryFn: ({ signal }) => unwrap(api.GET("/api/rbac/roles/", { signal })),
});

/** The code of the hospital's own role, else the built-in one: no code is the name of such a one. */
export const codeOf = ({ custom, role }: Role) => custom?.code ?? role;

export const builtIn = (roles: Role[], role: string) =>
  roles.find((each) => each.role === role && !each.custom);

/** Unchecked permissions of the base; one that is added reaches further, and so is not removed. */
export const removedFrom = (base: Role, kept: string[], added: string[]) =>
  base.permissions
    .map(({ permission }) => permission)
    .filter((permission) => !kept.includes(permission) && !added.includes(permission));

/** The entry at `place` one place up (-1) or down (1); as it was at either end. */
export function moved<Entry>(entries: Entry[], place: number, by: -1 | 1): Entry[] {
  const [entry, other] = [entries[place], entries[place + by]];
  if (entry === undefined || other === undefined) return entries;
  return entries.map((each) => (each === entry ? other : each === other ? entry : each));
}
