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
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState, type SubmitEvent } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, useLocation, type Location } from "react-router";
import { PageLoader } from "@/app/PageLoader";
import { currentLanguage, setLanguage } from "@/i18n";
import { session } from "@/session";
import { useSession } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import classes from "./LoginPage.module.css";
import { isOutside, nextPath } from "./next";

export default function LoginPage() {
  const { t } = useTranslation();
  const state = useSession();
  const { search, state: arrival } = useLocation() as Location<{ from?: string } | null>;
  useEffect(() => {
    void session.restore();
    document.title = `${t("auth.title")} · ${t("common.product")}`;
  }, [t]);

  if (state.status === "authenticated") {
    const to = nextPath(search, location.origin) ?? arrival?.from ?? "/";
    return isOutside(to) ? <Leave to={to} /> : <Navigate to={to} replace />;
  }
  const ended = state.status === "anonymous" ? state.reason : null;
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

function Leave({ to }: { to: string }) {
  useEffect(() => {
    location.replace(to);
  }, [to]);
  return <PageLoader />;
}

function LoginForm() {
  const { t } = useTranslation();
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [checked, setChecked] = useState(false);
  const login = useMutation({
    mutationFn: () => session.login(username, password),
    meta: { quiet: true },
  });
  const missing = (value: string) => (checked && !value ? t("auth.required") : null);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (username && password) login.mutate();
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
        {login.isError && <ErrorNotice error={login.error} />}
        <Button type="submit" loading={login.isPending} fullWidth>
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
