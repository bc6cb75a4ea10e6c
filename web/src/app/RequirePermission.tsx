import { Button } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Permission } from "@/session";
import { useCan } from "@/session/react";
import { Message } from "@/shared/Message";

/** The page, or a sentence for who may not see it. The server decides again for every request. */
export function RequirePermission({ permission, children }: { permission: Permission; children: ReactNode }) {
  const { t } = useTranslation();
  const can = useCan();
  if (can(permission)) return children;
  return (
    <Message
      icon={<IconLock aria-hidden />}
      title={t("errors.forbiddenTitle")}
      text={t("errors.forbidden")}
    >
      <Button component={Link} to="/" variant="light">
        {t("errors.toStart")}
      </Button>
    </Message>
  );
}
