import { SegmentedControl, Stack, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { useCan } from "@/session/react";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { useMove, type Bedside } from "./data";

type Change = Pick<Schema["PatchedEncounterFieldsInRequest"], "spo2_scale" | "pregnant">;

/** What a doctor decides for the early warning score of this stay. */
export function NewsSettings({ bedside }: { bedside: Bedside }) {
  const { t } = useTranslation();
  const can = useCan();
  const patient = bedside.patient.id;
  const visits = useQuery({
    queryKey: keys.wards.visits(patient),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/emr/encounters/", { params: { query: { patient, page_size: 20 } }, signal })),
    enabled: can("edit_encounter"),
  });
  const visit = visits.data?.results.find(({ id }) => id === bedside.encounter);
  const setting = useMove(
    (body: Change) =>
      unwrap(
        api.PATCH("/api/emr/encounters/{id}/", {
          params: {
            path: { id: bedside.encounter },
            header: { "If-Match": `"${visit?.version ?? 0}"` },
          },
          body,
        }),
      ),
    () => undefined,
  );
  if (!can("edit_encounter") || !visit) return null;
  return (
    <Stack gap={6}>
      <Text size="sm" fw={500}>
        {t("ward.newsSettings")}
      </Text>
      <SegmentedControl
        size="xs"
        aria-label={t("ward.scale")}
        data={[
          { value: "1", label: t("ward.scaleOneLabel") },
          { value: "2", label: t("ward.scaleTwoLabel") },
        ]}
        value={String(visit.spo2_scale)}
        disabled={setting.isPending}
        onChange={(value) => {
          setting.mutate({ spo2_scale: value === "2" ? 2 : 1 });
        }}
      />
      {bedside.patient.gender !== "M" && (
        <Switch
          label={t("ward.pregnant")}
          checked={visit.pregnant ?? false}
          disabled={setting.isPending}
          onChange={(event) => {
            setting.mutate({ pregnant: event.currentTarget.checked });
          }}
        />
      )}
      {setting.isError && <ErrorNotice error={setting.error} />}
    </Stack>
  );
}
