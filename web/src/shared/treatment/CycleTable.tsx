import { Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { unitText } from "@/shared/units";
import { cyclesOf, daysText } from "./cycles";
import type { Plan } from "./data";

/** The chemotherapy of a plan: a row for each cycle with its doses. */
export function CycleTable({ plan }: { plan: Plan }) {
  const { t } = useTranslation();
  const cycles = cyclesOf(plan.cycles);
  if (cycles.length === 0) return null;
  return (
    <Table aria-label={`${t("treatment.plan.cycles")}: ${plan.title}`} verticalSpacing={2} mt={4} w="auto">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t("treatment.event.cycle")}</Table.Th>
          <Table.Th scope="col">{t("treatment.plan.cycles")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {cycles.map(({ cycle, doses }) => (
          <Table.Tr key={cycle}>
            <Table.Th scope="row">{t("treatment.event.cycleNumber", { number: cycle })}</Table.Th>
            <Table.Td>
              {doses.map(({ drug, dose, unit, days }) => (
                <Text key={`${drug} ${dose} ${unit}`} size="sm">
                  {t("treatment.plan.doseOnDays", {
                    dose: `${drug} ${dose} ${unitText(unit)}`,
                    days: daysText(days),
                  })}
                </Text>
              ))}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
