import { Anchor, Badge, Group, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Schema } from "@/api/client";
import { ordersQuery } from "@/api/queries";
import { percent } from "@/shared/format";
import { useJobTypeName } from "@/shared/jobTypes";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { StatusBadge } from "@/shared/StatusBadge";
import { dateTime } from "@/shared/when";
import { unitText } from "@/shared/units";
import { LabFlag } from "@/shared/lab/LabFlag";
import { known, molecularOf, type CopyNumber, type Marker, type Mutation } from "./molecular";

type Order = Schema["OrderOut"];
const MOST = 50;
const COLORS = { pathogenic: "red", likely_pathogenic: "orange", uncertain: "yellow" } as const;

/** The results of genetic and protein tests, the newest first. */
export function MolecularResults({ patient }: { patient: number }) {
  return (
    <>
      <OfType patient={patient} job_type="GENETIC" />
      <OfType patient={patient} job_type="PROTEIN" />
    </>
  );
}

function OfType({ patient, job_type }: { patient: number; job_type: "GENETIC" | "PROTEIN" }) {
  const { t } = useTranslation();
  const title = useJobTypeName()(job_type);
  const orders = useQuery(
    ordersQuery({ patient, job_role: "LIS", job_type, page_size: MOST, ordering: "-ordered_at" }),
  );
  const reported = (found: Order[]) => found.filter(({ result }) => result);
  return (
    <Section title={title}>
      <QueryView
        query={orders}
        empty={t("chart.laboratory.noResult")}
        isEmpty={({ results }) => reported(results).length === 0}
      >
        {({ results }) => (
          <Stack gap="lg">
            {reported(results).map((order) => (
              <Result key={order.id} order={order} />
            ))}
          </Stack>
        )}
      </QueryView>
    </Section>
  );
}

function Result({ order }: { order: Order }) {
  const { t } = useTranslation();
  const { mutations, copies, markers, rna, comment } = molecularOf(order.result);
  return (
    <Stack gap="xs">
      <Group gap="sm">
        <Anchor component={Link} to={`/orders?order=${order.id}`} size="sm" fw={500}>
          {`${order.accession_number} · ${dateTime(order.ordered_at)}`}
        </Anchor>
        {order.status && <StatusBadge kind="order" value={order.status} />}
      </Group>
      <Mutations rows={mutations} />
      <Copies rows={copies} />
      <Markers rows={markers} />
      {rna && (
        <Text size="sm">
          {t("chart.molecular.rna", { genes: rna.genes ?? 0, samples: rna.samples ?? 0 })}
        </Text>
      )}
      {comment && (
        <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
          {comment}
        </Text>
      )}
    </Stack>
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
