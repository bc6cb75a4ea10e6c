import { Button } from "@mantine/core";
import { IconPlugX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Message } from "@/shared/Message";

/** Shown for the part of the page that raised, or whose code could not be loaded. */
export function CrashPage() {
  const { t } = useTranslation();
  return (
    <Message
      icon={<IconPlugX aria-hidden />}
      title={t("errors.crashTitle")}
      text={t("errors.crash")}
    >
      <Button
        onClick={() => {
          location.reload();
        }}
      >
        {t("errors.reload")}
      </Button>
    </Message>
  );
}
