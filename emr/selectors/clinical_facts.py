"""What a patient's record says that scores ask for; only what is written, with its day."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from common.person import Person
from emr.models import Patient, Prescription, Problem, Vitals


def problems_recorded(user: Person, patient: Patient) -> QuerySet[Any]:
    """Coded ones, resolved ones too: a history counts."""
    rows: QuerySet[Any] = Problem.objects.visible_to(user).filter(patient=patient)
    return rows.exclude(code="").order_by("-onset_date", "-id")


def newest_pressure(user: Person, patient: Patient) -> Any:
    """The newest vital signs with a systolic pressure, or None."""
    rows: QuerySet[Any] = Vitals.objects.visible_to(user)
    found = rows.filter(patient=patient, systolic_mmhg__isnull=False)
    return found.order_by("-measured_at", "-id").first()


def drugs_taken(user: Person, patient: Patient) -> QuerySet[Any]:
    """Prescriptions of the formulary that are taken now, the newest first."""
    rows: Any = Prescription.objects.visible_to(user).filter(patient=patient)
    found: QuerySet[Any] = rows.active(timezone.now()).exclude(drug_code="")
    return found
