/** How the rows of genetic and protein results are written and shown (ocs/schemas). */
export type Kind = "text" | "number" | "mixed";

export const FIELDS = {
  gene: { max: 30 },
  hgvs: { max: 200 },
  finding: { max: 200 },
  vaf: { kind: "number" },
  zygosity: { options: ["heterozygous", "homozygous", "hemizygous", "unknown"] },
  interpretation: {
    options: ["pathogenic", "likely_pathogenic", "uncertain", "likely_benign", "benign"],
  },
  region: { max: 60 },
  change: {
    options: ["gain", "loss", "amplification", "homozygous_deletion", "codeletion", "none"],
  },
  copies: { kind: "number" },
  marker: { max: 60 },
  value: { max: 60, kind: "mixed" },
  unit: { max: 40 },
  method: { max: 60 },
} as const satisfies Record<string, { max?: number; kind?: Kind; options?: readonly string[] }>;

export type FieldName = keyof typeof FIELDS;
export type Option = (typeof FIELDS)["zygosity" | "interpretation" | "change"]["options"][number];

export const LISTS = {
  gene_mutations: ["gene", "hgvs", "finding", "vaf", "zygosity", "interpretation"],
  cnv: ["region", "change", "copies"],
  protein_markers: ["marker", "value", "unit", "method"],
} as const satisfies Record<string, readonly FieldName[]>;

export type ListName = keyof typeof LISTS;

export const LISTS_OF: Partial<Record<string, readonly ListName[]>> = {
  GENETIC: ["gene_mutations", "cnv"],
  PROTEIN: ["protein_markers"],
};

/** A row as it is typed. */
export type Typed = Partial<Record<FieldName, string>>;

const NUMBER = /^\d+(\.\d+)?$/;

function sent(name: FieldName, typed: string): string | number {
  const field = FIELDS[name];
  const mayBeNumber = "kind" in field;
  return mayBeNumber && NUMBER.test(typed) ? Number(typed) : typed;
}

/** The row to send, without what is empty; null when all of it is. */
export function rowOf(list: ListName, typed: Typed): Record<string, string | number> | null {
  const filled = LISTS[list].flatMap((name: FieldName) => {
    const text = typed[name]?.trim();
    return text ? [[name, sent(name, text)] as const] : [];
  });
  return filled.length > 0 ? Object.fromEntries(filled) : null;
}

export function typedOf(row: Record<string, unknown>): Typed {
  const texts = Object.entries(row).flatMap(([name, value]) =>
    typeof value === "string" || typeof value === "number" ? [[name, String(value)] as const] : [],
  );
  return Object.fromEntries(texts);
}

export function commentOf(result: Record<string, unknown>): string {
  const { comment } = result;
  return typeof comment === "string" ? comment : "";
}

/** The rows of a list of a result, none where it has no such list. */
export function rowsOf(result: Record<string, unknown>, list: string): Record<string, unknown>[] {
  const rows = result[list];
  return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
}
