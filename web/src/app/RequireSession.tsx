import { Button } from "@mantine/core";
import { IconCloudOff } from "@tabler/icons-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Navigate, Outlet, useLocation } from "react-router";
import { session } from "@/session";
import { useSession } from "@/session/react";
import { Message } from "./Message";
import { PageLoader } from "./PageLoader";

/** Everything below has a person logged in. Where to come back to stays out of the address. */
export function RequireSession() {
  const { t } = useTranslation();
  const state = useSession();
  const location = useLocation();
  useEffect(() => void session.restore(), []);

  switch (state.status) {
    case "unknown":
      return <PageLoader />;
    case "unreachable":
      return (
        <Message
          icon={<IconCloudOff aria-hidden />}
          title={t("errors.unreachableTitle")}
          text={t("errors.network")}
        >
          <Button onClick={() => void session.restore()}>{t("common.retry")}</Button>
        </Message>
      );
    case "anonymous":
      return <Navigate to="/login" replace state={{ from: location.pathname + location.search }} />;
    case "authenticated":
      return <Outlet />;
  }
}
