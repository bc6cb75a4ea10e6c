import type { Schema } from "@/api/client";

export type KeyFinding = Schema["KeyFindingOut"];
export type Bearing = "present" | "negated" | "uncertain";

export interface Piece {
  text: string;
  finding: KeyFinding | null;
}

/** How a finding is shown. Probably absent is shown as uncertain: it must not be overlooked. */
export function bearingOf({ negated, uncertain }: KeyFinding): Bearing {
  if (uncertain) return "uncertain";
  return negated ? "negated" : "present";
}

/** The text in pieces, with the findings that the server found in it; places count code points. */
export function piecesOf(text: string, findings: KeyFinding[]): Piece[] {
  const points = Array.from(text);
  const part = (start: number, end?: number) => points.slice(start, end).join("");
  const pieces: Piece[] = [];
  let done = 0;
  for (const finding of findings) {
    if (finding.start < done || finding.end > points.length) continue;
    if (finding.start > done) pieces.push({ text: part(done, finding.start), finding: null });
    pieces.push({ text: part(finding.start, finding.end), finding });
    done = finding.end;
  }
  if (done < points.length) pieces.push({ text: part(done), finding: null });
  return pieces;
}
