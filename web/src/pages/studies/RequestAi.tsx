import { Button, Group, Modal, Radio, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { Cautions } from "@/shared/ai/Cautions";
import { cardText, modelName } from "@/shared/ai/jobs";
import { MissingList } from "@/shared/ai/MissingList";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { QueryView } from "@/shared/QueryView";
import { showSuccess } from "@/shared/toasts";

type Urgency = Schema["PriorityEnum"];

const URGENCIES = ["routine", "urgent", "stat"] as const satisfies Urgency[];

interface RequestAiProps {
  study: Schema["StudyDetailOut"];
  opened: boolean;
  onClose: () => void;
}

/** Choose a model that suits the images of the study; the series that suits it best is preset. */
export function RequestAi({ study, opened, onClose }: RequestAiProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [chosen, setChosen] = useState<string | null>(null);
  const [series, setSeries] = useState<string | null>(null);
  const [chosenUrgency, setUrgency] = useState<Urgency | null>(null);
  const urgency = chosenUrgency ?? study.priority ?? "routine";
  const { study_instance_uid } = study;
  const { patient_id } = study.patient;
  const models = useQuery({
    queryKey: keys.ai.modelsFor(study_instance_uid),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ai/models/available/", {
          params: { query: { patient_id, study_instance_uid } },
          signal,
        }),
      ),
    select: (found) => found.filter(({ kind }) => kind !== "rule" && kind !== "assist"),
    enabled: opened,
  });
  const card = models.data?.find(({ id, available }) => (chosen ? id === chosen : available));
  const model = card?.id ?? null;
  const suitable = card?.suitable_series.map((one) => one.series_instance_uid) ?? [];
  const taken = series ?? suitable[0] ?? null;
  const choose = (id: string) => {
    setChosen(id);
    setSeries(null);
  };
  const request = useMutation({
    mutationFn: (model_type: string) =>
      unwrap(
        api.POST("/api/ai/jobs/", {
          body: {
            study_instance_uid,
            model_type,
            urgency,
            ...(taken && { series_instance_uid: taken }),
          },
        }),
      ),
    meta: { quiet: true },
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: keys.ai.jobs });
      showSuccess(t("ai.requested"));
      onClose();
    },
  });
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t("ai.requestTitle")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <QueryView
        query={models}
        empty={t("ai.noModels")}
        isEmpty={(found) => found.length === 0}
      >
        {(found) => (
          <Stack>
            <Radio.Group label={t("ai.model")} value={model} onChange={choose}>
              <Stack gap="xs" mt="xs">
                {found.map((one) => (
                  <Stack key={one.id} gap={4}>
                    <Radio.Card value={one.id} p="sm" disabled={!one.available}>
                      <Group wrap="nowrap" align="flex-start">
                        <Radio.Indicator />
                        <div>
                          <Text size="sm" fw={500}>
                            {modelName(one)}
                          </Text>
                          <Text size="xs" c="dimmed">
                            {String(cardText(one, "intended_use"))}
                          </Text>
                        </div>
                      </Group>
                    </Radio.Card>
                    <MissingList
                      title={t("ai.rule.missing")}
                      missing={one.missing}
                      patient={study.patient.id}
                    />
                  </Stack>
                ))}
              </Stack>
            </Radio.Group>
            {card && <Cautions card={card} />}
            <Select
              label={t("ai.seriesChoice")}
              description={t("ai.suitableSeries")}
              allowDeselect={false}
              value={taken}
              onChange={setSeries}
              data={suitable.map((uid) => ({ value: uid, label: labelOf(study, uid) }))}
            />
            <Select
              label={t("ai.urgency")}
              allowDeselect={false}
              value={urgency}
              onChange={setUrgency}
              data={URGENCIES.map((value) => ({ value, label: t(`status.priority.${value}`) }))}
            />
            {request.isError && <ErrorNotice error={request.error} detailed />}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t("common.cancel")}
              </Button>
              <Button
                disabled={!model}
                loading={request.isPending}
                onClick={() => {
                  if (model) request.mutate(model);
                }}
              >
                {t("ai.request")}
              </Button>
            </Group>
          </Stack>
        )}
      </QueryView>
    </Modal>
  );
}

function labelOf(study: Schema["StudyDetailOut"], uid: string): string {
  const one = study.series.find(({ series_instance_uid }) => series_instance_uid === uid);
  return one ? `${one.modality} · ${one.description ?? ""} (${one.images})` : uid;
}
