"""Encounter and ServiceRequest."""

from __future__ import annotations

from typing import Any

from emr.selectors.clinical_rows import clinical_rows
from fhir.facade.declarations import ResourceType, Source, local, refer, register
from fhir.facade.parameters import Ref, Token, When
from fhir.facade.resources.people import BASE
from fhir.services.gather import encounter_facts, order_facts, patient_facts
from fhir.services.resources.actors import (
    ENCOUNTER_CLASSES,
    encounter_entry,
    patient_entry,
    service_request_entry,
)
from fhir.services.resources.codes import EXAMINATIONS, ORDER_CATEGORIES, ORDER_STATES
from fhir.services.resources.elements import Json
from ocs.choices import OrderStatus
from ocs.selectors import orders_visible_to


def patient_of(row: Any) -> Any:
    return local(patient_entry(patient_facts(row.patient), base=BASE), row.patient_id)


def encounter_of(row: Any) -> Any:
    """None without one."""
    return refer("Encounter", row.encounter_id) if row.encounter_id else None


def _encounter(row: Any) -> Json:
    facts = encounter_facts(row)
    made = encounter_entry(facts, patient=patient_of(row), base=BASE).resource
    who = row.clinician_id and {"individual": refer("Practitioner", row.clinician_id).reference}
    return {**made, "participant": [who] if who else [], "reasonCode": [{"text": row.reason}]}


def _service_request(row: Any) -> Json:
    facts = order_facts(row)
    return service_request_entry(
        facts,
        patient=patient_of(row),
        encounter=encounter_of(row),
        requester=refer("Practitioner", row.ordered_by_id),
        base=BASE,
    ).resource


_STATES = {
    "active": tuple(one for one in OrderStatus.values if one not in ORDER_STATES),
    **{said: (ours,) for ours, said in ORDER_STATES.items()},
}
_KINDS = {one["code"]: (kind,) for kind, one in ENCOUNTER_CLASSES.items()}

register(
    ResourceType(
        name="Encounter",
        sources=(
            Source(
                rows=lambda user: clinical_rows(user, "encounter"),
                render=_encounter,
                updated="updated_at",
                parameters={
                    "identifier": Token(field="pk", system=f"{BASE}/encounter", number=True),
                    "patient": Ref(field="patient", target="Patient"),
                    "subject": Ref(field="patient", target="Patient"),
                    "class": Token(
                        field="kind",
                        codes=_KINDS,
                        system="http://terminology.hl7.org/CodeSystem/v3-ActCode",
                    ),
                    "date": When(field="started_at", sort=True),
                    "participant": Ref(field="clinician", target="Practitioner"),
                },
            ),
        ),
    )
)
register(
    ResourceType(
        name="ServiceRequest",
        sources=(
            Source(
                rows=lambda user: orders_visible_to(user).select_related("patient", "ordered_by"),
                render=_service_request,
                updated="updated_at",
                parameters={
                    "identifier": Token(field="accession_number", system=f"{BASE}/accession"),
                    "patient": Ref(field="patient", target="Patient"),
                    "subject": Ref(field="patient", target="Patient"),
                    "encounter": Ref(field="encounter", target="Encounter"),
                    "requester": Ref(field="ordered_by", target="Practitioner"),
                    "status": Token(field="status", codes=_STATES),
                    "priority": Token(field="priority"),
                    "code": Token(
                        field="job_type",
                        system=f"{BASE}/examination",
                        codes={one: (one,) for one in EXAMINATIONS},
                    ),
                    "category": Token(
                        field="job_role",
                        system="http://snomed.info/sct",
                        codes={
                            one["coding"][0]["code"]: (role,)
                            for role, one in ORDER_CATEGORIES.items()
                        },
                    ),
                    "authored": When(field="ordered_at", sort=True),
                },
            ),
        ),
    )
)
