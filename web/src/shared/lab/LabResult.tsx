import { Badge, Stack, Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { calendarDayOf } from "@/shared/days";
import { SchemaResult } from "@/shared/schemaForm/SchemaResult";
import { unitText } from "@/shared/units";
import { useAnalyteName } from "./analytes";
import { LabFlag } from "./LabFlag";
import { MolecularTables } from "./MolecularTables";
import { newestByCode } from "./newestByCode";
import { rangeText } from "./rangeText";

type Values = Record<string, unknown>;
type LabValue = Schema["LabValueOut"];
const PARTS = ["analytes", "gene_mutations", "cnv", "protein_markers", "rna_seq", "comment"];
const BESIDE = 3;

interface LabResultProps {
  result: Values;
  /** The patient's earlier values, newest first, to stand beside those of blood. */
  before?: LabValue[];
}

/** A laboratory result as it is understood: names, flags, ranges, units converted; what else it says as it stands. */
export function LabResult({ result, before }: LabResultProps) {
  const { t } = useTranslation();
  const { analytes, comment } = result;
  const others = Object.entries(result).filter(([name]) => !PARTS.includes(name));
  return (
    <Stack gap="sm">
      {Array.isArray(analytes) && <Blood rows={analytes as Values[]} before={before} />}
      <MolecularTables result={result} />
      {others.length > 0 && <SchemaResult schema={null} result={Object.fromEntries(others)} />}
      {typeof comment === "string" && (
        <Text size="sm" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {`${t("lab.entry.comment")}: ${comment}`}
        </Text>
      )}
    </Stack>
  );
}

function Blood({ rows, before }: { rows: Values[]; before: LabValue[] | undefined }) {
  const { t } = useTranslation();
  const earlier = before && newestByCode(before, BESIDE);
  const columns = ["analyte", "value", "range", "flag", ...(earlier ? (["previous"] as const) : [])] as const;
  const label = t("orders.result");
  return (
    <Table.ScrollContainer type="native" minWidth={320} tabIndex={0} role="group" aria-label={label}>
      <Table aria-label={label} verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((name) => (
              <Table.Th key={name} scope="col">
                {t(`lab.column.${name}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => {
            const code = String(row["code"]);
            return <BloodLine key={code} row={row} earlier={earlier && (earlier.get(code) ?? [])} />;
          })}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function BloodLine({ row, earlier }: { row: Values; earlier: LabValue[] | undefined }) {
  const { t } = useTranslation();
  const analyteName = useAnalyteName();
  const { code, name, value, unit, flag, given_unit: givenUnit } = row;
  const given = row["given_value"] as string | number | undefined;
  return (
    <Table.Tr>
      <Table.Th scope="row">{analyteName(String(code), String(name ?? code))}</Table.Th>
      <Table.Td>
        <Text size="sm" fw={flag ? 700 : 400}>{`${String(value)} ${unitText(String(unit))}`}</Text>
        {given !== undefined && (
          <Text size="xs" c="dimmed">
            {t("lab.given", { value: `${given} ${unitText(String(givenUnit))}` })}
          </Text>
        )}
      </Table.Td>
      <Table.Td>{rangeText(row)}</Table.Td>
      <Table.Td>
        <LabFlag flag={flag} />
        {row["delta"] === true && <Badge color="grape">{t("lab.delta")}</Badge>}
      </Table.Td>
      {earlier && (
        <Table.Td>
          {earlier.map((one) => (
            <Text key={one.id} size="xs">
              {`${one.text} ${unitText(one.unit)} · ${calendarDayOf(Date.parse(one.at))}`}
            </Text>
          ))}
        </Table.Td>
      )}
    </Table.Tr>
  );
}
