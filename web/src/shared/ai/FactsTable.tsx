import { Anchor, Table } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { Section } from "@/shared/Section";
import { calendarDate } from "@/shared/when";
import { factLabel, factValue, sourceLink, type Fact } from "./facts";

/** What a rule was given: each input with its date and where it is written. */
export function FactsTable({ facts, patient }: { facts: Fact[]; patient: number }) {
  const { t } = useTranslation();
  return (
    <Section title={t("ai.rule.facts")}>
      <Table.ScrollContainer minWidth={320}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("ai.rule.fact")}</Table.Th>
              <Table.Th>{t("ai.rule.value")}</Table.Th>
              <Table.Th>{t("ai.rule.at")}</Table.Th>
              <Table.Th>{t("ai.rule.source")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {facts.map((fact) => (
              <Table.Tr key={fact.name}>
                <Table.Td>{factLabel(fact)}</Table.Td>
                <Table.Td>{factValue(fact, t)}</Table.Td>
                <Table.Td>{fact.at && calendarDate(fact.at)}</Table.Td>
                <Table.Td>
                  <Source fact={fact} patient={patient} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}

function Source({ fact, patient }: { fact: Fact; patient: number }) {
  const { t } = useTranslation();
  const { kind, label } = fact.source;
  const link = sourceLink(fact.source, patient);
  if (link === null) return <>{t("ai.rule.given", { name: label })}</>;
  const name = t(`ai.rule.sources.${kind}` as "ai.rule.sources.order", {
    name: label,
    defaultValue: label,
  });
  return (
    <Anchor component={Link} to={link} size="sm">
      {name}
    </Anchor>
  );
}
