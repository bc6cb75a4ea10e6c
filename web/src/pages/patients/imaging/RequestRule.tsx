import { Button, Group, Modal, NumberInput, Radio, Select, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { api, unwrap, type Schema } from "@/api/client";
import { keys } from "@/api/keys";
import { answersTo, askedFacts, isComplete, type Declared, type Given } from "@/shared/ai/askedFacts";
import { Cautions } from "@/shared/ai/Cautions";
import { choiceText, factLabel } from "@/shared/ai/facts";
import { cardText, modelName } from "@/shared/ai/jobs";
import { MissingList } from "@/shared/ai/MissingList";
import { ErrorNotice } from "@/shared/ErrorNotice";
import { QueryView } from "@/shared/QueryView";
import { unitText } from "@/shared/units";

type Model = Schema["AvailableModelOut"];

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
  const asked = askedFacts(model, given);
  const request = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST("/api/ai/jobs/", {
          body: { model_type: model.id, patient, facts_given: answersTo(asked, given) },
        }),
      ),
    meta: { quiet: true },
    onSuccess: async ({ id }) => {
      await queryClient.invalidateQueries({ queryKey: keys.ai.jobs });
      onClose();
      await navigate(`/ai/jobs/${id}`);
    },
  });
  const open = model.missing.filter(({ what }) => !(what in given));
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {String(cardText(model, "intended_use"))}
      </Text>
      <Cautions card={model} />
      {model.available && <Text size="sm">{t("ai.rule.ready")}</Text>}
      <MissingList title={t("ai.rule.missing")} missing={open} patient={patient} />
      <MissingList title={t("ai.rule.absent")} missing={model.absent} patient={patient} />
      {asked.length > 0 && <Text size="sm">{t("ai.rule.giveHint")}</Text>}
      {asked.map((one) => (
        <GivenFact
          key={one.name}
          fact={one}
          said={given[one.name]}
          onChange={(value) => {
            const others = Object.entries(given).filter(([name]) => name !== one.name);
            const said = value === null ? [] : [[one.name, value] as const];
            setGiven(Object.fromEntries([...others, ...said]));
          }}
        />
      ))}
      {request.isError && <ErrorNotice error={request.error} detailed />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t("common.cancel")}
        </Button>
        <Button
          disabled={!isComplete(model, asked, given)}
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
  fact: Declared;
  said: Given[string] | undefined;
  onChange: (value: boolean | number | string | null) => void;
}

/** A choice, a number with its unit, or yes and no. */
function GivenFact({ fact, said, onChange }: GivenFactProps) {
  const { t } = useTranslation();
  const { required = true } = fact;
  const label = factLabel(fact);
  if (fact.unit) {
    return (
      <NumberInput
        label={label}
        withAsterisk={required}
        defaultValue={typeof said === "number" ? said : ""}
        suffix={` ${unitText(fact.unit)}`}
        onChange={(value) => {
          onChange(typeof value === "number" ? value : null);
        }}
      />
    );
  }
  const choices = (fact.choices ?? []).map((value) => ({ value, label: choiceText(value, t) }));
  const yesNo = [
    { value: "yes", label: t("common.yes") },
    { value: "no", label: t("common.no") },
  ];
  return (
    <Select
      label={label}
      withAsterisk={required}
      placeholder={t("ai.rule.unknown")}
      clearable
      value={typeof said === "boolean" ? (said ? "yes" : "no") : ((said as string | undefined) ?? null)}
      data={choices.length > 0 ? choices : yesNo}
      onChange={(value) => {
        onChange(choices.length > 0 || value === null ? value : value === "yes");
      }}
    />
  );
}
