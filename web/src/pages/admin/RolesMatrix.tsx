import { Badge, Paper, Table, Text, VisuallyHidden } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { QueryView } from "@/shared/QueryView";
import { useRoleName } from "@/shared/roles";

/** What each role may do, as the server decides it. */
export function RolesMatrix() {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const roles = useQuery({
    queryKey: keys.roles,
    queryFn: ({ signal }) => unwrap(api.GET("/api/rbac/roles/", { signal })),
    staleTime: Infinity,
  });
  return (
    <QueryView query={roles} rows={8}>
      {(all) => {
        const permissions = [
          ...new Set(all.flatMap((each) => each.permissions.map(({ permission }) => permission))),
        ];
        const scopes = new Map(
          all.flatMap(({ role, permissions: granted }) =>
            granted.map(({ permission, scope }) => [`${role} ${permission}`, scope] as const),
          ),
        );
        return (
          <Paper withBorder>
            <Table.ScrollContainer
              minWidth={760}
              tabIndex={0}
              role="region"
              aria-label={t("admin.roles.label")}
            >
              <Table highlightOnHover aria-label={t("admin.roles.label")}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th scope="col">{t("admin.roles.right")}</Table.Th>
                    {all.map(({ role }) => (
                      <Table.Th key={role} scope="col">
                        {roleName(role)}
                      </Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {permissions.map((permission) => (
                    <Table.Tr key={permission}>
                      <Table.Th scope="row" fw={400}>
                        <Text size="sm">
                          {t(`admin.permission.${permission}`)}
                        </Text>
                      </Table.Th>
                      {all.map(({ role }) => (
                        <Table.Td key={role}>
                          <Reach scope={scopes.get(`${role} ${permission}`)} />
                        </Table.Td>
                      ))}
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          </Paper>
        );
      }}
    </QueryView>
  );
}

function Reach({ scope }: { scope: Schema["ScopeEnum"] | undefined }) {
  const { t } = useTranslation();
  if (!scope || scope === "none") return <VisuallyHidden>{t("common.no")}</VisuallyHidden>;
  if (scope !== "all") {
    return (
      <Badge color="gray" tt="none">
        {t(`admin.scope.${scope}`)}
      </Badge>
    );
  }
  return (
    <>
      <IconCheck size={18} color="var(--mantine-color-teal-6)" aria-hidden />
      <VisuallyHidden>{t("common.yes")}</VisuallyHidden>
    </>
  );
}
