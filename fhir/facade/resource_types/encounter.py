"""Encounter."""

from __future__ import annotations

from typing import Any

from emr.selectors.clinical_rows import clinical_rows
from fhir.facade.declarations import ResourceSource, ResourceType, refer, register
from fhir.facade.resource_types.administration import BASE
from fhir.facade.search_parameters import DateParameter, ReferenceParameter, TokenParameter
from fhir.services.gather import encounter_facts
from fhir.services.resources.actors import ENCOUNTER_CLASSES, encounter_entry
from fhir.services.resources.elements import HL7, Json

_KINDS = {one["code"]: (kind,) for kind, one in ENCOUNTER_CLASSES.items()}


def _encounter(row: Any) -> Json:
    facts = encounter_facts(row)
    made = encounter_entry(facts, patient=refer("Patient", row.patient_id), base=BASE).resource
    who = row.clinician_id and {"individual": refer("Practitioner", row.clinician_id).reference}
    reason = [{"text": row.reason}] if row.reason else []
    return {**made, "participant": [who] if who else [], "reasonCode": reason}


register(
    ResourceType(
        name="Encounter",
        sources=(
            ResourceSource(
                rows=lambda user: clinical_rows(user, "encounter"),
                render=_encounter,
                updated="updated_at",
                parameters={
                    "identifier": TokenParameter(
                        field="pk", system=f"{BASE}/encounter", number=True
                    ),
                    "patient": ReferenceParameter(field="patient", target="Patient"),
                    "subject": ReferenceParameter(field="patient", target="Patient"),
                    "class": TokenParameter(
                        field="kind",
                        codes=_KINDS,
                        system=f"{HL7}/v3-ActCode",
                    ),
                    "date": DateParameter(field="started_at", sort=True),
                    "participant": ReferenceParameter(field="clinician", target="Practitioner"),
                },
            ),
        ),
    )
)
