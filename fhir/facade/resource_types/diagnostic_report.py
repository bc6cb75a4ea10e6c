"""DiagnosticReport: what radiologists released."""

from __future__ import annotations

from typing import Any

from fhir.facade.declarations import ResourceSource, ResourceType, refer, register
from fhir.facade.resource_types.document_reference import pdf_attachment
from fhir.facade.search_parameters import (
    DateParameter,
    FixedTokenParameter,
    ReferenceParameter,
    TokenParameter,
)
from fhir.services.radiology_reports import report_facts
from fhir.services.resources.actors import Actors
from fhir.services.resources.elements import HL7, LOINC, Json
from fhir.services.resources.radiology_report import report_entry
from ris.reports.released import as_released
from ris.reports.selectors import reports_released_to

_STATES = {"preliminary": ("preliminary",), "final": ("signed",), "amended": ("amended",)}


def _report(row: Any) -> Json:
    facts = report_facts(as_released(row, with_pdf=False), with_series=False)
    order = row.study.order
    signer = row.signed_by or row.preliminary_by or row.saved_by
    writer = row.preliminary_by or row.author
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
        interpreters=[refer("Practitioner", pk) for pk in dict.fromkeys([writer.pk, signer.pk])],
    ).resource
    if row.signed_by:
        made["presentedForm"] = [*made["presentedForm"], pdf_attachment(row, facts.title)]
    return made


register(
    ResourceType(
        name="DiagnosticReport",
        sources=(
            ResourceSource(
                rows=reports_released_to,
                render=_report,
                updated="updated_at",
                parameters={
                    "patient": ReferenceParameter(field="patient", target="Patient"),
                    "subject": ReferenceParameter(field="patient", target="Patient"),
                    "status": TokenParameter(
                        field="status",
                        codes=_STATES,
                        system="http://hl7.org/fhir/diagnostic-report-status",
                    ),
                    "category": FixedTokenParameter(given=((f"{HL7}/v2-0074", "RAD"),)),
                    "code": FixedTokenParameter(given=((LOINC, "18748-4"),)),
                    "issued": DateParameter(field="signed_at", sort=True),
                    "date": DateParameter(field="study__study_date", day=True, sort=True),
                    "based-on": ReferenceParameter(field="study__order", target="ServiceRequest"),
                    "performer": ReferenceParameter(field="signed_by", target="Practitioner"),
                },
            ),
        ),
    )
)
