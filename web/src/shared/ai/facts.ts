import type { TFunction } from "i18next";
import type { Schema } from "@/api/client";
import { currentLanguage } from "@/i18n";
import { unitText } from "@/shared/units";

export type Fact = Schema["FactOut"];
export type Missing = Schema["MissingOut"];

/** The name of a fact in the language of the page. */
export function factLabel({ label, label_ko }: Pick<Fact, "label" | "label_ko">): string {
  return currentLanguage() === "ko" && label_ko ? label_ko : label;
}

/** A fact's value as a person reads it: yes, a number with its unit, one of the choices. */
export function factValue(fact: Pick<Fact, "value" | "unit">, t: TFunction): string {
  const value: unknown = fact.value;
  if (typeof value === "boolean") return t(value ? "common.yes" : "common.no");
  if (typeof value === "object" && value !== null && "version" in value) {
    return t("ai.rule.mask", { version: value.version });
  }
  const text = typeof value === "string" ? choiceText(value, t) : String(value);
  return `${text} ${unitText(fact.unit)}`.trim();
}

export function choiceText(choice: string, t: TFunction): string {
  return t(`ai.rule.choices.${choice}` as "ai.rule.choices.other", { defaultValue: choice });
}

const TABS: Record<string, string> = {
  problem: "problems",
  problems: "problems",
  vitals: "vitals",
  prescription: "medication",
  prescriptions: "medication",
  series: "imaging",
  performance: "treatment",
  plan: "treatment",
  treatment: "treatment",
};

function tabOf(patient: number, name: string): string {
  const tab = TABS[name];
  return tab ? `/patients/${patient}?tab=${tab}` : `/patients/${patient}`;
}

/** Where a fact is written; null for what a doctor stated. */
export function sourceLink({ kind, id }: Fact["source"], patient: number): string | null {
  if (kind === "given") return null;
  if (kind === "order") return `/orders/${id}`;
  if (kind === "ai_job") return `/ai/jobs/${id}`;
  return tabOf(patient, kind);
}

/** The result of another model would give it, and nobody has requested that one. */
export function asksForModel({ kind, job, order, model }: Missing["offer"]): boolean {
  return kind === "result" && job === null && order === null && model !== "";
}

/** Where a missing fact can be had; null where it is stated with the request. */
export function offerLink({ offer }: Pick<Missing, "offer">, patient: number): string | null {
  if (offer.kind === "form") return offer.form === "request" ? null : tabOf(patient, offer.form);
  if (offer.job !== null) return `/ai/jobs/${offer.job}`;
  if (offer.order !== null) return `/orders/${offer.order}`;
  if (offer.study_instance_uid) return `/studies/${offer.study_instance_uid}`;
  return `/patients/${patient}?tab=${offer.kind === "order" ? "orders" : "imaging"}`;
}
