import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { DataTable, type Column } from "@/shared/DataTable";
import { Section } from "@/shared/Section";
import { showSuccess } from "@/shared/toasts";
import { calendarDate } from "@/shared/when";
import type { Pair } from "./MergeDrawer";
import { pairsQuery } from "./queries";

type DuplicatePair = Schema["DuplicatePairOut"];

function Brief({ patient }: { patient: Schema["PatientBriefOut"] }) {
  const { t } = useTranslation();
  const { full_name, patient_id, birth_date, gender } = patient;
  return (
    <Text size="sm">
      {`${full_name} · ${patient_id} · ${calendarDate(birth_date)} · ${t(`common.gender.${gender}`)}`}
    </Text>
  );
}

/** What the server found alike. */
export function PairList({ onCompare }: { onCompare: (pair: Pair) => void }) {
  const { t } = useTranslation();
  const [page, setPage] = useState(1);
  const pairs = useQuery({ ...pairsQuery(page), placeholderData: keepPreviousData });
  const columns: Column<DuplicatePair>[] = [
    {
      key: "records",
      header: t("merging.records"),
      lead: true,
      render: ({ first, second }) => (
        <Stack gap={2}>
          <Brief patient={first} />
          <Brief patient={second} />
        </Stack>
      ),
    },
    { key: "score", header: t("merging.score"), render: ({ score }) => score },
    {
      key: "alike",
      header: t("merging.alikeLabel"),
      render: ({ alike }) => (
        <Group gap={6}>
          {alike.map((what) => (
            <Badge key={what} variant="light">
              {t(`merging.alike.${what}`)}
            </Badge>
          ))}
        </Group>
      ),
    },
    {
      key: "actions",
      header: t("chart.do"),
      render: (pair) => (
        <Group gap="xs" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="light"
            onClick={() => {
              onCompare({ survivor: pair.first.id, duplicate: pair.second.id });
            }}
          >
            {t("merging.compare")}
          </Button>
          <Dismiss id={pair.id} />
        </Group>
      ),
    },
  ];
  return (
    <Section title={t("merging.pairs")}>
      <DataTable
        label={t("merging.pairs")}
        query={pairs}
        columns={columns}
        rowKey={({ id }) => id}
        empty={t("merging.noPairs")}
        page={page}
        onPage={setPage}
      />
    </Section>
  );
}

function Dismiss({ id }: { id: number }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const dismiss = useMutation({
    mutationFn: () =>
      unwrap(api.POST("/api/emr/duplicates/{id}/dismiss/", { params: { path: { id } } })),
    onSuccess: () => {
      showSuccess(t("merging.dismissed"));
      void client.invalidateQueries({ queryKey: keys.merging.all });
    },
  });
  return (
    <Button
      size="compact-sm"
      variant="default"
      loading={dismiss.isPending}
      onClick={() => {
        dismiss.mutate();
      }}
    >
      {t("merging.dismiss")}
    </Button>
  );
}
