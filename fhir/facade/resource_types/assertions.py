"""Provenance: whose word AI results and reports are."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from ai.choices import RUN_BY_MODEL
from common.person import Person
from fhir.facade.approved_results import AI, approved_result, result_rows
from fhir.facade.declarations import ResourceSource, ResourceType, refer, register
from fhir.facade.resource_types.ai_results import DeviceParameter
from fhir.facade.search_parameters import (
    DateParameter,
    ManyReferenceParameter,
    ReferenceParameter,
)
from fhir.models import ResultObservation
from fhir.services.radiology_reports import answerable
from fhir.services.resources.elements import (
    ASSERTED_BY_CLINICIAN,
    HL7,
    Json,
    compact,
    concept,
    moment,
)
from ris.reports.selectors import reports_released_to

_PATIENT = attrgetter("job.patient_id")
_TYPES = f"{HL7}/provenance-participant-type"


def _asserted(user: Person) -> Any:
    """Those that a model made, and whose own words are still in them."""
    return result_rows(user).filter(job__origin__in=RUN_BY_MODEL)


def _report(row: Any) -> Json:
    signer, people = answerable(row)
    roles = [("author", "Author", people[0])]
    roles.append(("verifier", "Verifier", signer))
    before = row.predecessor_id and {
        "role": "revision",
        "what": {"type": "DiagnosticReport", "display": f"Edition {row.edition - 1}"},
    }
    at = moment(row.signed_at or row.preliminary_at)
    return compact(
        {
            "resourceType": "Provenance",
            "meta": {"security": [ASSERTED_BY_CLINICIAN]},
            "target": [refer("DiagnosticReport", row.first_id).reference],
            "occurredDateTime": at,
            "recorded": at,
            "reason": [{"text": row.reason}] if row.reason else [],
            "agent": [
                {
                    "type": concept(_TYPES, code, display),
                    "who": refer("Practitioner", person.pk).reference,
                }
                for code, display, person in roles
            ],
            "entity": [before] if before else [],
        }
    )


register(
    ResourceType(
        name="Provenance",
        sources=(
            ResourceSource(
                prefix="report-",
                rows=reports_released_to,
                render=_report,
                updated="updated_at",
                parameters={
                    "patient": ReferenceParameter(field="patient", target="Patient"),
                    "target": ReferenceParameter(field="first_id", target="DiagnosticReport"),
                    "recorded": DateParameter(field="signed_at", sort=True),
                    "agent": ReferenceParameter(field="signed_by", target="Practitioner"),
                },
            ),
            ResourceSource(
                prefix="approval-",
                rows=result_rows,
                render=lambda row: approved_result(row).approval,
                updated="created_at",
                patient=_PATIENT,
                parameters={
                    "patient": ReferenceParameter(field="job__patient", target="Patient"),
                    "target": ReferenceParameter(field="pk", target="DiagnosticReport", prefix=AI),
                    "recorded": DateParameter(field="job__reviewed_at", sort=True),
                    "agent": ReferenceParameter(field="job__reviewed_by", target="Practitioner"),
                },
            ),
            ResourceSource(
                prefix=AI,
                rows=_asserted,
                render=lambda row: approved_result(row).asserted,
                updated="created_at",
                patient=_PATIENT,
                parameters={
                    "patient": ReferenceParameter(field="job__patient", target="Patient"),
                    "target": ManyReferenceParameter(
                        field="result_observations",
                        target="Observation",
                        prefix=AI,
                        links=ResultObservation.objects.all,
                        near="publication",
                    ),
                    "agent": DeviceParameter(field="job"),
                },
            ),
        ),
    )
)
