import type { Schema } from "@/api/client";

const KINDS = {
  "ai.AIJob": "ai",
  "emr.CareTeamMember": "access",
  "rbac.Grant": "access",
  "rbac.OrderAccess": "access",
  "lis.CriticalValue": "alerts",
  "lis.LabValue": "laboratory",
  "lis.ResultVersion": "laboratory",
  "lis.Specimen": "laboratory",
  "ocs.Order": "orders",
  "pacs.Study": "studies",
  "ris.Reading": "studies",
} as const;
const AREAS = { emr: "chart", treatment: "appointments", lis: "laboratory", ris: "studies" } as const;

type Kind = (typeof KINDS)[keyof typeof KINDS] | (typeof AREAS)[keyof typeof AREAS] | "other";

function kindOf(label: string): Kind {
  const area = label.split(".")[0] ?? "";
  const kinds: Partial<Record<string, Kind>> = KINDS;
  const areas: Partial<Record<string, Kind>> = AREAS;
  return kinds[label] ?? areas[area] ?? "other";
}

/** How many entries of each kind follow, the most first; the server counts by its own tables. */
export function followsByKind(follows: Schema["MergePreviewOut"]["follows"]): [Kind, number][] {
  const counts = new Map<Kind, number>();
  for (const [label, count] of Object.entries(follows)) {
    const kind = kindOf(label);
    counts.set(kind, (counts.get(kind) ?? 0) + count);
  }
  return [...counts].sort(([, one], [, other]) => other - one);
}
