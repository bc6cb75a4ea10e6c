import { Accordion, List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { modelsQuery } from "@/api/queries";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { Contraindications } from "@/shared/ai/Cautions";
import { cardLines, cardText, modelName } from "@/shared/ai/jobs";

/** What the model is for, and what it cannot do: the manifest that ships with it. */
export function ModelCard({ model }: { model: Schema["ModelRefOut"] }) {
  const { t } = useTranslation();
  const models = useQuery(modelsQuery);
  return (
    <Section title={t("ai.card.title")}>
      <QueryView query={models}>
        {(found) => {
          const card = found.find(({ id }) => id === model.id);
          if (!card) return <Text size="sm">{t("ai.card.unknown")}</Text>;
          return <Card card={card} version={model.version} />;
        }}
      </QueryView>
    </Section>
  );
}

function textOf(from: Record<string, unknown>, key: string): string {
  const value = cardText(from, key);
  return typeof value === "string" ? value : "";
}

function Card({ card, version }: { card: Schema["ModelOut"]; version: string }) {
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
        {`${modelName(card)} · ${t("ai.card.version", { version })}`}
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
