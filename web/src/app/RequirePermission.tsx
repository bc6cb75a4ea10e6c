import { Button } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Permission, SessionUser } from "@/session";
import { useCan, useUser } from "@/session/react";
import { Message } from "@/shared/Message";

interface RequirePermissionProps {
  permission?: Permission | undefined;
  /** For whom the page is made, where not everybody with the permission has a use for it. */
  isFor?: ((role: SessionUser["role"]) => boolean) | undefined;
  children: ReactNode;
}

/** The page, or a sentence for who may not see it. The server decides again for every request. */
export function RequirePermission({ permission, isFor, children }: RequirePermissionProps) {
  const { t } = useTranslation();
  const can = useCan();
  const { role } = useUser();
  if ((!permission || can(permission)) && (!isFor || isFor(role))) return children;
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
