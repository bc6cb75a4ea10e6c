"""ServiceRequest: the orders."""

from __future__ import annotations

from typing import Any

from fhir.facade.approved_results import OPEN_ORDER
from fhir.facade.declarations import ResourceSource, ResourceType, refer, register
from fhir.facade.resource_types.administration import BASE
from fhir.facade.search_parameters import DateParameter, ReferenceParameter, TokenParameter
from fhir.services.gather import order_facts
from fhir.services.resources.actors import service_request_entry
from fhir.services.resources.codes import EXAMINATIONS, ORDER_CATEGORIES, ORDER_STATES
from fhir.services.resources.elements import SNOMED, Json
from ocs.selectors import orders_visible_to

_STATES = {
    "active": OPEN_ORDER,
    **{said: (ours,) for ours, said in ORDER_STATES.items()},
}


def _service_request(row: Any) -> Json:
    facts = order_facts(row)
    return service_request_entry(
        facts,
        patient=refer("Patient", row.patient_id),
        encounter=refer("Encounter", row.encounter_id) if row.encounter_id else None,
        requester=refer("Practitioner", row.ordered_by_id),
        base=BASE,
    ).resource


register(
    ResourceType(
        name="ServiceRequest",
        sources=(
            ResourceSource(
                rows=lambda user: orders_visible_to(user).select_related("ordered_by"),
                render=_service_request,
                updated="updated_at",
                parameters={
                    "identifier": TokenParameter(
                        field="accession_number", system=f"{BASE}/accession"
                    ),
                    "patient": ReferenceParameter(field="patient", target="Patient"),
                    "subject": ReferenceParameter(field="patient", target="Patient"),
                    "encounter": ReferenceParameter(field="encounter", target="Encounter"),
                    "requester": ReferenceParameter(field="ordered_by", target="Practitioner"),
                    "status": TokenParameter(field="status", codes=_STATES),
                    "priority": TokenParameter(field="priority"),
                    "code": TokenParameter(
                        field="job_type",
                        system=f"{BASE}/examination",
                        codes={one: (one,) for one in EXAMINATIONS},
                    ),
                    "category": TokenParameter(
                        field="job_role",
                        system=SNOMED,
                        codes={
                            one["coding"][0]["code"]: (role,)
                            for role, one in ORDER_CATEGORIES.items()
                        },
                    ),
                    "authored": DateParameter(field="ordered_at", sort=True),
                },
            ),
        ),
    )
)
