import { useTranslation } from "react-i18next";
import type { Schema } from "@/api/client";
import type { Body, Field, Values } from "@/shared/forms/fields";
import { modelName } from "@/shared/ai/jobs";
import type { JobType } from "@/shared/jobTypes";

export type Rule = Schema["RoutingRuleOut"];
type Draft = Schema["DraftDryRunInRequest"];

const SEQUENCES = ["T1", "T2", "FLAIR", "PD", "T2*", "DWI", "EPI", "angiography"] as const satisfies
  Schema["SequenceEnum"][];
const PRIORITIES = ["routine", "urgent", "stat"] as const satisfies Schema["PriorityEnum"][];
/** What a rule has besides naming studies and a model. */
const NAMES_NOTHING = new Set(["name", "enabled", "position"]);
const EXAMINATIONS = [
  "MR_BRAIN",
  "MR_BRAIN_CONTRAST",
  "MR_SPINE",
  "CT_HEAD",
  "CT_BRAIN",
  "CT_CHEST",
] as const satisfies JobType[];

/** Of a model that runs on images alone, the version in use and each by itself: `id` or `id version`. */
function modelOptions(models: Schema["ManagedModelOut"][], hospitals: (name: string) => string) {
  return models
    .filter(({ kind }) => kind === "network" || kind === "remote")
    .flatMap((model) => [
      { value: model.id, label: hospitals(modelName(model)) },
      ...model.versions.map((version) => ({
        value: `${model.id} ${version}`,
        label: `${modelName(model)} ${version}`,
      })),
    ]);
}

export function useRuleFields(models: Schema["ManagedModelOut"][]): Field[] {
  const { t } = useTranslation();
  const priorities = PRIORITIES.map((value) => ({ value, label: t(`status.priority.${value}`) }));
  const model = modelOptions(models, (name) => t("admin.routing.hospitals", { name }));
  return [
    { name: "name", label: t("admin.routing.name"), type: "text", required: true, maxLength: 80 },
    { name: "model", label: t("admin.routing.model"), type: "select", required: true, options: model },
    {
      name: "modality",
      label: t("admin.routing.modality"),
      type: "text",
      required: true,
      maxLength: 16,
      hint: t("admin.routing.modalityHint"),
      half: true,
    },
    {
      name: "body_part",
      label: t("admin.routing.bodyPart"),
      type: "text",
      maxLength: 16,
      hint: t("admin.routing.bodyPartHint"),
      half: true,
    },
    {
      name: "sequence",
      label: t("admin.routing.sequence"),
      type: "select",
      options: SEQUENCES.map((value) => ({ value, label: value })),
    },
    { name: "words", label: t("admin.routing.words"), type: "lines", hint: t("admin.routing.wordsHint") },
    {
      name: "job_type",
      label: t("admin.routing.jobType"),
      type: "suggest",
      suggestions: EXAMINATIONS.map((code) => ({ name: code, also: t(`orders.types.${code}`) })),
      half: true,
    },
    {
      name: "priority",
      label: t("admin.routing.priority"),
      type: "select",
      options: priorities,
      half: true,
    },
    {
      name: "urgency",
      label: t("admin.routing.urgency"),
      type: "select",
      options: priorities,
      hint: t("admin.routing.urgencyHint"),
    },
    { name: "position", label: t("admin.routing.position"), type: "number" },
    {
      name: "enabled",
      label: t("admin.routing.enabled"),
      type: "yes",
      hint: t("admin.routing.enabledHint"),
    },
  ];
}

export function ruleValues(rule: Rule): Values {
  return {
    name: rule.name,
    model: `${rule.model_id} ${rule.model_version ?? ""}`.trim(),
    modality: rule.modality,
    body_part: rule.body_part ?? "",
    sequence: rule.sequence ?? "",
    words: rule.words.join("\n"),
    job_type: rule.job_type ?? "",
    priority: rule.priority ?? "",
    urgency: rule.urgency ?? "",
    position: String(rule.position ?? 0),
    enabled: String(rule.enabled ?? false),
  };
}

/** What the API takes: words as a list, the model by its id and version. */
export function ruleBody({ model, words, job_type, position, ...rest }: Body): object {
  const [model_id, model_version = ""] = typeof model === "string" ? model.split(" ") : [];
  return {
    ...rest,
    ...(model_id && { model_id, model_version }),
    ...(typeof words === "string" && { words: linesOf(words) }),
    ...(job_type !== undefined && { job_type: job_type ?? "" }),
    ...(position !== undefined && { position: position ?? 0 }),
  };
}

/** The rule as it stands in the form, for a dry run; null while it names no model and no modality. */
export function draftOf(values: Values): Draft | null {
  if (!values.model || !values.modality) return null;
  const naming = Object.entries(values).filter(([name]) => !NAMES_NOTHING.has(name));
  return ruleBody(Object.fromEntries(naming)) as Draft;
}

/** What a rule names, in one line. */
export function ruleLine(rule: Rule, priorityName: (value: Schema["PriorityEnum"]) => string): string {
  const { modality, sequence, words, body_part, job_type, priority } = rule;
  const least = priority ? `≥ ${priorityName(priority)}` : "";
  return [modality, sequence, ...words, body_part, job_type, least].filter(Boolean).join(" · ");
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
}
