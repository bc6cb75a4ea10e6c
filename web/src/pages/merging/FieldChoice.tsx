import { Group, Radio, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { calendarDate, dateTime } from "@/shared/when";

type Preview = Schema["MergePreviewOut"];
type Field = Preview["fields"][number];
type Side = "survivor" | "duplicate";
export type Chosen = Record<string, Side>;

interface FieldChoiceProps {
  preview: Preview;
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
}

/** Both records as a table; of what differs one value is chosen, at first that of the kept record. */
export function FieldChoice({ preview, chosen, onChoose }: FieldChoiceProps) {
  const { t } = useTranslation();
  const { survivor, duplicate, fields } = preview;
  return (
    <Table aria-label={t("merging.preview")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t("merging.field")}</Table.Th>
          <Table.Th scope="col">{t("merging.survivor")}</Table.Th>
          <Table.Th scope="col">{t("merging.duplicate")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        <Table.Tr>
          <Table.Th scope="row">{t("patients.mrn")}</Table.Th>
          {[survivor, duplicate].map(({ id, patient_id, created_at }) => (
            <Table.Td key={id}>
              <span className="mono">{patient_id}</span>
              <Text size="xs" c="dimmed">
                {dateTime(created_at)}
              </Text>
            </Table.Td>
          ))}
        </Table.Tr>
        {fields.map((field) => (
          <FieldRow
            key={field.name}
            field={field}
            side={chosen[field.name] ?? "survivor"}
            onSide={(side) => {
              onChoose({ ...chosen, [field.name]: side });
            }}
          />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function useShown(name: Field["name"]) {
  const { t } = useTranslation();
  return (value: string): string => {
    if (name === "birth_date") return calendarDate(value);
    if (name === "gender") return t(`common.gender.${value as Schema["GenderEnum"]}`);
    return value || "–";
  };
}

interface FieldRowProps {
  field: Field;
  side: Side;
  onSide: (side: Side) => void;
}

function FieldRow({ field, side, onSide }: FieldRowProps) {
  const { t } = useTranslation();
  const shown = useShown(field.name);
  const label = t(`merging.fields.${field.name}`);
  return (
    <Table.Tr>
      <Table.Th scope="row">{label}</Table.Th>
      {(["survivor", "duplicate"] as const).map((each) => (
        <Table.Td key={each}>
          <Group gap="xs" wrap="nowrap">
            {field.differs && (
              <Radio
                name={field.name}
                aria-label={t("merging.keepValue", { field: label, value: shown(field[each]) })}
                checked={side === each}
                onChange={() => {
                  onSide(each);
                }}
              />
            )}
            <Text size="sm" fw={field.differs ? 700 : 400}>
              {shown(field[each])}
            </Text>
          </Group>
        </Table.Td>
      ))}
    </Table.Tr>
  );
}
