import { Anchor, Badge, Button, Group, List, Paper, Stack, Text, type MantineColor } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { detailLines, useFeedback, type CdsCard, type CdsSuggestion, type Hook } from "./cards";
import { Override } from "./Override";

const COLORS: Record<CdsCard["indicator"], MantineColor> = { info: "blue", warning: "orange", critical: "red" };

interface CardListProps {
  cards: CdsCard[];
  hook: Hook;
  /** Does what a suggestion says; without it the suggestions are not offered. */
  onAccept?: (suggestion: CdsSuggestion) => void;
}

/** What decision support has to say, to be read, taken or put aside with a reason; blocks nothing. */
export function CardList({ cards, hook, onAccept }: CardListProps) {
  const { t } = useTranslation();
  const [aside, setAside] = useState<string[]>([]);
  const shown = cards.filter(({ uuid }) => !aside.includes(uuid));
  if (shown.length === 0) return null;
  return (
    <Stack gap="xs" component="section" aria-label={t("cds.title")}>
      {shown.map((card) => (
        <OneCard
          key={card.uuid}
          card={card}
          hook={hook}
          {...(onAccept && { onAccept })}
          onAside={() => {
            setAside([...aside, card.uuid]);
          }}
        />
      ))}
    </Stack>
  );
}

interface OneCardProps extends Omit<CardListProps, "cards"> {
  card: CdsCard;
  onAside: () => void;
}

function OneCard({ card, hook, onAccept, onAside }: OneCardProps) {
  const { t } = useTranslation();
  const [overriding, setOverriding] = useState(false);
  const feedback = useFeedback();
  const color = COLORS[card.indicator];
  return (
    <Paper withBorder p="sm" style={{ borderInlineStart: `4px solid var(--mantine-color-${color}-6)` }}>
      <Group gap="xs" wrap="nowrap" align="flex-start" justify="space-between">
        <Text size="sm" fw={500}>
          {card.summary}
        </Text>
        <Badge color={color} variant="light" style={{ flexShrink: 0 }}>
          {t(`cds.indicator.${card.indicator}`)}
        </Badge>
      </Group>
      {card.detail && (
        <List size="xs" mt={4}>
          {detailLines(card.detail).map((line) => (
            <List.Item key={line}>{line}</List.Item>
          ))}
        </List>
      )}
      <Group gap="sm" mt="xs">
        {onAccept &&
          card.suggestions?.map((suggestion) => (
            <Button
              key={suggestion.uuid}
              size="compact-xs"
              variant="light"
              onClick={() => {
                feedback.mutate({ card, hook, accepted: suggestion });
                onAccept(suggestion);
                onAside();
              }}
            >
              {suggestion.label}
            </Button>
          ))}
        {card.links?.map(({ label, url }) => (
          <Anchor key={url} component={Link} to={pathOf(url)} target={onAccept ? "_blank" : undefined} size="xs">
            {label}
          </Anchor>
        ))}
        {!overriding && (
          <Button
            size="compact-xs"
            variant="subtle"
            color="gray"
            onClick={() => {
              setOverriding(true);
            }}
          >
            {t("cds.override")}
          </Button>
        )}
      </Group>
      {overriding && (
        <Override
          reasons={card.overrideReasons}
          onCancel={() => {
            setOverriding(false);
          }}
          onOverride={(reason, comment) => {
            feedback.mutate({ card, hook, reason, comment });
            onAside();
          }}
        />
      )}
    </Paper>
  );
}

/** Our services link to pages of this application. */
function pathOf(url: string): string {
  const { pathname, search } = new URL(url, location.origin);
  return pathname + search;
}
