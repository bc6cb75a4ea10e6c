"""The course of a patient's vital signs."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from common.person import Person
from emr.models import Patient, Vitals
from emr.selectors.vital_ranges import POSSIBLE, flag, limits
from rbac.permissions import Permission

LONGEST = 500


def vitals_trends(user: Person, patient: Patient) -> list[dict[str, Any]]:
    """One series for each measure that was ever taken, the oldest point first."""
    rows = Vitals.objects.visible_to(user, Permission.VIEW_ENCOUNTER).filter(patient=patient)
    newest = list(rows[:LONGEST])[::-1]
    series = ((measure, _points(patient, newest, measure)) for measure in Vitals.MEASURES)
    return [_trend(patient, measure, points) for measure, points in series if points]


def _points(patient: Patient, rows: list[Vitals], measure: str) -> list[dict[str, Any]]:
    birth = patient.birth_date
    return [
        {
            "at": row.measured_at,
            "value": value,
            "flag": flag(birth, timezone.localdate(row.measured_at), measure, value),
        }
        for row in rows
        if (value := getattr(row, measure)) is not None
    ]


def _trend(patient: Patient, measure: str, points: list[dict[str, Any]]) -> dict[str, Any]:
    low, high = limits(patient.birth_date, timezone.localdate(), measure)
    unit = POSSIBLE[measure][2]
    return {"measure": measure, "unit": unit, "low": low, "high": high, "points": points}
