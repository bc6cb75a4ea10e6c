import { Alert, Button, Checkbox, Drawer, Group, Select, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { asApiError } from "@/api/errors";
import { keys } from "@/api/keys";
import { EndButton } from "@/shared/EndButton";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { ROLES, useRoleName } from "@/shared/roles";
import { showSuccess } from "@/shared/toasts";
import { builtIn, removedFrom, type MenuKey, type Permission, type Role } from "./customRoles";
import { MenuOrder } from "./MenuOrder";

interface Values {
  name_ko: string;
  name_en: string;
  base_role: Role["role"];
  kept: string[];
  added: string[];
  menu_order: MenuKey[];
}

const namesOf = (granted: Role["permissions"]) => granted.map(({ permission }) => permission);
const menusOf = (role: Role | undefined) => role?.menus.map(({ key }) => key) ?? [];

function initial(role: Role | "new", roles: Role[]): Values {
  const custom = role === "new" ? null : role.custom;
  const base_role = role === "new" ? "nurse" : role.role;
  const base = builtIn(roles, base_role);
  const gone: string[] = custom?.removed ?? [];
  return {
    name_ko: custom?.name_ko ?? "",
    name_en: custom?.name_en ?? "",
    base_role,
    kept: namesOf(base?.permissions ?? []).filter((permission) => !gone.includes(permission)),
    added: custom?.added ?? [],
    menu_order: menusOf(role === "new" ? base : role),
  };
}

function save(role: Role | "new", base: Role, { kept, base_role, ...values }: Values) {
  const body = {
    ...values,
    removed: removedFrom(base, kept, values.added),
    added: values.added as Permission[],
  };
  if (role === "new" || !role.custom) {
    return unwrap(api.POST("/api/rbac/roles/", { body: { ...body, base_role } }));
  }
  const { code, version } = role.custom;
  const params = { path: { code }, header: { "If-Match": `"${version}"` } };
  return unwrap(api.PATCH("/api/rbac/roles/{code}/", { params, body }));
}

interface RoleFormProps {
  role: Role | "new" | null;
  roles: Role[];
  onClose: () => void;
}

/** Make, change or retire a role of the hospital's own. */
export function RoleForm({ role, roles, onClose }: RoleFormProps) {
  const { t } = useTranslation();
  return (
    <Drawer
      opened={role !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={role === "new" ? t("admin.roles.create") : t("admin.roles.edit")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {role && <Fields role={role} roles={roles} onClose={onClose} />}
    </Drawer>
  );
}

function Fields({ role, roles, onClose }: RoleFormProps & { role: Role | "new" }) {
  const { t } = useTranslation();
  const roleName = useRoleName();
  const client = useQueryClient();
  const custom = role === "new" ? null : role.custom;
  const required = (value: string) => (value.trim() ? null : t("auth.required"));
  const form = useForm<Values>({
    initialValues: initial(role, roles),
    validate: { name_ko: required, name_en: required },
  });
  const base = builtIn(roles, form.values.base_role);
  const saving = useMutation({
    mutationFn: async (values: Values) => base && save(role, base, values),
    meta: { quiet: true },
    onSuccess: async () => {
      showSuccess(t("common.saved"));
      await client.invalidateQueries();
      onClose();
    },
    onError: (thrown) => {
      const { field, message } = asApiError(thrown);
      if (field && field in form.values) form.setFieldError(field, message);
    },
  });
  if (!base) return null;
  const rebase = (chosen: string | null) => {
    const next = roles.find((each) => each.role === chosen && !each.custom);
    if (!next) return;
    const kept = namesOf(next.permissions);
    form.setValues({ base_role: next.role, kept, added: [], menu_order: menusOf(next) });
  };
  const held = new Set([...form.values.kept, ...form.values.added]);
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => {
        saving.mutate(values);
      })}
    >
      <Stack>
        <TextInput
          label={t("admin.roles.nameKo")}
          withAsterisk
          maxLength={50}
          {...form.getInputProps("name_ko")}
        />
        <TextInput
          label={t("admin.roles.nameEn")}
          withAsterisk
          maxLength={50}
          {...form.getInputProps("name_en")}
        />
        <Select
          label={t("admin.roles.base")}
          allowDeselect={false}
          disabled={role !== "new"}
          data={ROLES.map((each) => ({ value: each, label: roleName(each) }))}
          value={form.values.base_role}
          onChange={rebase}
        />
        <Choices label={t("admin.roles.kept")} granted={base.permissions} {...form.getInputProps("kept")} />
        {base.ceiling.length > 0 && (
          <Choices label={t("admin.roles.added")} granted={base.ceiling} {...form.getInputProps("added")} />
        )}
        <MenuOrder
          entries={base.menus.filter(({ permission }) => !permission || held.has(permission))}
          order={form.values.menu_order}
          onChange={(order) => {
            form.setFieldValue("menu_order", order);
          }}
        />
        {custom && <Alert variant="light">{t("admin.roles.atOnce", { count: custom.holders })}</Alert>}
        {saving.isError && <ErrorNotice error={saving.error} />}
        <Group justify="flex-end">
          {custom && <Retire code={custom.code} onClose={onClose} />}
          <Button variant="default" onClick={onClose}>
            {t("common.cancel")}
          </Button>
          <Button type="submit" loading={saving.isPending}>
            {t("common.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Retire({ code, onClose }: { code: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <EndButton
      label={t("admin.roles.retire")}
      ended={t("admin.roles.retired")}
      stale={[keys.roles]}
      end={async () => {
        await unwrap(api.DELETE("/api/rbac/roles/{code}/", { params: { path: { code } } }));
        onClose();
      }}
    />
  );
}

interface ChoicesProps {
  label: string;
  granted: Role["permissions"];
  value?: string[];
  onChange?: (value: string[]) => void;
}

function Choices({ label, granted, ...input }: ChoicesProps) {
  const { t } = useTranslation();
  return (
    <Checkbox.Group label={label} {...input}>
      <Stack gap={6} mt={6}>
        {granted.map(({ permission, scope }) => (
          <Checkbox
            key={permission}
            value={permission}
            label={`${t(`admin.permission.${permission}`)} (${t(`admin.scope.${scope}`)})`}
          />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
