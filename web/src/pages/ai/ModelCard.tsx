import { Accordion, List, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { Section } from "@/shared/Section";
import { Contraindications } from "@/shared/ai/Cautions";
import { cardLines, cardText, modelName } from "@/shared/ai/jobs";

/** What the model is for, and what it cannot do: the manifest of the version that ran. */
export function ModelCard({ card }: { card: Schema["ModelOut"] | null }) {
  const { t } = useTranslation();
  return (
    <Section title={t("ai.card.title")}>
      {card ? <Card card={card} /> : <Text size="sm">{t("ai.card.unknown")}</Text>}
    </Section>
  );
}

function textOf(from: Record<string, unknown>, key: string): string {
  const value = cardText(from, key);
  return typeof value === "string" ? value : "";
}

function Card({ card }: { card: Schema["ModelOut"] }) {
  const { t } = useTranslation();
  const texts = [
    { key: "inputs", text: textOf(card.inputs, "description") },
    { key: "confidence", text: textOf(card.outputs, "confidence") },
    { key: "risk", text: textOf(card.outputs, "risk_score") },
    { key: "references", text: (card.references ?? []).join("\n") },
    { key: "licence", text: card.licence },
  ] as const;
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>
        {`${modelName(card)} · ${t("ai.card.version", { version: card.version })}`}
      </Text>
      <Text size="sm">{textOf(card, "intended_use")}</Text>
      <Contraindications card={card} />
      <Accordion variant="default" order={3}>
        <Accordion.Item value="limits">
          <Accordion.Control>{t("ai.card.limits")}</Accordion.Control>
          <Accordion.Panel>
            <List size="sm">
              {cardLines(card, "limits").map((limit) => (
                <List.Item key={limit}>{limit}</List.Item>
              ))}
            </List>
          </Accordion.Panel>
        </Accordion.Item>
        {texts.map(
          ({ key, text }) =>
            text && (
              <Accordion.Item key={key} value={key}>
                <Accordion.Control>{t(`ai.card.${key}`)}</Accordion.Control>
                <Accordion.Panel>
                  <Text size="sm" style={{ whiteSpace: "pre-line" }}>
                    {text}
                  </Text>
                </Accordion.Panel>
              </Accordion.Item>
            ),
        )}
      </Accordion>
    </Stack>
  );
}
