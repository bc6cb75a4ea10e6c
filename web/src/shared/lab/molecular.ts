export interface Mutation {
  gene: string;
  hgvs?: string;
  finding?: string;
  vaf?: number;
  zygosity?: string;
  interpretation?: string;
}
export interface CopyNumber {
  region: string;
  change: string;
  copies?: number;
}
export interface Marker {
  marker: string;
  value: number | string;
  unit?: string;
  method?: string;
  flag?: string;
}
export interface RnaSeq {
  genes?: number;
  samples?: number;
}

/** Results of genetics and proteins as ocs/schemas describe them; what is not there is empty. */
export interface Molecular {
  mutations: Mutation[];
  copies: CopyNumber[];
  markers: Marker[];
  rna: RnaSeq | null;
}

function rows<Row>(result: Record<string, unknown>, name: string): Row[] {
  const found = result[name];
  return Array.isArray(found) ? (found as Row[]) : [];
}

export function molecularOf(result: Record<string, unknown>): Molecular {
  const { rna_seq } = result;
  return {
    mutations: rows<Mutation>(result, "gene_mutations"),
    copies: rows<CopyNumber>(result, "cnv"),
    markers: rows<Marker>(result, "protein_markers"),
    rna: typeof rna_seq === "object" ? rna_seq : null,
  };
}

const KNOWN = {
  zygosity: ["heterozygous", "homozygous", "hemizygous", "unknown"],
  interpretation: ["pathogenic", "likely_pathogenic", "uncertain", "likely_benign", "benign"],
  change: ["gain", "loss", "amplification", "homozygous_deletion", "codeletion", "none"],
} as const;

type Words = { [K in keyof typeof KNOWN]: (typeof KNOWN)[K][number] };

/** A code that has a word; undefined for any other. */
export function known<K extends keyof Words>(kind: K, code: string | undefined): Words[K] | undefined {
  const codes: readonly string[] = KNOWN[kind];
  return codes.includes(code ?? "") ? (code as Words[K]) : undefined;
}
