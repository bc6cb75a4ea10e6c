import { Badge, Stack, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { dateTime } from "@/shared/when";
import type { Specimen } from "./data";

const COLORS = { COLLECTED: "blue", RECEIVED: "teal", REJECTED: "red" } as const;

export function SpecimenState({ specimen }: { specimen: Specimen }) {
  const { t } = useTranslation();
  const state = specimen.state ?? "COLLECTED";
  return <Badge color={COLORS[state]}>{t(`lab.specimen.state.${state}`)}</Badge>;
}

/** Who had it when, and why it was rejected. */
export function SpecimenChain({ specimen }: { specimen: Specimen }) {
  const { t } = useTranslation();
  const steps = [
    ["COLLECTED", specimen.collected_at, specimen.collected_by_name],
    ["RECEIVED", specimen.received_at, specimen.received_by_name],
    ["REJECTED", specimen.rejected_at, specimen.rejected_by_name],
  ] as const;
  const why = specimen.reject_reason && t(`lab.specimen.rejected.${specimen.reject_reason}`);
  return (
    <Stack gap={0}>
      {steps.map(
        ([step, at, name]) =>
          at && (
            <Text key={step} size="xs">
              {[t(`lab.specimen.state.${step}`), dateTime(at), name].filter(Boolean).join(" · ")}
            </Text>
          ),
      )}
      {why && <Text size="xs" c="red">{[why, specimen.reject_note].filter(Boolean).join(" · ")}</Text>}
    </Stack>
  );
}
