import { Avatar, Menu, Stack, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconLogout, IconUserCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { session } from "@/session";
import { useUser } from "@/session/react";
import { initialsOf } from "@/shared/format";
import { useHeldRoleName } from "@/shared/roles";
import { showFailure } from "@/shared/toasts";
import classes from "./Shell.module.css";

export function AccountMenu() {
  const { t } = useTranslation();
  const user = useUser();
  const roleName = useHeldRoleName();
  const name = user.full_name || user.username;
  const logout = () => {
    session.logout().catch(() => {
      showFailure(t("shell.logoutFailed"));
    });
  };
  return (
    <Menu position="bottom-end" width={220} withinPortal={false}>
      <Menu.Target>
        <UnstyledButton className={classes.account}>
          <Avatar size={30} color="nova" aria-hidden>
            {initialsOf(name)}
          </Avatar>
          <VisuallyHidden hiddenFrom="sm">{name}</VisuallyHidden>
          <Stack gap={0} visibleFrom="sm">
            <Text size="sm" lh={1.2}>
              {name}
            </Text>
            <Text size="xs" c="dimmed" lh={1.2}>
              {roleName(user)}
            </Text>
          </Stack>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{`${name} · ${roleName(user)}`}</Menu.Label>
        <Menu.Item component={Link} to="/profile" leftSection={<IconUserCircle size={16} />}>
          {t("shell.profile")}
        </Menu.Item>
        <Menu.Item leftSection={<IconLogout size={16} />} onClick={logout}>
          {t("shell.logout")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
