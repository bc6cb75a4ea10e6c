"""TID 1500 reports as the archive's DICOM JSON."""

from __future__ import annotations

from typing import Any

from pydicom.uid import ComprehensiveSRStorage


def _code(value: str, meaning: str, scheme: str = "DCM") -> dict[str, Any]:
    said = {
        "00080100": {"vr": "SH", "Value": [value]},
        "00080102": {"vr": "SH", "Value": [scheme]},
        "00080104": {"vr": "LO", "Value": [meaning]},
    }
    return {"vr": "SQ", "Value": [said]}


def _item(kind: str, name: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"0040A040": {"vr": "CS", "Value": [kind]}, "0040A043": name} | more


def _coded(concept: dict[str, Any], meaning: str) -> dict[str, Any]:
    return _item("CODE", concept, **{"0040A168": _code("108369006", meaning, "SCT")})


def measurement_group(
    name: str, value: float, unit: str, *, finding: str = "", site: str = "", tracking: str = ""
) -> dict[str, Any]:
    """One number. ``site``: where OHIF writes what a person calls the measurement."""
    number = _item("NUM", _code("103339001", name, "SCT"))
    measured = {"0040A30A": {"vr": "DS", "Value": [value]}, "004008EA": _code(unit, unit, "UCUM")}
    number["0040A300"] = {"vr": "SQ", "Value": [measured]}
    content = [number]
    if site:
        content.insert(0, _coded(_code("363698007", "Finding Site", "SCT"), site))
    if finding:
        content.insert(0, _coded(_code("121071", "Finding"), finding))
    if tracking:
        text = {"0040A160": {"vr": "UT", "Value": [tracking]}}
        content.insert(0, _item("TEXT", _code("112039", "Tracking Identifier"), **text))
    group = _item("CONTAINER", _code("125007", "Measurement Group"))
    return group | {"0040A730": {"vr": "SQ", "Value": content}}


def sr_document(
    uid: str, *groups: dict[str, Any], sop_class: str = ComprehensiveSRStorage
) -> dict[str, Any]:
    """``uid``: SOP Instance UID."""
    measurements = _item("CONTAINER", _code("126010", "Imaging Measurements"))
    measurements["0040A730"] = {"vr": "SQ", "Value": list(groups)}
    return {
        "00080016": {"vr": "UI", "Value": [sop_class]},
        "00080018": {"vr": "UI", "Value": [uid]},
        "0040A730": {"vr": "SQ", "Value": [measurements]},
    }
