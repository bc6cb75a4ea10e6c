import { Anchor, Badge, Select, Stack, Text } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, PAGE_SIZE, type Column } from "@/shared/DataTable";
import { useJobTypeName } from "@/shared/jobTypes";
import { PageHeader } from "@/shared/PageHeader";
import { dateTime } from "@/shared/when";

type Entry = Schema["ScheduledStudyOut"];
const STATES = ["listed", "removed"] as const;
const REFRESHED_MS = 10_000;

/** Which orders the modalities are shown, and why one is there still or no more. */
export default function ModalityWorklistPage() {
  const { t } = useTranslation();
  const [state, setState] = useState<(typeof STATES)[number] | null>("listed");
  const [page, setPage] = useState(1);
  const entries = useQuery({
    queryKey: keys.modalityWorklist(state, page),
    queryFn: ({ signal }) => {
      const query = { page, page_size: PAGE_SIZE, ...(state && { state }) };
      return unwrap(api.GET("/api/ris/mwl/", { params: { query }, signal }));
    },
    placeholderData: keepPreviousData,
    refetchInterval: REFRESHED_MS,
  });
  return (
    <>
      <PageHeader title={t("modality.worklist.title")} subtitle={t("modality.worklist.subtitle")} />
      <Stack>
        <Select
          label={t("modality.worklist.state")}
          maw={240}
          clearable
          placeholder={t("common.all")}
          clearButtonProps={{ "aria-label": t("common.clear") }}
          data={STATES.map((value) => ({ value, label: t(`modality.worklist.states.${value}`) }))}
          value={state}
          onChange={(value) => {
            setState(value);
            setPage(1);
          }}
        />
        <DataTable
          label={t("modality.worklist.title")}
          query={entries}
          columns={useColumns()}
          rowKey={({ order }) => order}
          empty={t("modality.worklist.empty")}
          page={page}
          onPage={setPage}
        />
      </Stack>
    </>
  );
}

/** Why the order is there still or no more, what came of it, and what the modality reports. */
function Reasons({ entry: { reason, studies, elsewhere, last_image_at, performed } }: { entry: Entry }) {
  const { t } = useTranslation();
  const facts = [
    studies > 0 && t("modality.worklist.studies", { count: studies }),
    last_image_at && t("modality.worklist.lastImage", { at: dateTime(last_image_at) }),
    elsewhere > 0 && t("modality.worklist.elsewhere", { count: elsewhere }),
    performed && t(`modality.worklist.performed.${performed.state}`, { station: performed.ae_title }),
  ].filter((fact) => typeof fact === "string");
  return (
    <div>
      <Text size="sm">{t(`modality.worklist.reasons.${reason}`)}</Text>
      {facts.map((fact) => (
        <Text key={fact} size="xs" c="dimmed">
          {fact}
        </Text>
      ))}
    </div>
  );
}

function useColumns(): Column<Entry>[] {
  const { t } = useTranslation();
  const jobTypeName = useJobTypeName();
  return [
    {
      key: "order",
      header: t("modality.worklist.order"),
      lead: true,
      render: ({ order, job_type, accession_number }) => (
        <div>
          <Anchor component={Link} to={`/orders/${String(order)}`} size="sm">
            {jobTypeName(job_type)}
          </Anchor>
          <Text size="xs" c="dimmed">
            {accession_number}
          </Text>
        </div>
      ),
    },
    {
      key: "patient",
      header: t("modality.worklist.patient"),
      render: ({ patient }) => (
        <div>
          <Text size="sm">{patient.full_name}</Text>
          <Text size="xs" c="dimmed">
            {patient.patient_id}
          </Text>
        </div>
      ),
    },
    {
      key: "modality",
      header: t("modality.worklist.modality"),
      render: ({ modality }) => modality || t("modality.worklist.noModality"),
    },
    { key: "priority", header: t("modality.worklist.priority"), render: ({ priority }) => t(`status.priority.${priority}`) },
    {
      key: "state",
      header: t("modality.worklist.state"),
      render: ({ state }) => (
        <Badge color={state === "listed" ? "teal" : "gray"} tt="none">
          {t(`modality.worklist.states.${state}`)}
        </Badge>
      ),
    },
    { key: "reason", header: t("modality.worklist.reason"), render: (entry) => <Reasons entry={entry} /> },
    {
      key: "at",
      header: t("modality.worklist.at"),
      render: ({ listed_at, removed_at }) => {
        const at = removed_at ?? listed_at;
        return at ? dateTime(at) : "–";
      },
    },
  ];
}
