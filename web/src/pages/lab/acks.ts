/** How the messages of a file were answered: `AA`, `AE` or `AR` for each control ID. */
export interface Answer {
  controlId: string;
  code: string;
  reason: string;
}

/** The acknowledgements of an HL7 v2 answer, one after the other. */
export function answersOf(text: string): Answer[] {
  const found: Answer[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const fields = line.split("|");
    if (fields[0] === "MSA") found.push({ code: fields[1] ?? "", controlId: fields[2] ?? "", reason: "" });
    const last = found.at(-1);
    if (fields[0] === "ERR" && last) last.reason = fields[8] ?? "";
  }
  return found;
}

/** Messages begin with MSH, perhaps framed or behind a header of a batch. */
export function isHl7(beginning: string): boolean {
  return /^[\s\v]*(MSH|FHS|BHS)\W/.test(beginning);
}
