"""Rows of the index as DICOM JSON (PS3.18 annex F)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from pacs.derived.addresses import study_url
from pacs.index.studies import StudySummary
from pacs.models import Instance, Series, Study

Attributes = dict[str, dict[str, Any]]
PATIENT_COUNTS = ("00201200", "00201202", "00201204")


def series_url(series: Series) -> str:
    return f"{study_url(series.study.study_instance_uid)}/series/{series.series_instance_uid}"


def study_attributes(summary: StudySummary) -> Attributes:
    """The attributes of PS3.18 table 10.6.3-3, and Study Description."""
    study = summary.study
    return {
        **_common(study),
        **_access(study_url(study.study_instance_uid), summary.instance_count),
        "00080020": _element("DA", _day(study.study_date)),
        "00080030": _element("TM", study.study_time),
        "00080050": _element("SH", study.accession_number),
        "00080061": _element("CS", *summary.modalities),
        "00080090": _name(study.referring_physician_name),
        "00081030": _element("LO", study.description),
        "00100010": _name(study.dicom_patient_name),
        "00100020": _element("LO", study.dicom_patient_id),
        "00100030": _element("DA", study.dicom_birth_date),
        "00100040": _element("CS", study.dicom_sex),
        "0020000D": _element("UI", study.study_instance_uid),
        "00200010": _element("SH", study.study_id),
        "00201206": _element("IS", summary.series_count),
        "00201208": _element("IS", summary.instance_count),
    }


def patient_counts(*numbers: int) -> Attributes:
    """Number of Patient Related Studies, Series and Instances."""
    return {
        tag: _element("IS", number) for tag, number in zip(PATIENT_COUNTS, numbers, strict=True)
    }


def series_attributes(series: Series, instances: int) -> Attributes:
    """The attributes of PS3.18 table 10.6.3-4, and others that the index has."""
    attributes = {
        **_common(series.study),
        **_access(series_url(series), instances),
        "00080021": _element("DA", _day(series.series_date)),
        "00080031": _element("TM", series.series_time),
        "00080060": _element("CS", series.modality),
        "0008103E": _element("LO", series.description),
        "00180015": _element("CS", series.body_part),
        "0020000D": _element("UI", series.study.study_instance_uid),
        "0020000E": _element("UI", series.series_instance_uid),
        "00200011": _element("IS", series.number),
        "00201209": _element("IS", instances),
        "00400244": _element("DA", _day(series.performed_procedure_step_start_date)),
        "00400245": _element("TM", series.performed_procedure_step_start_time),
        "00400275": _requests(series),
    }
    optional = ("00080021", "00080031", "00180015", "00400244", "00400245", "00400275")
    return _without_empty(attributes, optional)


def instance_attributes(instance: Instance) -> Attributes:
    """The attributes of PS3.18 table 10.6.3-5."""
    series = instance.series
    url = f"{series_url(series)}/instances/{instance.sop_instance_uid}"
    frames = instance.frames if instance.frames > 1 else None
    attributes = {
        **_common(series.study),
        **_access(url, 1),
        "00080016": _element("UI", instance.sop_class_uid),
        "00080018": _element("UI", instance.sop_instance_uid),
        "0020000D": _element("UI", series.study.study_instance_uid),
        "0020000E": _element("UI", series.series_instance_uid),
        "00200013": _element("IS", instance.number),
        "00280008": _element("IS", frames),
        "00280010": _element("US", instance.rows),
        "00280011": _element("US", instance.columns),
        "00280100": _element("US", instance.bits_allocated),
    }
    return _without_empty(attributes, ("00280008", "00280010", "00280011", "00280100"))


def _access(url: str, instances: int) -> Attributes:
    """Instance Availability and Retrieve URL: what has lost its instances has none."""
    if not instances:
        return {"00080056": _element("CS", "UNAVAILABLE")}
    return {"00080056": _element("CS", "ONLINE"), "00081190": _element("UR", url)}


def _common(study: Study) -> Attributes:
    attributes = {
        "00080005": _element("CS", "ISO_IR 192"),
        "00080201": _element("SH", study.timezone_offset_from_utc),
    }
    return _without_empty(attributes, ("00080201",))


def _requests(series: Series) -> dict[str, Any]:
    """Request Attributes Sequence (0040,0275) with its first item."""
    item = {
        "00400009": _element("SH", series.scheduled_procedure_step_id),
        "00401001": _element("SH", series.requested_procedure_id),
    }
    return _element("SQ", _without_empty(item, tuple(item)) or None)


def _without_empty(attributes: Attributes, optional: Iterable[str]) -> Attributes:
    empty = {tag for tag in optional if "Value" not in attributes[tag]}
    return {tag: element for tag, element in attributes.items() if tag not in empty}


def _day(value: date | None) -> str:
    return value.strftime("%Y%m%d") if value else ""


def _element(vr: str, *values: str | int | Attributes | None) -> dict[str, Any]:
    present = [value for value in values if value not in ("", None)]
    return {"vr": vr, "Value": present} if present else {"vr": vr}


def _name(value: str) -> dict[str, Any]:
    """Person Name: up to three component groups (PS3.18 F.2.2)."""
    groups: Iterable[tuple[str, str]] = zip(
        ("Alphabetic", "Ideographic", "Phonetic"), value.split("="), strict=False
    )
    name = {group: text for group, text in groups if text}
    return {"vr": "PN", "Value": [name]} if name else {"vr": "PN"}
