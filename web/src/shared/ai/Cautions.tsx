import { Alert, List, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { cardLines } from "./jobs";

type Card = Pick<
  Schema["ModelOut"],
  "limits" | "limits_ko" | "contraindications" | "contraindications_ko"
>;

/** When a model must not be used. */
export function Contraindications({ card }: { card: Card }) {
  const { t } = useTranslation();
  const lines = cardLines(card, "contraindications");
  if (lines.length === 0) return null;
  return (
    <Alert
      color="orange"
      icon={<IconAlertTriangle aria-hidden />}
      title={t("ai.card.contraindications")}
    >
      <Lines lines={lines} />
    </Alert>
  );
}

/** Before a request: when a model must not be used, and what it cannot do. */
export function Cautions({ card }: { card: Card }) {
  const { t } = useTranslation();
  const limits = cardLines(card, "limits");
  return (
    <>
      <Contraindications card={card} />
      {limits.length > 0 && (
        <div>
          <Text size="sm" fw={500}>
            {t("ai.card.limits")}
          </Text>
          <Lines lines={limits} />
        </div>
      )}
    </>
  );
}

function Lines({ lines }: { lines: string[] }) {
  return (
    <List size="sm">
      {lines.map((line) => (
        <List.Item key={line}>{line}</List.Item>
      ))}
    </List>
  );
}
