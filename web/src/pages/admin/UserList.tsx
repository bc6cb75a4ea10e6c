import { Anchor, Badge, Group, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { ROLES, useHeldRoleName, useRoleName } from "@/shared/roles";
import { dateTime } from "@/shared/when";

export type User = Schema["UserOut"];
type Role = Schema["RoleEnum"];

interface Filters {
  q: string;
  role: string | null;
  active: string | null;
}

function useUsers({ q, role, active }: Filters, page: number) {
  return useQuery({
    queryKey: keys.users.list({ q, role, active, page }),
    queryFn: ({ signal }) => {
      const query = {
        page,
        page_size: PAGE_SIZE,
        ordering: "username",
        ...(q && { q }),
        ...(role && { role: role as Role }),
        ...(active && { is_active: active === "active" }),
      };
      return unwrap(api.GET("/api/acct/users/", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
  });
}

export function UserList({ onOpen }: { onOpen: (user: User) => void }) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const heldRoleName = useHeldRoleName();
  const [filters, setFilters] = useState<Filters>({ q: "", role: null, active: null });
  const [page, setPage] = useState(1);
  const [q] = useDebouncedValue(filters.q.trim(), 250);
  const users = useUsers({ ...filters, q }, page);
  const filter = (change: Partial<Filters>) => {
    setFilters((before) => ({ ...before, ...change }));
    setPage(1);
  };
  const columns: Column<User>[] = [
    {
      key: "name",
      header: t("admin.users.username"),
      lead: true,
      render: (user) => (
        <Anchor
          component="button"
          type="button"
          ta="left"
          onClick={() => {
            onOpen(user);
          }}
        >
          {user.username}
        </Anchor>
      ),
    },
    { key: "full", header: t("admin.users.fullName"), render: (user) => user.full_name },
    { key: "role", header: t("admin.users.role"), render: heldRoleName },
    { key: "email", header: t("admin.users.email"), render: (user) => user.email },
    {
      key: "active",
      header: t("admin.users.state"),
      render: ({ is_active }) => (
        <Badge color={is_active ? "teal" : "gray"} tt="none">
          {is_active ? t("admin.users.active") : t("admin.users.inactive")}
        </Badge>
      ),
    },
    {
      key: "created",
      header: t("admin.users.created"),
      render: (user) => <Text size="sm">{dateTime(user.created_at)}</Text>,
    },
  ];
  return (
    <Stack>
      <Group align="flex-end" gap="sm">
        <TextInput
          label={t("common.search")}
          placeholder={t("admin.users.searchHint")}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={filters.q}
          onChange={(event) => {
            filter({ q: event.currentTarget.value });
          }}
        />
        <Select
          label={t("admin.users.role")}
          placeholder={t("common.all")}
          clearable
          clearButtonProps={{ "aria-label": t("common.clear") }}
          data={ROLES.map((role) => ({ value: role, label: roleName(role) }))}
          value={filters.role}
          onChange={(role) => {
            filter({ role });
          }}
        />
        <Select
          label={t("admin.users.state")}
          placeholder={t("common.all")}
          clearable
          clearButtonProps={{ "aria-label": t("common.clear") }}
          data={[
            { value: "active", label: t("admin.users.active") },
            { value: "inactive", label: t("admin.users.inactive") },
          ]}
          value={filters.active}
          onChange={(active) => {
            filter({ active });
          }}
        />
      </Group>
      <DataTable
        label={t("admin.users.tab")}
        query={users}
        columns={columns}
        rowKey={({ id }) => id}
        empty={t("admin.users.empty")}
        page={page}
        onPage={setPage}
      />
    </Stack>
  );
}
