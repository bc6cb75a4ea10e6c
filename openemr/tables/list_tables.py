"""Allergies and problems: both are rows of ``lists``, told apart by ``type``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from openemr import conventions as written
from openemr.models import ListEntry
from openemr.tables import ClinicalTable, Columns, SharedField, Values, column

ENTERED_IN_ERROR = "entered-in-error"
_SYSTEMS = {"ATC": "ATC", "SNOMED-CT": "SNOMED", "SNOMED": "SNOMED", "KCD": "KCD"}
_PREFIXES = {"SNOMED": "SNOMED-CT", "ATC": "ATC", "KCD": "KCD"}
_SEVERITIES = {
    "mild": "mild",
    "mild_to_moderate": "moderate",
    "moderate": "moderate",
    "moderate_to_severe": "severe",
    "severe": "severe",
    "life_threatening_severity": "severe",
    "fatal": "severe",
}
"""OpenEMR's list "severity_ccda"; between two of ours it is the graver one."""


def _coded(row: Any, systems: tuple[str, ...]) -> tuple[str, str]:
    """System and code of the first diagnosis that one of our systems has."""
    for one in written.line(row.diagnosis).split(";"):
        prefix, _, code = one.partition(":")
        system = _SYSTEMS.get(prefix.strip(), "")
        if system in systems and code.strip():
            return system, code.strip()
    return "", ""


def _diagnosis(values: Values) -> Columns:
    system, code = values["code_system"], values["code"]
    return {"diagnosis": f"{_PREFIXES[system]}:{code}" if code and system in _PREFIXES else ""}


def _code(*systems: str) -> tuple[SharedField, SharedField]:
    return (
        SharedField("code_system", lambda row: _coded(row, systems)[0], _diagnosis),
        SharedField("code", lambda row: _coded(row, systems)[1], _diagnosis),
    )


def _status(row: Any) -> str:
    """An entry is over when it says so, or when its last day has come."""
    ended = written.moment(row.enddate)
    over = row.activity == 0 or (ended is not None and ended <= timezone.now())
    return "resolved" if over else "active"


def _day(moment: datetime | None) -> date | None:
    at = written.moment(moment)
    return timezone.localdate(at) if at else None


def _activity(values: Values) -> Columns:
    return {"activity": int(values["status"] == "active")}


def _activity_alone(values: Values) -> Columns:
    """Where no last day is kept here, one of OpenEMR would end again what is active."""
    columns = _activity(values)
    return columns | ({"enddate": None} if columns["activity"] else {})


def _table(kind: str, entry_type: str, status: SharedField, *fields: SharedField) -> ClinicalTable:
    return ClinicalTable(
        kind=kind,
        model=ListEntry,
        only={"type": entry_type},
        is_removed=lambda row: row.verification == ENTERED_IN_ERROR,
        removal={"verification": ENTERED_IN_ERROR, "activity": 0},
        fields=(*fields, status),
    )


ALLERGIES = _table(
    "allergy",
    "allergy",
    SharedField("status", _status, _activity_alone),
    column("substance", "title"),
    *_code("ATC", "SNOMED"),
    column("reaction", "reaction"),
    column(
        "severity",
        "severity_al",
        read=lambda word: _SEVERITIES.get(written.line(word), ""),
        write=lambda severity: severity or None,
    ),
)
PROBLEMS = _table(
    "problem",
    "medical_problem",
    SharedField("status", _status, _activity),
    column("text", "title"),
    *_code("SNOMED", "KCD"),
    column("onset_date", "begdate", read=_day, write=written.midnight),
    column("resolved_date", "enddate", read=_day, write=written.midnight),
)
