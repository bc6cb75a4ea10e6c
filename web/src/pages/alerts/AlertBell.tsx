import { ActionIcon, Button, Drawer, Group, Indicator } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBell } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { AlertList } from "./AlertList";
import { useUnread } from "./data";
import { MarkAllRead } from "./MarkAllRead";
import { useLiveAlerts } from "./useLiveAlerts";

/** The bell of the header: how many alerts are unread, and the newest in a drawer. */
export function AlertBell() {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  const { data: unread = 0 } = useUnread();
  useLiveAlerts();
  return (
    <>
      <Indicator
        label={unread > 99 ? "99+" : unread}
        size={16}
        offset={6}
        color="red.8"
        disabled={unread === 0}
      >
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t("alerts.bell", { count: unread })}
          aria-haspopup="dialog"
          onClick={open}
        >
          <IconBell size={20} stroke={1.6} aria-hidden />
        </ActionIcon>
      </Indicator>
      <Drawer
        opened={opened}
        onClose={close}
        position="right"
        title={t("alerts.title")}
        closeButtonProps={{ "aria-label": t("common.close") }}
      >
        <Group justify="space-between" mb="sm">
          <Button component={Link} to="/alerts" variant="light" size="xs" onClick={close}>
            {t("alerts.all")}
          </Button>
          <MarkAllRead />
        </Group>
        <AlertList unreadOnly={false} onFollow={close} />
      </Drawer>
    </>
  );
}
