import { ActionIcon, Button, Group, NumberInput, Select, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { nextSegment, SEGMENT_TYPES, wrongNumbers, type NamedSegment } from "./segmentTypes";

interface SegmentNamesProps {
  segments: NamedSegment[];
  onChange: (segments: NamedSegment[]) => void;
}

/** The segments of a file, each with its number there, a name and what it is. */
export function SegmentNames({ segments, onChange }: SegmentNamesProps) {
  const { t } = useTranslation();
  const wrong = wrongNumbers(segments);
  const change = (at: number, changes: Partial<NamedSegment>) => {
    onChange(segments.map((one, index) => (index === at ? { ...one, ...changes } : one)));
  };
  return (
    <>
      {segments.map(({ number, label, type }, at) => (
        <Group key={at} align="end" wrap="nowrap" gap="xs">
          <NumberInput
            label={t("ai.import.number")}
            w={90}
            min={1}
            max={255}
            allowDecimal={false}
            value={number}
            error={wrong.has(number)}
            onChange={(value) => {
              change(at, { number: Number(value) });
            }}
          />
          <TextInput
            label={t("ai.import.name")}
            maxLength={64}
            value={label}
            onChange={(event) => {
              change(at, { label: event.currentTarget.value });
            }}
          />
          <Select
            label={t("ai.import.type")}
            allowDeselect={false}
            value={type}
            onChange={(value) => {
              change(at, { type: value ?? "lesion" });
            }}
            data={SEGMENT_TYPES.map((one) => ({ value: one, label: t(`ai.segmentType.${one}`) }))}
          />
          <ActionIcon
            variant="subtle"
            size="lg"
            aria-label={t("ai.import.remove", { number })}
            disabled={segments.length === 1}
            onClick={() => {
              onChange(segments.filter((_, index) => index !== at));
            }}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Button
        variant="light"
        size="xs"
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => {
          onChange([...segments, nextSegment(segments)]);
        }}
      >
        {t("ai.import.more")}
      </Button>
    </>
  );
}
