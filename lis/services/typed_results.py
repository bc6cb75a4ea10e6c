"""What an entered result means: units converted, ranges and flags computed, names filled in.

Flags, ranges and names of the input are never trusted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from mavehgvs import MaveHgvsParseError, Variant

from common.errors import ErrorCode, InvalidInput
from lis.analytes import UnitRefused, age_in_years, analytes, bounds, factor, is_ucum
from lis.models import LabValue, RnaMatrix
from ocs.services.results import schema_check

Result = dict[str, Any]
DELTA_WITHIN = timedelta(days=30)
_HGVS = re.compile(r"(?:[A-Za-z0-9_.()-]{1,60}:)?[cgmnopr]\.\S{1,120}", re.ASCII)
_PREDICTED = re.compile(r"p\.\(([^()]+)\)$")
_DIGITS = 6
MOST_ROWS = 500
ROWS = {"BLOOD": "analytes", "GENETIC": "gene_mutations", "PROTEIN": "protein_markers"}
"""The list of a result that a job type is about."""


def refined(order: Any, result: Result, before: dict[str, float] | None = None) -> Result:
    """The result of ``order`` as it is stored. Raises InvalidInput, whose field is the path.

    ``before``: the patient's earlier values by code, for whoever knows them already.
    """
    if order.job_type == "BLOOD":
        return _blood(order, result, before)
    refine = {"GENETIC": _genetic, "PROTEIN": _protein}.get(order.job_type)
    return refine(order, result) if refine else result


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row as it would be stored, or the name of the field that is wrong and the rule."""

    list: str
    index: int
    values: Result | None
    field: str = ""
    problem: str = ""


def rows_checked(order: Any, result: Result) -> Iterator[CheckedRow]:
    """Each row of a result by itself, before it is entered; nothing is stored."""
    lists = [ROWS[order.job_type]] if order.job_type in ROWS else []
    for name in (*lists, *(["cnv"] if order.job_type == "GENETIC" else [])):
        rows = result.get(name, [])
        if not isinstance(rows, list) or len(rows) > MOST_ROWS:
            raise _refused(f"a list of at most {MOST_ROWS} rows", name)
        for index, row in enumerate(rows):
            one = {name: [row]}
            try:
                schema_check(order.job_type, one)
                yield CheckedRow(name, index, refined(order, one)[name][0])
            except InvalidInput as error:
                field = (error.field or "").removeprefix(f"result.{name}.0").lstrip(".")
                yield CheckedRow(name, index, None, field, error.detail)


def _refused(sentence: str, *path: object) -> InvalidInput:
    field = ".".join(["result", *map(str, path)])
    return InvalidInput(ErrorCode.VALIDATION, sentence, field)


def _blood(order: Any, result: Result, before: dict[str, float] | None) -> Result:
    if before is None:
        codes = [item["code"] for item in result["analytes"]]
        before = earlier_values([order.patient_id], codes, order.pk).get(order.patient_id, {})
    items, seen = [], set()
    for number, item in enumerate(result["analytes"]):
        if item["code"] in seen:
            raise _refused("the same code twice", "analytes", number, "code")
        seen.add(item["code"])
        items.append(analyte_refined(order.patient, item, number, before.get(item["code"])))
    return result | {"analytes": items}


def analyte_refined(
    patient: Any, item: Result, number: int, earlier: float | None = None
) -> Result:
    """One analyte in its own unit with its range and flag; ``earlier`` is the value before."""
    analyte = analytes().get(item["code"])
    if analyte is None:
        raise _refused("unknown LOINC code", "analytes", number, "code")
    try:
        scale = factor(analyte.code, item["unit"])
    except UnitRefused:
        raise _refused("not a UCUM unit of this analyte", "analytes", number, "unit") from None
    ends = bounds(item["value"])
    if ends is None:
        raise _refused("a number, or < or > one", "analytes", number, "value")
    ends = (ends[0] * scale, ends[1] * scale)
    method = item.get("method")
    age = age_in_years(patient.birth_date)
    found = analyte.range_for(sex=patient.gender, age=age, method=method)
    exact = ends[0] == ends[1]
    shown: Result = {
        "code": analyte.code,
        "name": analyte.name["en"],
        "value": _rounded(ends[0]) if exact else _bound_text(item["value"], scale),
        "unit": analyte.unit,
        "flag": analyte.flag(*ends, found) or None,
        "low": found.low if found else None,
        "high": found.high if found else None,
        "method": method,
        "delta": (exact and _jumped(analyte.delta_percent, earlier, ends[0])) or None,
    }
    if item["unit"] != analyte.unit:
        shown |= {"given_value": item["value"], "given_unit": item["unit"]}
    return {name: value for name, value in shown.items() if value is not None}


def _rounded(value: float) -> float:
    number = float(f"{value:.{_DIGITS}g}")
    return int(number) if number.is_integer() else number


def _bound_text(text: str, scale: float) -> str:
    sign = text.strip().rstrip("0123456789. ")
    return f"{sign}{_rounded(float(text.strip()[len(sign) :]) * scale)}"


def _jumped(percent: float | None, earlier: float | None, value: float) -> bool:
    return bool(percent and earlier) and abs(value - earlier) / earlier * 100 > percent  # type: ignore[operator]


def earlier_values(
    patient_ids: Collection[int], codes: Collection[str], beside: int | None = None
) -> dict[int, dict[str, float]]:
    """The newest number of each code of each patient, of the last 30 days.

    ``beside``: an order whose own numbers are left out.
    """
    rows = LabValue.objects.filter(
        patient__in=patient_ids, code__in=codes, current=True, value__isnull=False
    )
    rows = rows.filter(at__gte=timezone.now() - DELTA_WITHIN).exclude(order=beside)
    found: dict[int, dict[str, float]] = {}
    for patient, code, value in rows.order_by("at", "id").values_list("patient", "code", "value"):
        found.setdefault(patient, {})[code] = value
    return found


def _genetic(order: Any, result: Result) -> Result:
    mutations = []
    for number, item in enumerate(result.get("gene_mutations", [])):
        if "hgvs" in item and not is_hgvs(item["hgvs"]):
            raise _refused("not HGVS", "gene_mutations", number, "hgvs")
        mutations.append(item | {"gene": item["gene"].upper()})
    shown = result | ({"gene_mutations": mutations} if mutations else {})
    if "rna_seq" in result:
        kept = RnaMatrix.objects.filter(order=order.pk, sha256=result["rna_seq"]["file"]).first()
        if kept is None:
            raise _refused("no matrix of this order", "rna_seq", "file")
        shown["rna_seq"] = {"file": kept.sha256, "genes": kept.genes, "samples": kept.samples}
    return shown


def is_hgvs(text: str) -> bool:
    """By the grammar alone: whether the reference has this base is not looked up.

    The parser knows no predicted change of a protein, which stands in brackets: ``p.(Gly12Asp)``.
    """
    if not _HGVS.fullmatch(text):
        return False
    try:
        Variant(_PREDICTED.sub(r"p.\1", text))
    except MaveHgvsParseError:
        return False
    return True


def _protein(order: Any, result: Result) -> Result:
    """No range of a marker is known here: none has a flag."""
    markers = []
    for number, item in enumerate(result["protein_markers"]):
        if isinstance(item["value"], bool):
            raise _refused("a number or a text", "protein_markers", number, "value")
        if not is_ucum(item.get("unit", "1")):
            raise _refused("not a UCUM unit", "protein_markers", number, "unit")
        markers.append({name: value for name, value in item.items() if name != "flag"})
    return result | {"protein_markers": markers}
