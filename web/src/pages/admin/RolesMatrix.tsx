import { Anchor, Badge, Button, Group, Paper, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { IconCheck, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { QueryView } from "@/shared/QueryView";
import { useHeldRoleName } from "@/shared/roles";
import { codeOf, rolesQuery, type Role } from "./customRoles";
import { RoleForm } from "./RoleForm";

/** What each role may do, as the server decides it; the hospital's own roles open in a form. */
export function RolesMatrix() {
  const { t } = useTranslation();
  const roles = useQuery(rolesQuery);
  const [open, setOpen] = useState<string | null>(null);
  return (
    <QueryView query={roles} rows={8}>
      {(all) => (
        <Stack>
          <Group justify="flex-end">
            <Button
              variant="default"
              leftSection={<IconPlus size={18} aria-hidden />}
              onClick={() => {
                setOpen("new");
              }}
            >
              {t("admin.roles.create")}
            </Button>
          </Group>
          <Matrix roles={all} onOpen={setOpen} />
          <RoleForm
            key={open}
            role={open === "new" ? "new" : (all.find((each) => each.custom?.code === open) ?? null)}
            roles={all}
            onClose={() => {
              setOpen(null);
            }}
          />
        </Stack>
      )}
    </QueryView>
  );
}

function Matrix({ roles, onOpen }: { roles: Role[]; onOpen: (code: string) => void }) {
  const { t } = useTranslation();
  const permissions = [
    ...new Set(roles.flatMap((each) => each.permissions.map(({ permission }) => permission))),
  ];
  return (
    <Paper withBorder>
      <Table.ScrollContainer
        minWidth={760}
        tabIndex={0}
        role="group"
        aria-label={t("admin.roles.label")}
      >
        <Table highlightOnHover aria-label={t("admin.roles.label")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t("admin.roles.right")}</Table.Th>
              {roles.map((role) => (
                <Table.Th key={codeOf(role)} scope="col">
                  <Heading role={role} onOpen={onOpen} />
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {permissions.map((permission) => (
              <Table.Tr key={permission}>
                <Table.Th scope="row" fw={400}>
                  <Text size="sm">{t(`admin.permission.${permission}`)}</Text>
                </Table.Th>
                {roles.map((role) => (
                  <Table.Td key={codeOf(role)}>
                    <Reach
                      scope={role.permissions.find((each) => each.permission === permission)?.scope}
                    />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

function Heading({ role, onOpen }: { role: Role; onOpen: (code: string) => void }) {
  const name = useHeldRoleName()({ role: role.role, custom_role: role.custom });
  if (!role.custom) return name;
  const { code } = role.custom;
  return (
    <Anchor
      component="button"
      type="button"
      ta="left"
      onClick={() => {
        onOpen(code);
      }}
    >
      {name}
    </Anchor>
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
