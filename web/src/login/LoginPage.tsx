import {
  ActionIcon,
  Alert,
  Box,
  Button,
  Group,
  Paper,
  PasswordInput,
  Stack,
  Text,
  TextInput,
  Title,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";
import { useEffect, useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage, setLanguage } from "@/i18n";
import { session, type EndReason } from "@/session";
import { ErrorNotice } from "@/shared/ErrorNotice";
import classes from "./LoginPage.module.css";

/** `ended`: why there is no session any more. */
export function LoginPage({ ended }: { ended: EndReason | null }) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${t("auth.title")} · ${t("common.product")}`;
  }, [t]);
  return (
    <Box component="main" className={classes.page}>
      <Tools />
      <Paper withBorder p="xl" className={classes.card}>
        <Stack>
          <Group gap="sm">
            <img src="/icon.svg" alt="" width={36} height={36} />
            <div>
              <Title order={1} size="h4">
                {t("common.product")}
              </Title>
              <Text size="sm" c="dimmed">
                {t("auth.subtitle")}
              </Text>
            </div>
          </Group>
          {ended && (
            <Alert role="status" variant="light">
              {t(`auth.ended.${ended}`)}
            </Alert>
          )}
          <LoginForm />
        </Stack>
      </Paper>
    </Box>
  );
}

function LoginForm() {
  const { t } = useTranslation();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [checked, setChecked] = useState(false);
  const [waiting, setWaiting] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const missing = (value: string) => (checked && !value ? t("auth.required") : null);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (!username || !password) return;
    setWaiting(true);
    session.login(username, password).catch((refusal: unknown) => {
      setError(refusal);
      setWaiting(false);
    });
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        <TextInput
          label={t("auth.username")}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          value={username}
          error={missing(username)}
          onChange={(event) => {
            setUsername(event.currentTarget.value);
          }}
        />
        <PasswordInput
          label={t("auth.password")}
          name="password"
          autoComplete="current-password"
          value={password}
          error={missing(password)}
          onChange={(event) => {
            setPassword(event.currentTarget.value);
          }}
          visibilityToggleButtonProps={{ "aria-label": t("auth.showPassword") }}
        />
        {error !== null && !waiting && <ErrorNotice error={error} />}
        <Button type="submit" loading={waiting} fullWidth>
          {t("auth.submit")}
        </Button>
      </Stack>
    </form>
  );
}

/** Plain buttons: the menus of the shell would double the weight of this page. */
function Tools() {
  const { t } = useTranslation();
  const dark = useComputedColorScheme("light") === "dark";
  const { setColorScheme } = useMantineColorScheme();
  const other = currentLanguage() === "ko" ? "en" : "ko";
  return (
    <Group className={classes.tools} gap={4}>
      <Button
        variant="subtle"
        color="gray"
        size="compact-md"
        lang={other}
        onClick={() => void setLanguage(other, true)}
      >
        {t(`shell.languages.${other}`)}
      </Button>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={t(`shell.scheme.${dark ? "light" : "dark"}`)}
        onClick={() => {
          setColorScheme(dark ? "light" : "dark");
        }}
      >
        {dark ? <IconSun size={20} aria-hidden /> : <IconMoon size={20} aria-hidden />}
      </ActionIcon>
    </Group>
  );
}
