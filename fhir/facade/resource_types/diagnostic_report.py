"""DiagnosticReport: what radiologists released, and approved AI results."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from ai.choices import RUN_BY_MODEL, Origin
from fhir.facade.approved_results import AI, approved_result, result_rows
from fhir.facade.declarations import ResourceSource, ResourceType, refer, register
from fhir.facade.resource_types.administration import BASE
from fhir.facade.resource_types.ai_results import of_result
from fhir.facade.resource_types.document_reference import pdf_attachment
from fhir.facade.search_parameters import (
    DateParameter,
    FixedTokenParameter,
    ManyReferenceParameter,
    ReferenceParameter,
    TokenParameter,
)
from fhir.models import ResultObservation
from fhir.services.radiology_reports import answerable, report_facts
from fhir.services.resources.actors import Actors
from fhir.services.resources.elements import HL7, LOINC, Json
from fhir.services.resources.radiology_report import report_entry
from ris.reports.released import as_released
from ris.reports.selectors import editions_released_to, reports_released_to

_STATUS = "http://hl7.org/fhir/diagnostic-report-status"
_STATES = {"preliminary": ("preliminary",), "final": ("signed",), "amended": ("amended",)}


def _report(row: Any) -> Json:
    facts = report_facts(as_released(row, with_pdf=False), with_series=False)
    order = row.study.order
    signer, people = answerable(row)
    approver = refer("Practitioner", signer.pk)
    actors = Actors(
        patient=refer("Patient", row.patient_id),
        encounter=refer("Encounter", order.encounter_id) if order and order.encounter_id else None,
        order=refer("ServiceRequest", order.pk) if order else None,
        requester=None,
        approver=approver,
        editor=None,
        device=None,
    )
    made = report_entry(
        facts,
        actors,
        study=refer("ImagingStudy", row.study_id),
        interpreters=[refer("Practitioner", one.pk) for one in people],
    ).resource
    if row.signed_by:
        made["presentedForm"] = [*made["presentedForm"], pdf_attachment(row, facts.title)]
    return made


_RADIOLOGY = {
    "patient": ReferenceParameter(field="patient", target="Patient"),
    "subject": ReferenceParameter(field="patient", target="Patient"),
    "encounter": ReferenceParameter(field="study__order__encounter", target="Encounter"),
    "identifier": TokenParameter(field="first_id", system=f"{BASE}/radiology-report", number=True),
    "status": TokenParameter(field="status", codes=_STATES, system=_STATUS),
    "category": FixedTokenParameter(given=((f"{HL7}/v2-0074", "RAD"),)),
    "code": FixedTokenParameter(given=((LOINC, "18748-4"),)),
    "issued": DateParameter(field="signed_at", sort=True),
    "date": DateParameter(field="study__study_date", day=True, sort=True),
    "based-on": ReferenceParameter(field="study__order", target="ServiceRequest"),
    "performer": ReferenceParameter(field="signed_by", target="Practitioner"),
}
_AI = {
    **of_result("job"),
    "status": TokenParameter(field="status", system=_STATUS),
    "category": TokenParameter(field="category", system=f"{HL7}/v2-0074"),
    "code": TokenParameter(
        field="job__origin",
        system=f"{BASE}/ai-result",
        codes={
            "ai-report": RUN_BY_MODEL,
            "segmentation": [one for one in Origin.values if one not in RUN_BY_MODEL],
        },
    ),
    "issued": DateParameter(field="job__reviewed_at", sort=True),
    "date": DateParameter(field="job__study__study_date", day=True, sort=True),
    "based-on": ReferenceParameter(field="job__study__order", target="ServiceRequest"),
    "performer": ReferenceParameter(field="job__reviewed_by", target="Practitioner"),
    "result": ManyReferenceParameter(
        field="result_observations",
        target="Observation",
        prefix=AI,
        links=ResultObservation.objects.all,
        near="publication",
    ),
}

register(
    ResourceType(
        name="DiagnosticReport",
        sources=(
            ResourceSource(
                key="first_id",
                rows=reports_released_to,
                versions=editions_released_to,
                render=_report,
                updated="updated_at",
                parameters=_RADIOLOGY,
            ),
            ResourceSource(
                prefix=AI,
                rows=result_rows,
                render=lambda row: approved_result(row).report.resource,
                updated="created_at",
                patient=attrgetter("job.patient_id"),
                parameters=_AI,
            ),
        ),
    )
)
