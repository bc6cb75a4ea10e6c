"""What the OBX lines of a message say, by the type of the order: rows of its result.

Genetic lines are coded in LOINC as in HL7's guide for laboratory results: the lines of one variant
share OBX-4, or begin with the gene.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from common.errors import AppError, InvalidInput
from lis.analytes import analytes, is_ucum, number_or_text
from lis.hl7_text import Hl7Refused, Observation
from lis.services.releases import row_key
from lis.services.typed_results import analyte_refined, is_hgvs
from ocs.services.results import schema_check

Row = dict[str, Any]
Problems = dict[int, str]
FINAL, CORRECTED, PRELIMINARY = "F", "C", ("P", "")
GENE, DNA_CHANGE, PROTEIN_CHANGE, FRACTION = "48018-6", "48004-6", "48005-3", "81258-6"
TRANSCRIPT, ALLELIC_STATE, SIGNIFICANCE = "51958-7", "53034-5", "53037-8"
DISPLAY_NAME, ASSESSMENT = "47998-0", "69548-6"
_VARIANT = frozenset(
    {GENE, DNA_CHANGE, PROTEIN_CHANGE, FRACTION, TRANSCRIPT, ALLELIC_STATE, SIGNIFICANCE}
    | {DISPLAY_NAME, ASSESSMENT}
)
_ANSWERS = {
    ASSESSMENT: {"LA9633-4": "present", "LA9634-2": "absent"},
    ALLELIC_STATE: {
        "LA6706-1": "heterozygous",
        "LA6705-3": "homozygous",
        "LA6707-9": "hemizygous",
    },
    SIGNIFICANCE: {
        "LA6668-3": "pathogenic",
        "LA26332-9": "likely_pathogenic",
        "LA26333-7": "uncertain",
        "LA26334-5": "likely_benign",
        "LA6675-8": "benign",
    },
}
_TEXTS = ("", "NM", "SN", "ST", "TX", "CE", "CWE", "CNE")
_MOST_TEXT = 60


def type_of(code: str, lines: Iterable[Observation]) -> str:
    """The job type that a group is about, where no accession number names its order."""
    codes = {code, *(each.code for each in lines)}
    if codes & analytes().keys():
        return "BLOOD"
    return "GENETIC" if codes & _VARIANT else code


def rows_of(
    order: Any, lines: Sequence[Observation], present: Collection[Any]
) -> tuple[list[Row], Problems]:
    """The rows of the lines, and what is wrong with a line by its number.

    "" for a line that is right and is held with another of its row. A row that is ``present`` in
    the result by now must be a correction. Raises Hl7Refused for a type that has no rows.
    """
    read = _READERS.get(order.job_type)
    if read is None:
        raise Hl7Refused("AE", f"no import of {order.job_type}")
    known = {line.number: wrong for line in lines if (wrong := _line_problem(line))}
    problems: Problems = {}
    rows = []
    for of_row, row, wrong_lines in read(order, lines, known):
        found = wrong_lines
        if row and row_key(order.job_type, row) in present:
            found = {
                line.number: "in the result already" for line in of_row if line.status != CORRECTED
            }
        if row is not None and not found:
            rows.append(row)
            continue
        problems |= {line.number: "" for line in of_row}
        problems |= {number: f"OBX {number}: {wrong}" for number, wrong in found.items()}
    return rows, problems


def _line_problem(line: Observation) -> str:
    if line.status not in (FINAL, CORRECTED, *PRELIMINARY):
        return "status"
    return "several values" if line.repeated else ""


ReadRow = tuple[Sequence[Observation], Row | None, Problems]


def _analytes(order: Any, lines: Sequence[Observation], known: Problems) -> list[ReadRow]:
    found: list[ReadRow] = []
    for each in lines:
        row: Row = {"code": each.code, "value": number_or_text(each.value), "unit": each.unit}
        row |= {"method": each.method[:40]} if each.method else {}
        wrong = known.get(each.number, "")
        try:
            analyte_refined(order.patient, row, 0)
        except AppError as error:
            wrong = wrong or (error.field or "").rpartition(".")[2]
        found.append(([each], None, {each.number: wrong}) if wrong else ([each], row, {}))
    return found


def _markers(order: Any, lines: Sequence[Observation], known: Problems) -> list[ReadRow]:
    """Under the name that the sender gives: no table of markers is known."""
    found: list[ReadRow] = []
    for each in lines:
        value = each.text or each.value
        row: Row = {"marker": each.name or each.code, "value": number_or_text(value)}
        row |= {"unit": each.unit} if each.unit else {}
        row |= {"method": each.method} if each.method else {}
        wrong = known.get(each.number) or _marker_problem(each, value)
        wrong = wrong or _schema_problem("PROTEIN", "protein_markers", row)
        found.append(([each], None, {each.number: wrong}) if wrong else ([each], row, {}))
    return found


def _marker_problem(line: Observation, value: str) -> str:
    if line.kind not in _TEXTS:
        return "type"
    if not value or len(value) > _MOST_TEXT:
        return "value"
    return "" if not line.unit or is_ucum(line.unit) else "unit"


def _mutations(order: Any, lines: Sequence[Observation], known: Problems) -> list[ReadRow]:
    variants: dict[str, list[Observation]] = {}
    number = 0
    found: list[ReadRow] = []
    for each in lines:
        if each.code not in _VARIANT:
            found.append(([each], None, {each.number: known.get(each.number) or "code"}))
            continue
        number += each.code == GENE
        variants.setdefault(each.sub_id or f"#{number}", []).append(each)
    return [*found, *(_mutation(variant, known) for variant in variants.values())]


def _mutation(lines: list[Observation], known: Problems) -> ReadRow:
    """A variant is whole or not at all."""
    parts = {each.code: each for each in lines}
    problems = {each.number: known[each.number] for each in lines if each.number in known}
    twice = (each.number for each in lines if parts[each.code] is not each)
    problems |= dict.fromkeys(twice, "the same code twice")
    if GENE not in parts:
        return lines, None, problems | {lines[0].number: "no gene"}
    row: Row = {"gene": _gene(parts[GENE])}
    findings = []
    for code, read in _PARTS.items():
        value = read(parts[code], parts) if code in parts else {}
        if value is None:
            problems[parts[code].number] = "value"
            continue
        findings += [value.pop("finding")] if "finding" in value else []
        row |= value
    row |= {"finding": "; ".join(findings)} if findings else {}
    if not problems and (wrong := _schema_problem("GENETIC", "gene_mutations", row)):
        problems = {parts[GENE].number: wrong}
    return lines, None if problems else row, problems


def _gene(line: Observation) -> str:
    """The symbol, which stands beside its HGNC number."""
    return (line.text if line.value.upper().startswith("HGNC") else line.value).upper()


def _dna(line: Observation, parts: dict[str, Observation]) -> Row | None:
    reference = parts[TRANSCRIPT].value if TRANSCRIPT in parts else ""
    text = line.value if ":" in line.value or not reference else f"{reference}:{line.value}"
    return {"hgvs": text} if is_hgvs(text) else None


def _protein_change(line: Observation, parts: dict[str, Observation]) -> Row | None:
    """Beside a change of the DNA it is the finding."""
    name = "finding" if DNA_CHANGE in parts else "hgvs"
    return {name: line.value} if is_hgvs(line.value) else None


def _fraction(line: Observation, parts: dict[str, Observation]) -> Row | None:
    value = number_or_text(line.value)
    scale = {"": 1, "1": 1, "%": 100}.get(line.unit)
    if isinstance(value, str) or scale is None or not 0 <= value / scale <= 1:
        return None
    return {"vaf": round(value / scale, 6)}


def _answer(name: str) -> Callable[[Observation, dict[str, Observation]], Row | None]:
    def read(line: Observation, parts: dict[str, Observation]) -> Row | None:
        known = _ANSWERS[line.code]
        spelt = (line.text or line.value).strip().lower().replace(" ", "_")
        spelt = spelt.removesuffix("_significance")
        value = known.get(line.value) or (spelt if spelt in known.values() else None)
        return {name: value} if value else None

    return read


def _assessment(line: Observation, parts: dict[str, Observation]) -> Row | None:
    """That a variant is present its other lines say."""
    absent = _ANSWERS[ASSESSMENT].get(line.value, (line.text or line.value).lower())
    return {"present": {}, "absent": {"finding": "Absent"}}.get(absent)


def _display_name(line: Observation, parts: dict[str, Observation]) -> Row | None:
    return {"finding": line.text or line.value} if line.text or line.value else None


def _transcript(line: Observation, parts: dict[str, Observation]) -> Row | None:
    """It stands before the change of the DNA, where there is one."""
    return {} if DNA_CHANGE in parts else {"finding": line.value}


_PARTS: dict[str, Callable[[Observation, dict[str, Observation]], Row | None]] = {
    ASSESSMENT: _assessment,
    DISPLAY_NAME: _display_name,
    TRANSCRIPT: _transcript,
    DNA_CHANGE: _dna,
    PROTEIN_CHANGE: _protein_change,
    FRACTION: _fraction,
    ALLELIC_STATE: _answer("zygosity"),
    SIGNIFICANCE: _answer("interpretation"),
}
_READERS = {"BLOOD": _analytes, "GENETIC": _mutations, "PROTEIN": _markers}


def _schema_problem(job_type: str, name: str, row: Row) -> str:
    try:
        schema_check(job_type, {name: [row]})
    except InvalidInput as error:
        last = (error.field or "").rpartition(".")[2]
        return last if last and not last.isdigit() else "value"
    return ""
