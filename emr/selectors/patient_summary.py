"""What a doctor sees of a patient first, in one answer of constant cost.

Each app adds its parts with ``summary_part``. A part that the person has no right to is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils import timezone

from common.person import Person
from emr.choices import AllergySeverity, AllergyState, RecordStatus
from emr.models import Allergy, Encounter, Patient, Prescription, Problem, Vitals
from emr.selectors import rows_visible_to
from emr.selectors.vital_ranges import POSSIBLE, flag, limits
from rbac.permissions import Permission

NO_KNOWN_ALLERGY = "716186003"
"""SNOMED CT: no known allergy (situation)."""
MOST = 50
LATEST_OF = 30
"""Rows of vital signs among which the latest of each measure is looked for."""
SEVEREST = Case(
    *(
        When(severity=severity, then=Value(rank))
        for rank, severity in enumerate(
            (AllergySeverity.SEVERE, AllergySeverity.MODERATE, AllergySeverity.MILD)
        )
    ),
    default=Value(3),
    output_field=IntegerField(),
)


@dataclass(frozen=True, slots=True)
class SummaryPart:
    """``found``: what the person sees of the patient; ``shown``: the serializer of one of them.

    ``many``: a list, else one thing.
    """

    permission: str
    found: Callable[[Person, Patient], Any]
    shown: Any
    many: bool


parts: dict[str, SummaryPart] = {}


def summary_part(
    name: str, permission: str, shown: Any, *, many: bool = True
) -> Callable[[Callable[[Person, Patient], Any]], Any]:
    """Add a part under its name, for those who have ``permission``."""

    def register(found: Callable[[Person, Patient], Any]) -> Any:
        parts[name] = SummaryPart(permission, found, shown, many)
        return found

    return register


def patient_summary(user: Person, patient: Patient) -> dict[str, Any]:
    """By the name of the part; None where the person lacks the right."""
    return {
        name: part.found(user, patient) if user.has_permission(part.permission) else None
        for name, part in parts.items()
    }


def _rows(user: Person, patient: Patient, model: Any, permission: str) -> QuerySet[Any]:
    return rows_visible_to(user, model, permission).filter(patient=patient)


def allergies_known(user: Person, patient: Patient) -> dict[str, Any]:
    """The active ones, the severest first, and what is known if there are none."""
    rows = _rows(user, patient, Allergy, Permission.VIEW_ENCOUNTER)
    state, active = known_of(rows.annotate(rank=SEVEREST).order_by("status", "rank", "pk")[:MOST])
    return {"state": state, "active": active}


def known_of(rows: Iterable[Allergy]) -> tuple[AllergyState, list[Allergy]]:
    """What a patient's rows say, and the active allergies among them."""
    rows = list(rows)
    active = [row for row in rows if row.status == RecordStatus.ACTIVE]
    known = [row for row in active if row.code != NO_KNOWN_ALLERGY]
    if known:
        return AllergyState.RECORDED, known
    if active:
        return AllergyState.NONE_KNOWN, []
    return (AllergyState.RESOLVED if rows else AllergyState.NOT_RECORDED), []


def problems_active(user: Person, patient: Patient) -> list[Problem]:
    rows = _rows(user, patient, Problem, Permission.VIEW_ENCOUNTER)
    return list(rows.filter(status=RecordStatus.ACTIVE)[:MOST])


def medication_active(user: Person, patient: Patient) -> list[Prescription]:
    rows: Any = _rows(user, patient, Prescription, Permission.VIEW_PRESCRIPTION)
    return list(rows.active(timezone.now())[:MOST])


def encounter_latest(user: Person, patient: Patient) -> Encounter | None:
    return _rows(user, patient, Encounter, Permission.VIEW_ENCOUNTER).first()


def vitals_latest(user: Person, patient: Patient) -> list[dict[str, Any]]:
    """The latest value of each measure among the newest rows, with its range at that time."""
    rows = list(_rows(user, patient, Vitals, Permission.VIEW_ENCOUNTER)[:LATEST_OF])
    found = []
    for measure in Vitals.MEASURES:
        row = next((each for each in rows if getattr(each, measure) is not None), None)
        if row is not None:
            day, value = timezone.localdate(row.measured_at), getattr(row, measure)
            low, high = limits(patient.birth_date, day, measure)
            found.append(
                {
                    "measure": measure,
                    "unit": POSSIBLE[measure][2],
                    "value": value,
                    "at": row.measured_at,
                    "flag": flag(patient.birth_date, day, measure, value),
                    "low": low,
                    "high": high,
                }
            )
    return found
