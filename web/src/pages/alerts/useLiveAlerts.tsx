import { Anchor, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconBell } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { fetchWithAuth, getAccessToken } from "@/session";
import { useCan } from "@/session/react";
import { adoptUnread, countOneMore, refreshAbout, refreshChanged, refreshMissed } from "./data";
import { AlertSocket } from "./socket";
import { alertAbout, alertText } from "./text";

/** Keeps the live line open while somebody is logged in; each alert shows as a toast. */
export function useLiveAlerts(): void {
  const { t } = useTranslation();
  const client = useQueryClient();
  const reads = useCan()("review_ai");
  useEffect(() => {
    const url = new URL("/ws/alerts/", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    let wasOpen = false;
    const socket = new AlertSocket({
      url: url.href,
      token: getAccessToken,
      renew: () => fetchWithAuth("/api/acct/me/"),
      onReady: (unread) => {
        adoptUnread(client, unread);
        if (wasOpen) refreshMissed(client);
        wasOpen = true;
      },
      topics: reads ? ["worklist"] : [],
      onChanged: () => {
        refreshChanged(client);
      },
      onNotification: (alert) => {
        const { id, link } = alert;
        const about = alertAbout(t, alert);
        countOneMore(client);
        refreshAbout(client, alert.kind);
        const close = () => {
          notifications.hide(`alert-${id}`);
        };
        notifications.show({
          id: `alert-${id}`,
          icon: <IconBell size={18} aria-hidden />,
          autoClose: 12_000,
          message: (
            <>
              <Text size="sm">{alertText(t, alert)}</Text>
              {about && <Text size="sm">{about}</Text>}
              {link && (
                <Anchor component={Link} to={link} size="sm" onClick={close}>
                  {t("alerts.open")}
                </Anchor>
              )}
            </>
          ),
          closeButtonProps: { "aria-label": t("common.close") },
        });
      },
    });
    return () => {
      socket.close();
    };
  }, [client, reads, t]);
}
