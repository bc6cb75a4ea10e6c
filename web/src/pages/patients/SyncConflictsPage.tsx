import { Button, Card, Group, Stack, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { conflictsQuery } from "@/api/queries";
import { Comparison } from "@/shared/Comparison";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { PageHeader } from "@/shared/PageHeader";
import { QueryView } from "@/shared/QueryView";
import { showSuccess } from "@/shared/toasts";
import { comparedRows } from "./openemrValues";

type Conflict = Schema["SyncConflictOut"];

/** Patients and rows of records that were changed here and in OpenEMR: a person says which stays. */
export default function SyncConflictsPage() {
  const { t } = useTranslation();
  const conflicts = useQuery(conflictsQuery);
  return (
    <>
      <PageHeader title={t("openemr.title")} subtitle={t("openemr.subtitle")} />
      <QueryView
        query={conflicts}
        empty={t("openemr.empty")}
        isEmpty={({ results }) => results.length === 0}
      >
        {({ results }) => (
          <Stack>
            {results.map((conflict) => (
              <Sides key={conflict.id} conflict={conflict} />
            ))}
          </Stack>
        )}
      </QueryView>
    </>
  );
}

function Sides({ conflict }: { conflict: Conflict }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const rows = comparedRows(t, conflict.ours, conflict.theirs);
  const { full_name, patient_id } = conflict.patient;
  const name = `${t(`openemr.kinds.${conflict.kind}`)}: ${full_name} (${patient_id})`;
  const resolving = useMutation({
    mutationFn: (keep: Schema["ConflictSide"]) =>
      unwrap(
        api.POST("/api/emr/sync/conflicts/{id}/resolve/", {
          params: { path: { id: conflict.id } },
          body: { keep, shown: conflict.shown },
        }),
      ),
    meta: { quiet: true },
    onSuccess: () => {
      showSuccess(t("openemr.kept"));
      void client.invalidateQueries();
    },
  });
  return (
    <Card withBorder component="section" aria-label={name}>
      <Title order={2} size="h5">
        {name}
      </Title>
      <Comparison
        label={t("openemr.comparison", { name })}
        arrived={t("openemr.ours")}
        recorded={t("openemr.theirs")}
        rows={rows}
      />
      {resolving.isError && <ErrorNotice error={resolving.error} />}
      <Group justify="flex-end" mt="sm">
        {(["ours", "theirs"] as const).map((keep) => (
          <Button
            key={keep}
            variant="light"
            loading={resolving.isPending && resolving.variables === keep}
            disabled={resolving.isPending}
            onClick={() => {
              resolving.mutate(keep);
            }}
          >
            {t(keep === "ours" ? "openemr.keepOurs" : "openemr.keepTheirs")}
          </Button>
        ))}
      </Group>
    </Card>
  );
}
