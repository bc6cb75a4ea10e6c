import { Badge, Stack, Text, type MantineColor } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import { DataTable, type Column } from "@/shared/DataTable";
import { Section } from "@/shared/Section";
import { dateTime } from "@/shared/when";
import { MergeActions } from "./MergeActions";
import { mergesQuery } from "./queries";

type Merge = Schema["MergeOut"];

const COLORS: Record<Schema["MergeState"], MantineColor> = {
  proposed: "blue",
  merged: "teal",
  rejected: "gray",
  undone: "yellow",
};
const named = ({ full_name, patient_id }: Schema["PatientBriefOut"]) => `${full_name} (${patient_id})`;

/** Proposals that wait, and what became of the others. */
export function MergeList() {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const merges = useQuery({ ...mergesQuery(page), placeholderData: keepPreviousData });
  const columns: Column<Merge>[] = [
    {
      key: "records",
      header: t("merging.records"),
      lead: true,
      render: (merge) => (
        <Stack gap={2}>
          <Text size="sm" fw={500}>
            {t("merging.into", {
              duplicate: named(merge.duplicate),
              survivor: named(merge.survivor),
            })}
          </Text>
          <Text size="xs" c="dimmed">
            {merge.reason}
          </Text>
        </Stack>
      ),
    },
    {
      key: "state",
      header: t("merging.status"),
      render: ({ state }) => <Badge color={COLORS[state]}>{t(`merging.state.${state}`)}</Badge>,
    },
    { key: "who", header: t("common.details"), render: (merge) => <Who merge={merge} /> },
    { key: "actions", header: t("chart.do"), render: (merge) => <MergeActions merge={merge} /> },
  ];
  return (
    <Section title={t("merging.merges")}>
      <DataTable
        label={t("merging.merges")}
        query={merges}
        columns={columns}
        rowKey={({ id }) => id}
        empty={t("merging.noMerges")}
        page={page}
        onPage={setPage}
      />
    </Section>
  );
}

const personOf = (user: Schema["UserBriefOut"]) => user.full_name || user.username;

function Who({ merge }: { merge: Merge }) {
  const { t } = useTranslation();
  const { proposed_by, proposed_at, decided_by, decided_at, undone_by, undone_at, undo_until } = merge;
  const fields = merge.not_restored.map((name) => t(`merging.fields.${name}`));
  return (
    <Stack gap={2}>
      <Text size="xs">
        {t("merging.proposedBy", { name: personOf(proposed_by), at: dateTime(proposed_at) })}
      </Text>
      {decided_by && decided_at && (
        <Text size="xs">
          {t("merging.decidedBy", { name: personOf(decided_by), at: dateTime(decided_at) })}
        </Text>
      )}
      {undone_by && undone_at && (
        <Text size="xs">
          {t("merging.undoneBy", { name: personOf(undone_by), at: dateTime(undone_at) })}
        </Text>
      )}
      {undo_until && <Text size="xs">{t("merging.undoUntil", { at: dateTime(undo_until) })}</Text>}
      {fields.length > 0 && (
        <Text size="xs" c="orange">
          {t("merging.notRestored", { fields: fields.join(", ") })}
        </Text>
      )}
    </Stack>
  );
}
