import { Anchor, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconBell } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { closeButtonProps } from "@/shared/toasts";
import type { Notification } from "./socket";
import { alertAbout, alertText } from "./text";

const toastId = ({ id }: Notification) => `alert-${id}`;

function AlertToast({ alert }: { alert: Notification }) {
  const { t } = useTranslation();
  const about = alertAbout(t, alert);
  return (
    <>
      <Text size="sm">{alertText(t, alert)}</Text>
      {about && <Text size="sm">{about}</Text>}
      {alert.link && (
        <Anchor
          component={Link}
          to={alert.link}
          size="sm"
          onClick={() => notifications.hide(toastId(alert))}
        >
          {t("alerts.open")}
        </Anchor>
      )}
    </>
  );
}

/** Shown in the language of the page, also when that changes meanwhile. */
export function showAlert(alert: Notification): void {
  notifications.show({
    id: toastId(alert),
    icon: <IconBell size={18} aria-hidden />,
    autoClose: 12_000,
    message: <AlertToast alert={alert} />,
    closeButtonProps,
  });
}
