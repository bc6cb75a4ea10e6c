import { Button } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Message } from "./Message";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Message
      icon={<IconMapOff aria-hidden />}
      title={t("errors.notFoundTitle")}
      text={t("errors.notFound")}
    >
      <Button component={Link} to="/" variant="light">
        {t("errors.toStart")}
      </Button>
    </Message>
  );
}
