import { Badge, Stack, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { currentLanguage } from "@/i18n";
import { calendarDayOf } from "@/shared/days";
import { LabFlag } from "@/shared/lab/LabFlag";
import { rangeText } from "@/shared/lab/rangeText";
import { unitText } from "@/shared/units";
import { newestByCode } from "./blood";
import { FIELDS, LISTS, LISTS_OF, rowsOf, type FieldName, type ListName, type Option } from "./columns";
import type { LabValue } from "./data";

type Values = Record<string, unknown>;
const BESIDE = 3;

interface ResultViewProps {
  jobType: string;
  values: Values;
  /** The patient's earlier values, newest first, to stand beside those of blood. */
  before?: LabValue[];
}

/** A result as it is understood: flags, ranges, units converted. */
export function ResultView({ jobType, values, before = [] }: ResultViewProps) {
  const { t } = useTranslation();
  const lists = LISTS_OF[jobType] ?? [];
  const rna = values["rna_seq"] as { genes: number; samples: number } | undefined;
  const comment = values["comment"];
  return (
    <Stack gap="sm">
      {jobType === "BLOOD" && <Blood rows={rowsOf(values, "analytes")} before={before} />}
      {lists.map((list) => (
        <Rows key={list} list={list} rows={rowsOf(values, list)} />
      ))}
      {rna && <Text size="sm">{t("lab.rna.kept", { genes: rna.genes, samples: rna.samples })}</Text>}
      {typeof comment === "string" && (
        <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
          {`${t("lab.entry.comment")}: ${comment}`}
        </Text>
      )}
    </Stack>
  );
}

function Blood({ rows, before }: { rows: Values[]; before: LabValue[] }) {
  const { t } = useTranslation();
  const earlier = newestByCode(before, BESIDE);
  return (
    <Table aria-label={t("orders.result")} verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          {(["analyte", "value", "range", "flag", "previous"] as const).map((name) => (
            <Table.Th key={name} scope="col">
              {t(`lab.column.${name}`)}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <BloodLine key={String(row["code"])} row={row} earlier={earlier.get(String(row["code"])) ?? []} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function BloodLine({ row, earlier }: { row: Values; earlier: LabValue[] }) {
  const { t } = useTranslation();
  const known = earlier[0]?.name[currentLanguage()];
  const { value, unit, given_unit: givenUnit } = row;
  const given = row["given_value"] as string | number | undefined;
  return (
    <Table.Tr>
      <Table.Th scope="row">{known ?? String(row["name"] ?? row["code"])}</Table.Th>
      <Table.Td>
        <Text size="sm" fw={row["flag"] ? 700 : 400}>{`${String(value)} ${unitText(String(unit))}`}</Text>
        {given !== undefined && (
          <Text size="xs" c="dimmed">
            {t("lab.given", { value: `${String(given)} ${unitText(String(givenUnit))}` })}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{rangeText(row)}</Table.Td>
      <Table.Td>
        <LabFlag flag={row["flag"]} />
        {row["delta"] === true && <Badge color="grape">{t("lab.delta")}</Badge>}
      </Table.Td>
      <Table.Td>
        {earlier.map((one) => (
          <Text key={one.id} size="xs">
            {`${one.text} ${unitText(one.unit)} · ${calendarDayOf(Date.parse(one.at))}`}
          </Text>
        ))}
      </Table.Td>
    </Table.Tr>
  );
}

function Rows({ list, rows }: { list: ListName; rows: Values[] }) {
  const { t } = useTranslation();
  const fields: readonly FieldName[] = LISTS[list];
  if (rows.length === 0) return null;
  return (
    <Table aria-label={t(`lab.list.${list}`)} verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          {fields.map((name) => (
            <Table.Th key={name} scope="col">
              {name === "unit" ? t("lab.column.unit") : t(`lab.field.${name}`)}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row, place) => (
          <Table.Tr key={place}>
            {fields.map((name) => (
              <Table.Td key={name}>
                <Cell name={name} value={row[name]} />
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Cell({ name, value }: { name: FieldName; value: unknown }) {
  const { t } = useTranslation();
  if (typeof value !== "string" && typeof value !== "number") return "–";
  const field = FIELDS[name];
  if (name === "unit") return unitText(String(value));
  const options: readonly string[] = "options" in field ? field.options : [];
  return options.includes(String(value)) ? t(`lab.option.${value as Option}`) : String(value);
}
