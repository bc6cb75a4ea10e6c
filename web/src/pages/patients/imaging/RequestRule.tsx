import { Button, Group, Modal, NumberInput, Radio, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { choiceText, factLabel, type Missing } from "@/shared/ai/facts";
import { cardText, modelName } from "@/shared/ai/jobs";
import { MissingList } from "@/shared/ai/MissingList";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { QueryView } from "@/shared/QueryView";
import { unitText } from "@/shared/units";

type Model = Schema["AvailableModelOut"];
type Given = Record<string, boolean | number | string>;

interface RequestRuleProps {
  patient: { id: number; patient_id: string };
  opened: boolean;
  onClose: () => void;
}

/** Choose a score or rule, see what it lacks, and state what no record holds. */
export function RequestRule({ patient, opened, onClose }: RequestRuleProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<string | null>(null);
  const models = useQuery({
    queryKey: keys.ai.modelsFor(`patient ${patient.id}`),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/ai/models/available/", {
          params: { query: { patient_id: patient.patient_id } },
          signal,
        }),
      ),
    select: (found) => found.filter(({ kind }) => kind === "rule"),
    enabled: opened,
  });
  const model = models.data?.find(({ id }) => id === chosen) ?? models.data?.[0];
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={t("ai.rule.requestTitle")}
      closeButtonProps={{ "aria-label": t("common.close") }}
    >
      <QueryView query={models} empty={t("ai.noModels")} isEmpty={(found) => found.length === 0}>
        {(found) => (
          <Stack>
            <Radio.Group label={t("ai.model")} value={model?.id ?? null} onChange={setChosen}>
              <Stack gap="xs" mt="xs">
                {found.map((one) => (
                  <Radio key={one.id} value={one.id} label={modelName(one)} />
                ))}
              </Stack>
            </Radio.Group>
            {model && (
              <RuleForm key={model.id} model={model} patient={patient.id} onClose={onClose} />
            )}
          </Stack>
        )}
      </QueryView>
    </Modal>
  );
}

interface RuleFormProps {
  model: Model;
  patient: number;
  onClose: () => void;
}

function RuleForm({ model, patient, onClose }: RuleFormProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [given, setGiven] = useState<Given>({});
  const request = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/ai/jobs/", {
          body: { model_type: model.id, patient, facts_given: given },
        }),
      ),
    meta: { quiet: true },
    onSuccess: async ({ id }) => {
      await queryClient.invalidateQueries({ queryKey: keys.ai.jobs });
      onClose();
      await navigate(`/ai/jobs/${id}`);
    },
  });
  const asked = [...model.missing, ...model.absent].filter(({ can_be_given }) => can_be_given);
  const open = model.missing.filter(({ what }) => !(what in given));
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {String(cardText(model, "intended_use"))}
      </Text>
      {model.available && <Text size="sm">{t("ai.rule.ready")}</Text>}
      <MissingList title={t("ai.rule.missing")} missing={open} patient={patient} />
      <MissingList title={t("ai.rule.absent")} missing={model.absent} patient={patient} />
      {asked.length > 0 && <Text size="sm">{t("ai.rule.giveHint")}</Text>}
      {asked.map((one) => (
        <GivenFact
          key={one.what}
          fact={one}
          onChange={(value) => {
            const others = Object.entries(given).filter(([name]) => name !== one.what);
            const said = value === null ? [] : [[one.what, value] as const];
            setGiven(Object.fromEntries([...others, ...said]));
          }}
        />
      ))}
      {request.isError && <ErrorNotice error={request.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          loading={request.isPending}
          onClick={() => {
            request.mutate();
          }}
        >
          {t("ai.request")}
        </Button>
      </Group>
    </Stack>
  );
}

interface GivenFactProps {
  fact: Missing;
  onChange: (value: boolean | number | string | null) => void;
}

/** A choice, a number with its unit, or yes and no. */
function GivenFact({ fact, onChange }: GivenFactProps) {
  const { t } = useTranslation();
  const label = factLabel(fact);
  if (fact.unit) {
    return (
      <NumberInput
        label={label}
        suffix={` ${unitText(fact.unit)}`}
        onChange={(value) => {
          onChange(typeof value === "number" ? value : null);
        }}
      />
    );
  }
  const choices = fact.choices.map((value) => ({ value, label: choiceText(value, t) }));
  const yesNo = [
    { value: "yes", label: t("common.yes") },
    { value: "no", label: t("common.no") },
  ];
  return (
    <Select
      label={label}
      placeholder={t("ai.rule.unknown")}
      clearable
      data={choices.length > 0 ? choices : yesNo}
      onChange={(value) => {
        onChange(choices.length > 0 || value === null ? value : value === "yes");
      }}
    />
  );
}
