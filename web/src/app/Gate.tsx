import { Button } from "@mantine/core";
import { IconCloudOff } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LoginPage } from "@/login/LoginPage";
import { session } from "@/session";
import { useSession } from "@/session/react";
import { Message } from "@/shared/Message";
import { PageLoader } from "@/shared/PageLoader";

/** What is inside has a person logged in. */
export function Gate({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const state = useSession();
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
      return <LoginPage ended={state.reason} />;
    case "authenticated":
      return children;
  }
}
