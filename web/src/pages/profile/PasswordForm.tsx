import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap } from "@/api/client";
import { asApiError } from "@/api/errors";
import { session } from "@/session";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { Section } from "@/shared/Section";
import { fieldText } from "@/shared/toasts";

/** A new password ends every session, this one too: the login page says why. */
export function PasswordForm() {
  const { t } = useTranslation();
  const required = (value: string) => (value ? null : t("auth.required"));
  const form = useForm({
    initialValues: { current_password: "", new_password: "", again: "" },
    validate: {
      current_password: required,
      new_password: required,
      again: (value, { new_password }) => (value === new_password ? null : t("profile.differs")),
    },
  });
  const change = useMutation({
    mutationFn: ({ current_password, new_password }: typeof form.values) =>
      unwrap(api.PATCH("/api/acct/me/", { body: { current_password, new_password } })),
    meta: { quiet: true },
    onSuccess: () => {
      session.ended("password");
    },
    onError: (error) => {
      const refused = asApiError(error);
      const { field } = refused;
      if (field === "current_password") form.setFieldError(field, t("profile.wrong"));
      else if (field && field in form.values) form.setFieldError(field, fieldText(refused));
    },
  });
  const visibility = { visibilityToggleButtonProps: { "aria-label": t("auth.showPassword") } };
  return (
    <Section title={t("profile.password")}>
      <form
        noValidate
        onSubmit={form.onSubmit((values) => {
          change.mutate(values);
        })}
      >
        <Stack>
          <Text size="sm" c="dimmed">
            {t("profile.warning")}
          </Text>
          <PasswordInput
            label={t("profile.current")}
            autoComplete="current-password"
            {...visibility}
            {...form.getInputProps("current_password")}
          />
          <PasswordInput
            label={t("profile.next")}
            autoComplete="new-password"
            {...visibility}
            {...form.getInputProps("new_password")}
          />
          <PasswordInput
            label={t("profile.again")}
            autoComplete="new-password"
            {...visibility}
            {...form.getInputProps("again")}
          />
          {change.isError && !form.errors.current_password && !form.errors.new_password && (
            <ErrorNotice error={change.error} />
          )}
          <Group justify="flex-end">
            <Button type="submit" loading={change.isPending}>
              {t("profile.change")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
