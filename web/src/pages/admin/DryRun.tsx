import { Button, Group, NumberInput, Pagination, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { QueryView } from "@/shared/QueryView";
import { Section } from "@/shared/Section";
import { RoutedStudy } from "./RoutedStudy";

type Draft = Schema["DraftDryRunInRequest"];
type Found = Schema["DryRunOut"];

const MOST_DAYS = 365;

/** What the rule in the form would do with the studies of the last days. */
export function DryRun({ draft }: { draft: Draft | null }) {
  const { t } = useTranslation();
  const [days, setDays] = useState<number | string>(30);
  const [asked, setAsked] = useState<Draft | null>(null);
  return (
    <Section title={t("admin.routing.dryRun")}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t("admin.routing.dryRunHint")}
        </Text>
        <Group align="flex-end">
          <NumberInput
            label={t("admin.routing.days")}
            min={1}
            max={MOST_DAYS}
            clampBehavior="strict"
            allowDecimal={false}
            value={days}
            onChange={setDays}
            w={120}
          />
          <Button
            variant="light"
            disabled={draft === null || !days}
            onClick={() => {
              setAsked(draft && { ...draft, days: Number(days), page: 1 });
            }}
          >
            {t("admin.routing.dryRun")}
          </Button>
        </Group>
        {asked && <Result asked={asked} onPage={(page) => { setAsked({ ...asked, page }); }} />}
      </Stack>
    </Section>
  );
}

function Result({ asked, onPage }: { asked: Draft; onPage: (page: number) => void }) {
  const { t } = useTranslation();
  const found = useQuery({
    queryKey: keys.ai.dryRun(asked),
    queryFn: ({ signal }) => unwrap(api.POST("/api/ai/routing-rules/dry-run/", { body: asked, signal })),
    gcTime: 0,
  });
  return (
    <QueryView query={found}>
      {(run) => (
        <Stack gap="sm">
          <Text size="sm" role="status">
            {`${t("admin.routing.matched", { count: run.count })} `}
            {run.expected_seconds === null
              ? t("admin.routing.noMachineTime")
              : t("admin.routing.machineTime", { minutes: Math.ceil(run.expected_seconds / 60) })}
          </Text>
          <Lines lines={run.lines} />
          {run.pages > 1 && (
            <Pagination
              size="sm"
              total={run.pages}
              value={run.page}
              onChange={onPage}
              getItemProps={(number) => ({ "aria-label": t("list.page", { number }) })}
              getControlProps={(control) =>
                control === "next" || control === "previous" ? { "aria-label": t(`list.${control}`) } : {}
              }
            />
          )}
        </Stack>
      )}
    </QueryView>
  );
}

function Lines({ lines }: { lines: Found["lines"] }) {
  const { t } = useTranslation();
  if (lines.length === 0) return <Text size="sm">{t("admin.routing.nothing")}</Text>;
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table aria-label={t("admin.routing.dryRun")}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t("admin.routing.study")}</Table.Th>
            <Table.Th>{t("admin.routing.series")}</Table.Th>
            <Table.Th>{t("admin.routing.outcome")}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {lines.map((line) => (
            <Table.Tr key={line.study.study_instance_uid}>
              <Table.Td>
                <RoutedStudy study={line.study} />
              </Table.Td>
              <Table.Td>{line.series_description}</Table.Td>
              <Table.Td>
                <Text size="sm">{t(`admin.routing.outcomes.${line.outcome}`)}</Text>
                {line.refusal && (
                  <Text size="xs" c="dimmed">
                    {[t(`admin.routing.refusal.${line.refusal}`), line.detail].filter(Boolean).join(" ")}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
