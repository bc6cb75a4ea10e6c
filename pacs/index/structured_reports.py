"""The measurements that structured reports of a study hold (DICOM PS3.16 TID 1500)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from math import isfinite

from pydicom import Dataset

from pacs.archive.orthanc import orthanc
from pacs.dicom.radiation_dose import RADIATION_DOSE_SR
from pacs.index.derived_objects import Derived, derived_objects
from pacs.models import Study

MEASUREMENT_GROUP = "125007"
TRACKING_IDENTIFIER = "112039"
FINDING = "121071"
FINDING_SITES = ("363698007", "G-C0E3")
"""SCT and SRT; OHIF writes there what a person calls a measurement."""
OF_A_TOOL = "Cornerstone3DTools@"
SIZES = frozenset({"mm", "cm", "mm2", "cm2", "mm3", "cm3", "mL", "ml"})
DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Measurement:
    """A finite number of a report. ``of``: the finding or the tracking identifier of its group.

    ``place``: where it stands among the numbers of its report, from 1. ``unit``: UCUM.
    ``author``: a PN.
    """

    sop_instance_uid: str
    place: int
    of: str
    name: str
    value: float
    unit: str
    author: str
    content_date: date | None


def measurements_of(study: Study) -> list[Measurement]:
    """Of the reports in force, oldest first; of none that another one replaces.

    A dose report says how the scanner was set, and measures nothing of the patient. One request
    per series of reports. Raises ExternalError.
    """
    reports = [
        one for one in derived_objects(study) if one.series.modality == "SR" and not one.superseded
    ]
    series = {one.series.series_instance_uid for one in reports}
    contents = {uid: found for each in sorted(series) for uid, found in _contents(study, each)}
    return [
        measurement
        for one in reports
        if one.sop_instance_uid in contents
        for measurement in _measurements(one, contents[one.sop_instance_uid])
    ]


def _contents(study: Study, series_instance_uid: str) -> Iterator[tuple[str, Dataset]]:
    """Without documents that hold what their VR does not allow, such as a number without digits."""
    for found in orthanc().series_metadata(study.study_instance_uid, series_instance_uid):
        with suppress(AttributeError, OverflowError, TypeError, ValueError):
            dataset = Dataset.from_json(found, bulk_data_uri_handler=lambda *_: None)
            if dataset.get("SOPClassUID") == RADIATION_DOSE_SR:
                continue
            yield str(dataset.get("SOPInstanceUID", "")), dataset


def _measurements(report: Derived, content: Dataset) -> Iterator[Measurement]:
    for place, (of, name, value, unit) in enumerate(_numbers(content, "", 0), 1):
        yield Measurement(
            sop_instance_uid=report.sop_instance_uid,
            place=place,
            of=of,
            name=name,
            value=value,
            unit=unit,
            author=report.author,
            content_date=report.content_date,
        )


def _numbers(item: Dataset, of: str, depth: int) -> Iterator[tuple[str, str, float, str]]:
    children = list(item.get("ContentSequence", ()))
    if _code(item, "ConceptNameCodeSequence")[0] == MEASUREMENT_GROUP:
        of = _group_name(children) or of
    for child in children:
        if child.get("ValueType") == "NUM" and (number := _number(child)):
            yield (of, _code(child, "ConceptNameCodeSequence")[1], *number)
        if depth < DEEPEST:
            yield from _numbers(child, of, depth + 1)


def _group_name(children: list[Dataset]) -> str:
    """The finding, else what the person calls it; not the name of a tool."""
    said = {_code(child, "ConceptNameCodeSequence")[0]: child for child in children}
    for concept in (FINDING, *FINDING_SITES):
        if concept in said and (name := _code(said[concept], "ConceptCodeSequence")[1]):
            return name
    tracked = (
        _line(said[TRACKING_IDENTIFIER].get("TextValue", ""))
        if (TRACKING_IDENTIFIER in said)
        else ""
    )
    return "" if tracked.startswith(OF_A_TOOL) else tracked


def _code(item: Dataset, keyword: str) -> tuple[str, str]:
    """Code Value and Code Meaning."""
    for code in item.get(keyword, ()):
        return str(code.get("CodeValue", "")), _line(code.get("CodeMeaning", ""))
    return "", ""


def _line(text: object) -> str:
    """As it may stand in a report: without control characters."""
    return " ".join("".join(one if one.isprintable() else " " for one in str(text)).split())


def _number(item: Dataset) -> tuple[float, str] | None:
    for measured in item.get("MeasuredValueSequence", ()):
        unit = _code(measured, "MeasurementUnitsCodeSequence")[0]
        try:
            value = float(measured.NumericValue)
        except (AttributeError, OverflowError, TypeError, ValueError):
            return None
        return (value, unit) if isfinite(value) else None
    return None
