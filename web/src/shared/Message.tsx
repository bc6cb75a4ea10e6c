import { Center, EmptyState } from "@mantine/core";
import { useEffect, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

interface MessageProps {
  icon: ReactNode;
  title: string;
  text: string;
  children?: ReactNode;
}

/** A page that has one thing to say; the tab says it too. */
export function Message({ icon, title, text, children }: MessageProps) {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t("common.product")}`;
  }, [title, t]);
  return (
    <Center mih="60vh" px="md">
      <EmptyState icon={icon} maw={460}>
        <EmptyState.Title order={1}>{title}</EmptyState.Title>
        <EmptyState.Description>{text}</EmptyState.Description>
        {children && <EmptyState.Actions>{children}</EmptyState.Actions>}
      </EmptyState>
    </Center>
  );
}
