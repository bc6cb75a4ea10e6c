"""Condition, AllergyIntolerance, MedicationRequest."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from emr.selectors.clinical_rows import clinical_rows
from fhir.facade.declarations import ResourceSource, ResourceType, refer, register
from fhir.facade.resource_types.administration import BASE
from fhir.facade.search_parameters import DateParameter, ReferenceParameter, TokenParameter
from fhir.services.resources.elements import HL7, SNOMED, Json, compact, concept, moment

ATC = "http://www.whocc.no/atc"
KCD = f"{BASE}/kcd"
"""Ours: the Korean classification has no URI that is registered."""
_PROBLEMS = {SNOMED: "SNOMED", KCD: "KCD"}
_ALLERGENS = {SNOMED: "SNOMED", ATC: "ATC"}
_CLINICAL = {"active": ("active",), "resolved": ("resolved",)}
_CATEGORIES = {"drug": "medication", "food": "food", "environment": "environment"}


def _coded(row: Any, systems: dict[str, str], text: str) -> Json:
    by_name = {name: system for system, name in systems.items()}
    if row.code and row.code_system in by_name:
        return concept(by_name[row.code_system], row.code, "", text=text)
    return {"text": text}


def _recorder(row: Any) -> Json | None:
    return refer("Practitioner", row.recorded_by_id).reference if row.recorded_by_id else None


def _condition(row: Any) -> Json:
    return compact(
        {
            "resourceType": "Condition",
            "clinicalStatus": concept(f"{HL7}/condition-clinical", row.status, row.status.title()),
            "category": [
                concept(f"{HL7}/condition-category", "problem-list-item", "Problem List Item")
            ],
            "code": _coded(row, _PROBLEMS, row.text),
            "subject": refer("Patient", row.patient_id).reference,
            "onsetDateTime": row.onset_date and moment(row.onset_date),
            "abatementDateTime": row.resolved_date and moment(row.resolved_date),
            "recordedDate": moment(row.created_at),
            "recorder": _recorder(row),
        }
    )


def _allergy(row: Any) -> Json:
    reaction = {
        "manifestation": [{"text": row.reaction or "Unknown"}],
        "severity": row.severity,
    }
    category = _CATEGORIES.get(row.category)
    return compact(
        {
            "resourceType": "AllergyIntolerance",
            "clinicalStatus": concept(
                f"{HL7}/allergyintolerance-clinical", row.status, row.status.title()
            ),
            "category": [category] if category else [],
            "code": _coded(row, _ALLERGENS, row.substance),
            "patient": refer("Patient", row.patient_id).reference,
            "recordedDate": moment(row.created_at),
            "recorder": _recorder(row),
            "reaction": [compact(reaction)] if row.reaction or row.severity else [],
        }
    )


def _medication_request(row: Any) -> Json:
    encounter = refer("Encounter", row.encounter_id).reference if row.encounter_id else None
    requester = refer("Practitioner", row.prescriber_id).reference if row.prescriber_id else None
    ended = row.ends_at is not None and row.ends_at <= timezone.now()
    status = "stopped" if row.stopped_at else "completed" if ended else "active"
    dosage = f"{row.dose} {row.frequency}".strip()
    drug = concept(ATC, row.drug_code, "", text=row.drug) if row.drug_code else {"text": row.drug}
    return compact(
        {
            "resourceType": "MedicationRequest",
            "status": status,
            "statusReason": {"text": row.stop_reason} if row.stop_reason else None,
            "intent": "order",
            "medicationCodeableConcept": drug,
            "subject": refer("Patient", row.patient_id).reference,
            "encounter": encounter,
            "authoredOn": moment(row.prescribed_at),
            "requester": requester or {"display": row.author_name},
            "dosageInstruction": [{"text": dosage}] if dosage else [],
        }
    )


def _of_patient() -> dict[str, Any]:
    return {
        "patient": ReferenceParameter(field="patient", target="Patient"),
    }


register(
    ResourceType(
        name="Condition",
        sources=(
            ResourceSource(
                rows=lambda user: clinical_rows(user, "problem"),
                render=_condition,
                updated="updated_at",
                parameters={
                    **_of_patient(),
                    "subject": ReferenceParameter(field="patient", target="Patient"),
                    "clinical-status": TokenParameter(
                        field="status", codes=_CLINICAL, system=f"{HL7}/condition-clinical"
                    ),
                    "code": TokenParameter(
                        field="code", system_field="code_system", systems=_PROBLEMS
                    ),
                    "onset-date": DateParameter(field="onset_date", day=True, sort=True),
                    "recorded-date": DateParameter(field="created_at", sort=True),
                },
            ),
        ),
    )
)
register(
    ResourceType(
        name="AllergyIntolerance",
        sources=(
            ResourceSource(
                rows=lambda user: clinical_rows(user, "allergy"),
                render=_allergy,
                updated="updated_at",
                parameters={
                    **_of_patient(),
                    "clinical-status": TokenParameter(
                        field="status",
                        codes=_CLINICAL,
                        system=f"{HL7}/allergyintolerance-clinical",
                    ),
                    "category": TokenParameter(
                        field="category",
                        codes={said: (ours,) for ours, said in _CATEGORIES.items()},
                        system="http://hl7.org/fhir/allergy-intolerance-category",
                    ),
                    "code": TokenParameter(
                        field="code", system_field="code_system", systems=_ALLERGENS
                    ),
                    "date": DateParameter(field="created_at", sort=True),
                },
            ),
        ),
    )
)
register(
    ResourceType(
        name="MedicationRequest",
        sources=(
            ResourceSource(
                rows=lambda user: clinical_rows(user, "prescription"),
                render=_medication_request,
                updated="updated_at",
                parameters={
                    **_of_patient(),
                    "subject": ReferenceParameter(field="patient", target="Patient"),
                    "encounter": ReferenceParameter(field="encounter", target="Encounter"),
                    "requester": ReferenceParameter(field="prescriber", target="Practitioner"),
                    "code": TokenParameter(field="drug_code", system=ATC),
                    "authoredon": DateParameter(field="prescribed_at", sort=True),
                },
            ),
        ),
    )
)
