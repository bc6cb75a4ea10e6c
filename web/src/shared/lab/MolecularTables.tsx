import { Badge, Table, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { percent } from "@/shared/format";
import { unitText } from "@/shared/units";
import { LabFlag } from "./LabFlag";
import { known, molecularOf, type CopyNumber, type Marker, type Mutation } from "./molecular";

const COLORS = { pathogenic: "red", likely_pathogenic: "orange", uncertain: "yellow" } as const;

/** What a result of genetics or proteins found. */
export function MolecularTables({ result }: { result: Record<string, unknown> }) {
  const { t } = useTranslation();
  const { mutations, copies, markers, rna } = molecularOf(result);
  return (
    <>
      <Mutations rows={mutations} />
      <Copies rows={copies} />
      <Markers rows={markers} />
      {rna && (
        <Text size="sm">
          {t("chart.molecular.rna", { genes: rna.genes ?? 0, samples: rna.samples ?? 0 })}
        </Text>
      )}
    </>
  );
}

interface GridProps<Row> {
  label: string;
  rows: Row[];
  columns: [header: string, render: (row: Row) => ReactNode][];
}

function Grid<Row>({ label, rows, columns }: GridProps<Row>) {
  if (rows.length === 0) return null;
  return (
    <Table.ScrollContainer type="native" minWidth={560} tabIndex={0} role="group" aria-label={label}>
      <Table aria-label={label} verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            {columns.map(([header]) => (
              <Table.Th key={header} scope="col">
                {header}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, place) => (
            <Table.Tr key={place}>
              {columns.map(([header, render]) => (
                <Table.Td key={header}>{render(row)}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Mutations({ rows }: { rows: Mutation[] }) {
  const { t } = useTranslation();
  return (
    <Grid
      label={t("chart.molecular.mutations")}
      rows={rows}
      columns={[
        [t("chart.molecular.gene"), ({ gene }) => <b>{gene}</b>],
        [
          t("chart.molecular.hgvs"),
          ({ hgvs }) => (
            <span className="mono" style={{ overflowWrap: "anywhere" }}>
              {hgvs ?? "–"}
            </span>
          ),
        ],
        [t("chart.molecular.finding"), ({ finding }) => finding ?? "–"],
        [t("chart.molecular.vaf"), ({ vaf }) => (vaf === undefined ? "–" : percent(vaf))],
        [
          t("chart.molecular.zygosity"),
          ({ zygosity }) => {
            const word = known("zygosity", zygosity);
            return word ? t(`chart.molecular.zygosities.${word}`) : (zygosity ?? "–");
          },
        ],
        [
          t("chart.molecular.interpretation"),
          ({ interpretation }) => {
            const word = known("interpretation", interpretation);
            if (!word) return interpretation ?? "–";
            const color = word in COLORS ? COLORS[word as keyof typeof COLORS] : "gray";
            return <Badge color={color}>{t(`chart.molecular.interpretations.${word}`)}</Badge>;
          },
        ],
      ]}
    />
  );
}

function Copies({ rows }: { rows: CopyNumber[] }) {
  const { t } = useTranslation();
  return (
    <Grid
      label={t("chart.molecular.copies")}
      rows={rows}
      columns={[
        [t("chart.molecular.region"), ({ region }) => <b>{region}</b>],
        [
          t("chart.molecular.change"),
          ({ change }) => {
            const word = known("change", change);
            return word ? t(`chart.molecular.changes.${word}`) : change;
          },
        ],
        [t("chart.molecular.copyNumber"), ({ copies }) => copies ?? "–"],
      ]}
    />
  );
}

function Markers({ rows }: { rows: Marker[] }) {
  const { t } = useTranslation();
  return (
    <Grid
      label={t("chart.molecular.markers")}
      rows={rows}
      columns={[
        [t("chart.molecular.marker"), ({ marker }) => <b>{marker}</b>],
        [t("chart.laboratory.value"), ({ value, unit = "" }) => `${value} ${unitText(unit)}`.trim()],
        [
          t("chart.molecular.flag"),
          ({ flag }) =>
            flag === "A" ? (
              <Badge size="sm" color="orange">
                {t("chart.molecular.abnormal")}
              </Badge>
            ) : (
              <LabFlag flag={flag} />
            ),
        ],
        [t("chart.molecular.method"), ({ method }) => method ?? "–"],
      ]}
    />
  );
}
