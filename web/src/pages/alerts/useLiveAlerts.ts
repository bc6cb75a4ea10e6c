import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { fetchWithAuth, getAccessToken } from "@/session";
import { useCan } from "@/session/react";
import { showAlert } from "./AlertToast";
import { adoptUnread, countOneMore, refreshAbout, refreshChanged, refreshMissed } from "./data";
import { AlertSocket } from "./socket";

/** Keeps the live line open while somebody is logged in; each alert shows as a toast. */
export function useLiveAlerts(): void {
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
        countOneMore(client);
        refreshAbout(client, alert.kind);
        showAlert(alert);
      },
    });
    return () => {
      socket.close();
    };
  }, [client, reads]);
}
