"""What a patient's record says that scores ask for; only what is written, with its day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from common.person import Person
from emr.choices import RecordStatus
from emr.models import Allergy, Patient, Prescription, Problem, Vitals


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


def allergies_active(patient_ids: Collection[int]) -> dict[int, list[str]]:
    """Substances by patient, for a device that gives contrast; not filtered by rights."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    rows: Any = Allergy.objects.filter(
        patient__in=patient_ids, status=RecordStatus.ACTIVE, deleted_at=None
    )
    for patient_id, substance in rows.order_by("id").values_list("patient_id", "substance"):
        found[patient_id].append(substance)
    return dict(found)


def problems_active(user: Person, patient: Patient) -> QuerySet[Any]:
    """Those that are not resolved, coded or in words alone."""
    rows: QuerySet[Any] = Problem.objects.visible_to(user).filter(patient=patient)
    return rows.filter(status=RecordStatus.ACTIVE).order_by("-id")
