import { ActionIcon, Group, Table, Text, TextInput, Tooltip } from "@mantine/core";
import { IconChartLine, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { currentLanguage } from "@/i18n";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";
import { AnalyteTrend } from "./AnalyteTrend";
import { LabNumber } from "./LabNumber";
import { rangeText } from "@/shared/lab/rangeText";

type Analyte = Schema["AnalyteHistoryOut"];
const BEFORE = 4;
const FILTER_FROM = 8;

/** One line for each analyte: the latest value, those before, the range; a plot on demand. */
export function AnalyteTable({ patient }: { patient: number }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const analytes = useQuery({
    queryKey: keys.chart.analytes(patient),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/lis/patients/{id}/analytes/", { params: { path: { id: patient } }, signal })),
  });
  const wanted = ({ name }: Analyte) =>
    `${name.ko} ${name.en}`.toLowerCase().includes(typed.trim().toLowerCase());
  return (
    <Section title={t("chart.laboratory.title")}>
      <QueryView query={analytes} empty={t("chart.laboratory.empty")} isEmpty={(found) => found.length === 0}>
        {(found) => (
          <>
            {found.length >= FILTER_FROM && (
              <TextInput
                type="search"
                size="xs"
                maw={280}
                mb="sm"
                aria-label={t("chart.laboratory.filter")}
                placeholder={t("chart.laboratory.filter")}
                leftSection={<IconSearch size={14} aria-hidden />}
                value={typed}
                onChange={(event) => {
                  setTyped(event.currentTarget.value);
                }}
              />
            )}
            <Rows patient={patient} rows={found.filter(wanted)} />
          </>
        )}
      </QueryView>
    </Section>
  );
}

function Rows({ patient, rows }: { patient: number; rows: Analyte[] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState<string | null>(null);
  const label = t("chart.listOf", { title: t("chart.laboratory.title") });
  if (rows.length === 0) return <Text size="sm">{t("chart.laboratory.noneFound")}</Text>;
  return (
    <Table.ScrollContainer type="native" minWidth={640} tabIndex={0} role="group" aria-label={label}>
      <Table aria-label={label} verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t("chart.laboratory.analyte")}</Table.Th>
            <Table.Th scope="col">{t("chart.laboratory.latest")}</Table.Th>
            <Table.Th scope="col">{t("chart.laboratory.range")}</Table.Th>
            <Table.Th scope="col">{t("chart.laboratory.before")}</Table.Th>
            <Table.Th scope="col">{t("chart.laboratory.trend")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((analyte) => (
            <Fragment key={analyte.code}>
              <Row
                analyte={analyte}
                open={open === analyte.code}
                onToggle={() => {
                  setOpen(open === analyte.code ? null : analyte.code);
                }}
              />
              {open === analyte.code && (
                <Table.Tr>
                  <Table.Td colSpan={5}>
                    <AnalyteTrend patient={patient} analyte={analyte} />
                  </Table.Td>
                </Table.Tr>
              )}
            </Fragment>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ analyte, open, onToggle }: { analyte: Analyte; open: boolean; onToggle: () => void }) {
  const { t } = useTranslation();
  const { name, unit, values } = analyte;
  const [latest, ...before] = values;
  if (!latest) return null;
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={500}>
        {name[currentLanguage()]}
      </Table.Th>
      <Table.Td>
        <LabNumber value={latest} unit={unit} />
        <Text size="xs" c="dimmed">
          {dateTime(latest.at)}
        </Text>
      </Table.Td>
      <Table.Td>{rangeText(latest)}</Table.Td>
      <Table.Td>
        <Group gap="md">
          {before.slice(0, BEFORE).map((value) => (
            <Tooltip key={value.id} label={dateTime(value.at)}>
              <div>
                <LabNumber value={value} unit="" />
              </div>
            </Tooltip>
          ))}
        </Group>
      </Table.Td>
      <Table.Td>
        <ActionIcon
          variant={open ? "filled" : "subtle"}
          aria-expanded={open}
          aria-label={t("chart.laboratory.showTrend", { name: name[currentLanguage()] })}
          onClick={onToggle}
        >
          <IconChartLine size={16} aria-hidden />
        </ActionIcon>
      </Table.Td>
    </Table.Tr>
  );
}
