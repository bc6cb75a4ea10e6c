import { Badge, Progress, Stack, Text, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { progressOf } from "./htj2kProgress";

/** How far the study's images are with the form that travels fast, and which never get it. */
export function Htj2kState({ htj2k }: { htj2k: Schema["Htj2kOut"] }) {
  const { t } = useTranslation();
  const { done, all, waiting, refused } = progressOf(htj2k);
  if (waiting) {
    const words = t(htj2k.paused ? "studies.fast.paused" : "studies.fast.preparing", { done, all });
    return (
      <Stack gap={4} role="status" mb="sm">
        <Text size="xs" c="dimmed">
          {words}
        </Text>
        <Progress
          size="xs"
          value={(100 * done) / all}
          color={htj2k.paused ? "gray" : undefined}
          aria-label={words}
        />
      </Stack>
    );
  }
  if (htj2k.stored === 0 && refused.length === 0) return null;
  return <Ready name={t(`studies.fast.${htj2k.stored ? "ready" : "original"}`)} refused={refused} />;
}

interface ReadyProps {
  name: string;
  refused: Schema["RefusalsOut"][];
}

function Ready({ name, refused }: ReadyProps) {
  const { t } = useTranslation();
  const reasons = refused.map(({ reason, instances }) =>
    t("studies.fast.line", { reason: t(`studies.refusal.${reason}`), count: instances }),
  );
  const badge = (
    <Badge color="gray" variant="light" mb="sm" tabIndex={reasons.length ? 0 : undefined}>
      {name}
    </Badge>
  );
  if (!reasons.length) return badge;
  return (
    <Tooltip
      label={[t("studies.fast.reasons"), ...reasons].join("\n")}
      events={{ hover: true, focus: true, touch: true }}
      multiline
      style={{ whiteSpace: "pre-line" }}
    >
      {badge}
    </Tooltip>
  );
}
