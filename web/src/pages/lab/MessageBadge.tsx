import { Badge } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Message } from "./data";

const COLORS = { HELD: "orange", PARTIAL: "yellow", ACCEPTED: "teal", DISCARDED: "gray" } as const;

export function MessageBadge({ state }: { state: Message["state"] }) {
  const { t } = useTranslation();
  return <Badge color={COLORS[state]}>{t(`lab.messages.state.${state}`)}</Badge>;
}
