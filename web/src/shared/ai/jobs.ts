import type { Schema } from "@/api/client";
import { currentLanguage } from "@/i18n";
import { dicomTime } from "@/shared/format";
import { calendarDate } from "@/shared/when";

export type Job = Schema["AIJobOut"];

/** How often a running analysis or publication is asked about. */
export const POLL_MS = 2500;
/** How often one whose progress is shown is. */
export const PROGRESS_MS = 1000;

export function isRunning(job: Pick<Job, "status">): boolean {
  return job.status === "PENDING" || job.status === "PROCESSING";
}

/** The persons who asked for it; of a routing rule alone there are none. */
export function askersOf(job: Job): Schema["AskerOut"][] {
  const { requested_by: username, requested_by_name: full_name } = job;
  return username ? [{ username, full_name }, ...job.also_asked] : job.also_asked;
}

/** By a model, whoever asked for it: not drawn by a person, and not taken from a file. */
export function isByModel({ origin }: Pick<Job, "origin">): boolean {
  return origin === "model" || origin === "rule";
}

/** Something will change without this person's doing. */
export function isMoving(job: Job): boolean {
  return isRunning(job) || job.publication.status === "PENDING";
}

/** Whose images: the patient by name and MRN; null where nobody is known. */
export function patientOf(job: Pick<Job, "patient_id" | "patient_name">): string | null {
  return [job.patient_name, job.patient_id].filter(Boolean).join(" · ") || null;
}

/** Which examination, in words: description and date; empty for an analysis about a patient. */
export function studyOf({ study }: Pick<Job, "study">): string {
  if (!study) return "";
  const { study_date: date, study_time: time } = study;
  const when = date ? `${calendarDate(date)} ${dicomTime(time)}`.trim() : "";
  return [study.description, when].filter(Boolean).join(" · ");
}

/** A text of the manifest in the language of the page, where it has one: `<key>_ko`. */
export function cardText(from: Record<string, unknown>, key: string): unknown {
  const korean = currentLanguage() === "ko" ? from[`${key}_ko`] : null;
  const has = Array.isArray(korean) ? korean.length > 0 : Boolean(korean);
  return has ? korean : from[key];
}

/** The same of a list; one sentence is a list of one. */
export function cardLines(from: Record<string, unknown>, key: string): string[] {
  const value = cardText(from, key);
  return [value].flat().filter((line) => typeof line === "string");
}

export function modelName(model: Pick<Schema["ModelOut"], "name" | "name_ko">): string {
  return String(cardText(model, "name"));
}

const AFTER_ANALYSIS = ["completed", "approved", "seg_stored", "seg_seen", "published"] as const;
const KNOWN = [
  "requested",
  "pending",
  "processing",
  "failed",
  "cancelled",
  "rejected",
  "publication_failed",
  "publication_retried",
  "returned_to_review",
  ...AFTER_ANALYSIS,
] as const;
export type Step = (typeof KNOWN)[number];

interface StepView {
  step: Step;
  /** Null: still to come. */
  at: string | null;
}

/** Of a result returned to review, the analysis and what came after the return. */
function sinceReturned(done: StepView[]): StepView[] {
  const from = done.findLastIndex(({ step }) => step === "returned_to_review");
  const analysis = ["requested", "processing", "completed"];
  return done.filter(({ step }, index) => index > from || analysis.includes(step));
}

/** What happened to a job, then what is still to happen until its result is published. */
export function stepsOf(job: Job): StepView[] {
  const done = job.timeline.flatMap(({ step, at }): StepView[] => {
    const known = KNOWN.find((each) => each === step);
    return known ? [{ step: known, at }] : [];
  });
  const last = done.at(-1)?.step;
  if (last === "failed" || last === "cancelled" || last === "rejected") return done;
  const seen = new Set(sinceReturned(done).map(({ step }) => step));
  const analysis = seen.has("processing") || seen.has("completed") ? [] : (["processing"] as const);
  const maskless = Boolean(job.result) && job.segmentation === null;
  const coming = AFTER_ANALYSIS.filter((step) => !(maskless && step.startsWith("seg_")));
  const ahead = [...analysis, ...coming.filter((step) => !seen.has(step))];
  return [...done, ...ahead.map((step): StepView => ({ step, at: null }))];
}
