"""Read patients; everything a person reads goes through ``visible_to``."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from common.errors import ErrorCode, NotFound
from emr.models import Encounter, Patient, Prescription
from rbac.permissions import Permission


def patients_visible_to(
    user: Any, permission: Permission = Permission.VIEW_PATIENT
) -> QuerySet[Patient]:
    return Patient.objects.visible_to(user, permission)


def patient_get(user: Any, pk: int) -> Patient:
    """Raises NotFound for what this person may not see."""
    patient = Patient.objects.visible_to(user).filter(pk=pk).first()
    if patient is None:
        raise NotFound(ErrorCode.PATIENT_NOT_FOUND, f"patient {pk}", "id")
    return patient


def patient_by_mrn(patient_id: str) -> Patient | None:
    """The patient of a DICOM Patient ID, for matching; not filtered by rights."""
    return Patient.objects.filter(patient_id=patient_id).first()


def patient_search(user: Any, query: str) -> QuerySet[Patient]:
    """By MRN prefix or part of the name."""
    return Patient.objects.visible_to(user).filter(
        Q(patient_id__startswith=query) | Q(full_name__icontains=query)
    )


def encounters_visible_to(user: Any) -> QuerySet[Encounter]:
    visible = Patient.objects.visible_to(user, Permission.VIEW_ENCOUNTER)
    return Encounter.objects.filter(patient__in=visible).select_related("patient", "clinician")


def prescriptions_visible_to(user: Any) -> QuerySet[Prescription]:
    visible = Patient.objects.visible_to(user, Permission.VIEW_PRESCRIPTION)
    return Prescription.objects.filter(patient__in=visible).select_related("patient", "prescriber")
