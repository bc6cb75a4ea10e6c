import { ActionIcon, Badge, Select, Table, Text, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/i18n";
import { calendarDayOf } from "@/shared/days";
import { LabFlag } from "@/shared/lab/LabFlag";
import { rangeText } from "@/shared/lab/rangeText";
import { unitText } from "@/shared/units";
import { rangeOf, type BloodRow } from "./blood";
import type { CheckedRow, LabValue, Panel } from "./data";
import { useFocusWhen } from "./focus";
import { useProblem } from "./useProblem";

interface AnalyteRowProps {
  row: BloodRow;
  analyte: Panel["analytes"][number] | undefined;
  checked: CheckedRow | undefined;
  previous: LabValue | undefined;
  ready: boolean;
  onChange: (patch: Partial<BloodRow>) => void;
  /** The person has left the field; the row as it is now. */
  onLeave: (row: BloodRow) => void;
  onRemove: () => void;
}

export function AnalyteRow(props: AnalyteRowProps) {
  const { row, analyte, checked, previous, ready, onChange, onLeave, onRemove } = props;
  const { t } = useTranslation();
  const problemText = useProblem();
  const field = useFocusWhen<HTMLInputElement>(ready);
  const name = analyte?.name[currentLanguage()] ?? row.code;
  const problem = checked && !checked.values ? checked.field : null;
  const choose = (patch: Partial<BloodRow>) => {
    onChange(patch);
    onLeave({ ...row, ...patch });
  };
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Text size="sm">{name}</Text>
      </Table.Th>
      <Table.Td>
        <TextInput
          aria-label={t("lab.entry.valueOf", { name })}
          data-column="value"
          ref={field}
          inputMode="decimal"
          autoComplete="off"
          w={110}
          maxLength={60}
          value={row.value}
          error={problem === "value" && problemText("value")}
          onChange={(event) => {
            onChange({ value: event.currentTarget.value });
          }}
          onBlur={() => {
            onLeave(row);
          }}
        />
      </Table.Td>
      <Table.Td>
        <Select
          aria-label={t("lab.entry.unitOf", { name })}
          allowDeselect={false}
          w={120}
          data={[...new Set([analyte?.unit ?? row.unit, ...(analyte?.units ?? []), row.unit])].map((value) => ({
            value,
            label: unitText(value) || value,
          }))}
          value={row.unit}
          error={problem === "unit" && problemText("unit")}
          onChange={(unit) => {
            if (unit) choose({ unit });
          }}
        />
      </Table.Td>
      <Table.Td>
        {(analyte?.methods.length ?? 0) > 0 && (
          <Select
            aria-label={t("lab.entry.methodOf", { name })}
            clearable
            clearButtonProps={{ "aria-label": t("common.clear") }}
            w={140}
            data={analyte?.methods.map(({ method }) => method) ?? []}
            value={row.method || null}
            onChange={(method) => {
              choose({ method: method ?? "" });
            }}
          />
        )}
      </Table.Td>
      <Table.Td>{analyte ? rangeText(rangeOf(analyte, row.method)) : "–"}</Table.Td>
      <Table.Td>
        <Checked checked={checked} unit={row.unit} />
        {problem !== null && problem !== "value" && problem !== "unit" && (
          <Text size="xs" c="red">
            {problemText(problem)}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        {previous && (
          <Text size="xs">{`${previous.text} ${unitText(previous.unit)} · ${calendarDayOf(Date.parse(previous.at))}`}</Text>
        )}
      </Table.Td>
      <Table.Td>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t("lab.entry.remove", { name })}
          onClick={onRemove}
        >
          <IconX size={16} aria-hidden />
        </ActionIcon>
      </Table.Td>
    </Table.Tr>
  );
}

/** The flag, and the value in the laboratory's unit where another was chosen. */
function Checked({ checked, unit }: { checked: CheckedRow | undefined; unit: string }) {
  const { t } = useTranslation();
  const values = checked?.values;
  if (!values) return null;
  return (
    <>
      <LabFlag flag={values["flag"]} />
      {values["delta"] === true && <Badge color="grape">{t("lab.delta")}</Badge>}
      {values["unit"] !== unit && (
        <Text size="xs" c="dimmed">{`= ${String(values["value"])} ${unitText(String(values["unit"]))}`}</Text>
      )}
    </>
  );
}
