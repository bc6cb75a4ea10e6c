import { Alert, Button, Drawer, Group, PasswordInput, Select, Stack, Switch, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { asApiError } from "@/api/errors";
import { keys } from "@/api/keys";
import { useCan, useUser } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { ROLES, useHeldRoleName } from "@/shared/roles";
import { SessionList } from "@/shared/sessions/SessionList";
import { fieldText, showSuccess } from "@/shared/toasts";
import { rolesQuery } from "./customRoles";
import type { User } from "./UserList";

interface Values {
  username: string;
  password: string;
  role: string;
  full_name: string;
  email: string;
  is_active: boolean;
}

type Held = Pick<User, "role" | "custom_role">;

const heldBy = ({ role, custom_role }: Held) => custom_role?.code ?? role;

function save(user: User | "new", held: Held, { password, is_active, username, ...values }: Values) {
  const rest = { ...values, role: held.role, custom_role: held.custom_role?.code ?? null };
  if (user === "new") {
    return unwrap(api.POST("/api/acct/users/", { body: { username, password, ...rest } }));
  }
  const body = { ...rest, is_active, ...(password && { password }) };
  return unwrap(
    api.PATCH("/api/acct/users/{user_id}/", { params: { path: { user_id: user.id } }, body }),
  );
}

interface UserFormProps {
  user: User | "new" | null;
  onClose: () => void;
}

/** Create a user, or change what may be changed of one. */
export function UserForm({ user, onClose }: UserFormProps) {
  const { t } = useTranslation();
  const me = useUser();
  return (
    <Drawer
      opened={user !== null}
      onClose={onClose}
      position="right"
      title={user === "new" ? t("admin.users.create") : user?.username}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      {user && <Fields user={user} onClose={onClose} />}
      {user !== null && user !== "new" && (
        <Stack mt="xl">
          <Title order={3} size="h5">
            {t("sessions.title")}
          </Title>
          <SessionList user={user.id === me.id ? null : user.id} />
        </Stack>
      )}
    </Drawer>
  );
}

const DOCTOR: Held = { role: "doctor", custom_role: null };

/** The built-in roles, and those of the hospital's own for who may see them. */
function useRoleChoices(user: User | "new"): Held[] {
  const roles = useQuery({ ...rolesQuery, enabled: useCan()("manage_roles") });
  const own = (roles.data ?? []).filter(({ custom }) => custom);
  const choices: Held[] = [
    ...ROLES.map((role) => ({ role, custom_role: null })),
    ...own.map(({ role, custom }) => ({ role, custom_role: custom })),
  ];
  const known = user === "new" || choices.some((each) => heldBy(each) === heldBy(user));
  return known ? choices : [...choices, user];
}

function Fields({ user, onClose }: { user: User | "new"; onClose: () => void }) {
  const { t } = useTranslation();
  const heldRoleName = useHeldRoleName();
  const me = useUser();
  const client = useQueryClient();
  const choices = useRoleChoices(user);
  const isNew = user === "new";
  const isMe = !isNew && user.id === me.id;
  const required = (value: string) => (value.trim() ? null : t("auth.required"));
  const form = useForm<Values>({
    initialValues: {
      username: isNew ? "" : user.username,
      password: "",
      role: isNew ? "doctor" : heldBy(user),
      full_name: isNew ? "" : (user.full_name ?? ""),
      email: isNew ? "" : (user.email ?? ""),
      is_active: isNew || (user.is_active ?? true),
    },
    validate: { username: required, password: (value) => (isNew ? required(value) : null) },
  });
  const saving = useMutation({
    mutationFn: (values: Values) => {
      const held = choices.find((each) => heldBy(each) === values.role);
      return save(user, held ?? (isNew ? DOCTOR : user), values);
    },
    meta: { quiet: true },
    onSuccess: async () => {
      showSuccess(t("common.saved"));
      await client.invalidateQueries({ queryKey: keys.users.all });
      onClose();
    },
    onError: (thrown) => {
      const refused = asApiError(thrown);
      const { field } = refused;
      if (field && field in form.values) form.setFieldError(field, fieldText(refused));
    },
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => {
        saving.mutate(values);
      })}
    >
      <Stack>
        {isNew && (
          <TextInput
            label={t("admin.users.username")}
            withAsterisk
            autoComplete="off"
            autoCapitalize="none"
            {...form.getInputProps("username")}
          />
        )}
        <TextInput label={t("admin.users.fullName")} {...form.getInputProps("full_name")} />
        <TextInput label={t("admin.users.email")} type="email" {...form.getInputProps("email")} />
        <Select
          label={t("admin.users.role")}
          allowDeselect={false}
          disabled={isMe}
          data={choices.map((each) => ({ value: heldBy(each), label: heldRoleName(each) }))}
          {...form.getInputProps("role")}
        />
        <PasswordInput
          label={isNew ? t("auth.password") : t("admin.users.newPassword")}
          description={isNew ? undefined : t("admin.users.newPasswordHint")}
          withAsterisk={isNew}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ "aria-label": t("auth.showPassword") }}
          {...form.getInputProps("password")}
        />
        {!isNew && (
          <Switch
            label={t("admin.users.active")}
            disabled={isMe}
            {...form.getInputProps("is_active", { type: "checkbox" })}
          />
        )}
        {!isNew && <Alert variant="light">{t("admin.users.sessionsEnd")}</Alert>}
        {saving.isError && <ErrorNotice error={saving.error} />}
        <Group justify="flex-end">
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
