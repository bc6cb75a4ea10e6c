import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { isEmail, useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { asApiError } from "@/api/errors";
import { currentLanguage, isLanguage, LANGUAGES, setLanguage } from "@/i18n";
import { session } from "@/session";
import { useUser } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { useHeldRoleName } from "@/shared/roles";
import { Section } from "@/shared/Section";
import { fieldText, showSuccess } from "@/shared/toasts";

export function DetailsForm() {
  const { t } = useTranslation();
  const user = useUser();
  const roleName = useHeldRoleName();
  const badEmail = isEmail(t("profile.badEmail"));
  const form = useForm({
    initialValues: {
      full_name: user.full_name ?? "",
      email: user.email ?? "",
      language: isLanguage(user.language) ? user.language : currentLanguage(),
    },
    validate: { email: (value) => (value === "" ? null : badEmail(value)) },
  });
  const save = useMutation({
    mutationFn: (body: typeof form.values) => unwrap(api.PATCH("/api/acct/me/", { body })),
    meta: { quiet: true },
    onSuccess: async (changed) => {
      session.updateUser(changed);
      if (isLanguage(changed.language)) await setLanguage(changed.language, true);
      showSuccess(i18next.t("common.saved"));
    },
    onError: (error) => {
      const refused = asApiError(error);
      const { field } = refused;
      if (field && field in form.values) form.setFieldError(field, fieldText(refused));
    },
  });
  return (
    <Section title={t("profile.details")}>
      <form
        noValidate
        onSubmit={form.onSubmit((values) => {
          save.mutate(values);
        })}
      >
        <Stack>
          <Group grow>
            <TextInput label={t("profile.username")} value={user.username} readOnly />
            <TextInput label={t("profile.role")} value={roleName(user)} readOnly />
          </Group>
          <TextInput
            label={t("profile.name")}
            autoComplete="name"
            maxLength={150}
            {...form.getInputProps("full_name")}
          />
          <TextInput
            label={t("profile.email")}
            type="email"
            autoComplete="email"
            {...form.getInputProps("email")}
          />
          <Select
            label={t("profile.language")}
            data={LANGUAGES.map((value) => ({ value, label: t(`shell.languages.${value}`) }))}
            allowDeselect={false}
            {...form.getInputProps("language")}
          />
          {save.isError && <ErrorNotice error={save.error} />}
          <Group justify="flex-end">
            <Button type="submit" loading={save.isPending}>
              {t("common.save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
