from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from emr.models import Encounter
from emr.services import ward_stays

PATIENT: dict[str, Any] = {
    "patient_id": "MRN-1",
    "full_name": "홍길동",
    "birth_date": "1980-02-29",
    "gender": "M",
}


def patient_body(**fields: Any) -> dict[str, Any]:
    return PATIENT | fields


def encounter_body(patient: int, **fields: Any) -> dict[str, Any]:
    return {
        "patient": patient,
        "kind": "outpatient",
        "reason": "headache",
        "started_at": "2026-01-05T09:30:00Z",
    } | fields


def prescription_body(patient: int, **fields: Any) -> dict[str, Any]:
    return {
        "patient": patient,
        "drug": "Acetaminophen",
        "dose": "500 mg",
        "frequency": "three times a day",
        "days": 7,
    } | fields


def vitals_body(patient: int, **fields: Any) -> dict[str, Any]:
    return {"patient": patient, "measured_at": "2026-01-05T09:30:00Z", "heart_rate": 72} | fields


def allergy_body(patient: int, **fields: Any) -> dict[str, Any]:
    return {"patient": patient, "category": "drug", "substance": "Penicillin"} | fields


def problem_body(patient: int, **fields: Any) -> dict[str, Any]:
    return {
        "patient": patient,
        "code_system": "KCD",
        "code": "I63.9",
        "text": "Cerebral infarction",
    } | fields


def note_body(patient: int, **fields: Any) -> dict[str, Any]:
    return {"patient": patient, "title": "Visit", "text": "No focal deficit."} | fields


def inpatient(patient: Any, clinician: Any, **fields: Any) -> Any:
    """An open stay of the patient."""
    now = timezone.now()
    started = now - timedelta(days=1)
    defaults = {"kind": "inpatient", "reason": "-", "started_at": started}
    return Encounter.objects.create(patient=patient, clinician=clinician, **(defaults | fields))


def in_bed(ward: Any, bed: str, patient: Any, clinician: Any, **fields: Any) -> Any:
    visit = inpatient(patient, clinician, **fields)
    return ward_stays.bed_take(
        actor=clinician, encounter=visit.pk, ward=ward.pk, bed=bed, started_at=visit.started_at
    )
