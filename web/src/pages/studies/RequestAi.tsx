import { Button, Group, Modal, Radio, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { cardText, modelName } from "@/shared/ai/jobs";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { QueryView } from "@/shared/QueryView";
import { showSuccess } from "@/shared/toasts";

interface RequestAiProps {
  study: Schema["StudyDetailOut"];
  opened: boolean;
  onClose: () => void;
}

/** Choose a model that suits the patient's images, and a series if it matters. */
export function RequestAi({ study, opened, onClose }: RequestAiProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [chosen, setChosen] = useState<string | null>(null);
  const [series, setSeries] = useState<string | null>(null);
  const { patient_id } = study.patient;
  const models = useQuery({
    queryKey: keys.ai.modelsFor(study.patient.id),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/ai/models/available/", { params: { query: { patient_id } }, signal })),
    enabled: opened,
  });
  const model = chosen ?? models.data?.[0]?.id ?? null;
  const request = useMutation({
    mutationFn: (model_type: string) =>
      unwrap(
        api.POST("/api/ai/jobs/", {
          body: {
            study_instance_uid: study.study_instance_uid,
            model_type,
            ...(series && { series_instance_uid: series }),
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
            <Radio.Group label={t("ai.model")} value={model} onChange={setChosen}>
              <Stack gap="xs" mt="xs">
                {found.map((card) => (
                  <Radio.Card key={card.id} value={card.id} p="sm">
                    <Group wrap="nowrap" align="flex-start">
                      <Radio.Indicator />
                      <div>
                        <Text size="sm" fw={500}>
                          {modelName(card)}
                        </Text>
                        <Text size="xs" c="dimmed">
                          {String(cardText(card, "intended_use"))}
                        </Text>
                      </div>
                    </Group>
                  </Radio.Card>
                ))}
              </Stack>
            </Radio.Group>
            <Select
              label={t("ai.seriesChoice")}
              placeholder={t("ai.autoSeries")}
              clearable
              clearButtonProps={{ "aria-label": t("common.clear") }}
              value={series}
              onChange={setSeries}
              data={study.series
                .filter(({ images }) => images > 0)
                .map((one) => ({
                  value: one.series_instance_uid,
                  label: `${one.modality} · ${one.description ?? ""} (${one.images})`,
                }))}
            />
            {request.isError && <ErrorNotice error={request.error} />}
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
