"""What a client of the worklist sends, written from PS3.18 annex F: tags, no helpers of ours."""

from __future__ import annotations

from typing import Any

WORKLIST_URL = "/api/ai/ups-rs/workitems"
as_json = "application/dicom+json"


def item(vr: str, *values: Any) -> dict[str, Any]:
    return {"vr": vr, "Value": list(values)}


def new_workitem(series: Any) -> dict[str, Any]:
    """A request of the brain of a series, with the attributes of PS3.4 table CC.2.5-3."""
    model = {
        "00080100": item("SH", "brain_extraction"),
        "00080102": item("SH", "99NEURONOVA"),
        "00080104": item("LO", "Brain extraction"),
    }
    images = {
        "0040E020": item("CS", "DICOM"),
        "0020000D": item("UI", series.study.study_instance_uid),
        "0020000E": item("UI", series.series_instance_uid),
    }
    return {
        "00741000": item("CS", "SCHEDULED"),
        "00741200": item("CS", "HIGH"),
        "00741204": item("LO", "Brain volume"),
        "00741202": item("LO", "Research"),
        "00741210": {"vr": "SQ"},
        "00404005": item("DT", "20260302093000"),
        "00404018": item("SQ", model),
        "00404041": item("CS", "READY"),
        "00404021": item("SQ", images),
        "00100020": item("LO", series.study.patient.patient_id),
    }
