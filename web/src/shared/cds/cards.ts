import { useMutation } from "@tanstack/react-query";
import { api, unwrap } from "@/api/client";

/** A card of CDS Hooks 2.0, as far as this application reads it. */
export interface CdsCard {
  uuid: string;
  summary: string;
  detail?: string;
  indicator: "info" | "warning" | "critical";
  source: { topic: { code: string; display: string } };
  suggestions?: CdsSuggestion[];
  links?: { label: string; url: string }[];
  overrideReasons: Coding[];
}

export interface Coding {
  code: string;
  system: string;
  display: string;
}

export interface CdsSuggestion {
  label: string;
  uuid: string;
  actions: { type: "create" | "update" | "delete"; resource?: ServiceRequest }[];
}

export interface ServiceRequest {
  category?: { coding: { code: string }[] }[];
  code?: { text?: string; coding?: { code: string }[] };
}

export type ChartHook = "patient-view" | "encounter-start";
export type OrderHook = "order-select" | "order-sign";
export type Hook = ChartHook | OrderHook;

interface Asked {
  hook: Hook;
  user: number;
  patient: number;
  jobTypes?: string[];
  signal?: AbortSignal;
}

/** What decision support has to say; without drafts for a hook of the chart. */
export async function askCards({ hook, user, patient, jobTypes = [], signal }: Asked): Promise<CdsCard[]> {
  const drafts = jobTypes.map((job_type, number) => draft(patient, job_type, number));
  const orders = {
    draftOrders: { resourceType: "Bundle", type: "collection", entry: drafts.map((resource) => ({ resource })) },
    selections: drafts.map(({ id }) => `ServiceRequest/${id}`),
  };
  const body = {
    hook,
    hookInstance: crypto.randomUUID(),
    context: {
      userId: `Practitioner/${user}`,
      patientId: String(patient),
      ...(jobTypes.length > 0 && orders),
    },
  };
  const path = { service_id: hook };
  const answer = await unwrap(
    api.POST("/api/cds-services/{service_id}", { params: { path }, body, ...(signal && { signal }) }),
  );
  return (answer as unknown as { cards: CdsCard[] }).cards;
}

function draft(patient: number, jobType: string, number: number) {
  return {
    resourceType: "ServiceRequest",
    id: `draft-${number}`,
    status: "draft",
    intent: "order",
    subject: { reference: `Patient/${patient}` },
    code: { text: jobType },
  };
}

/** Which order a suggestion creates; null: none. */
export function suggestedOrder({ actions }: CdsSuggestion): { job_role: "RIS" | "LIS"; job_type: string } | null {
  const created = actions.find(({ type }) => type === "create")?.resource;
  const job_type = created?.code?.coding?.[0]?.code;
  if (!job_type) return null;
  return { job_role: created.category?.[0]?.coding[0]?.code === LABORATORY ? "LIS" : "RIS", job_type };
}

/** Whether a suggestion takes the place of what is being ordered. */
export const replaces = ({ actions }: CdsSuggestion) => actions.some(({ type }) => type === "delete");

/** SNOMED CT: Laboratory procedure. */
const LABORATORY = "108252007";

interface Told {
  card: CdsCard;
  hook: Hook;
  accepted?: CdsSuggestion;
  reason?: Coding;
  comment?: string;
}

/** Tells the service what was done with a card. */
export function useFeedback() {
  return useMutation({
    mutationFn: ({ card, hook, accepted, reason, comment = "" }: Told) =>
      unwrap(
        api.POST("/api/cds-services/{service_id}/feedback", {
          params: { path: { service_id: hook } },
          body: {
            feedback: [
              {
                card: card.uuid,
                outcome: accepted ? "accepted" : "overridden",
                outcomeTimestamp: new Date().toISOString(),
                ...(accepted && { acceptedSuggestions: [{ id: accepted.uuid }] }),
                ...(reason && {
                  overrideReason: { reason: { code: reason.code, system: reason.system }, userComment: comment.trim() },
                }),
              },
            ],
          },
        }),
      ),
  });
}

/** The lines of a card's detail: a Markdown list of plain text, as our services write it. */
export function detailLines(detail: string): string[] {
  return detail
    .split("\n")
    .map((line) => line.replace(/^- /, "").replace(/\\([\\`*_{}[\]<>()#+!|~])/g, "$1"))
    .filter(Boolean);
}
