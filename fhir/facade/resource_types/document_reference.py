"""DocumentReference: the signed PDF of a radiology report."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from common.person import Person
from fhir.facade.declarations import ResourceSource, ResourceType, refer, register
from fhir.facade.resource_types.administration import BASE, HOSPITAL
from fhir.facade.search_parameters import (
    DateParameter,
    FixedTokenParameter,
    ReferenceParameter,
    TokenParameter,
)
from fhir.services.resources.elements import LOINC, Json, compact, concept, identifier, moment
from ris.reports.released import as_released
from ris.reports.selectors import reports_released_to


def pdf_attachment(report: Any, title: str) -> Json:
    """Attachment by its address, which asks for the same token and rights."""
    return {
        "contentType": "application/pdf",
        "language": report.language,
        "url": f"{settings.PUBLIC_BASE_URL}/api/ris/reports/{report.pk}/pdf/",
        "title": title,
        "creation": moment(report.signed_at),
    }


def _document(row: Any) -> Json:
    released = as_released(row, with_pdf=False)
    order, signer = row.study.order, refer("Practitioner", row.signed_by_id).reference
    related = [refer("DiagnosticReport", row.first_id), refer("ImagingStudy", row.study_id)]
    visits = [refer("Encounter", order.encounter_id)] if order and order.encounter_id else []
    return {
        "resourceType": "DocumentReference",
        "identifier": [identifier(f"{BASE}/report-document", str(row.pk))],
        "status": "current",
        "docStatus": "final" if row.status == "signed" else "amended",
        "type": concept(LOINC, "18748-4", "Diagnostic imaging study"),
        "subject": refer("Patient", row.patient_id).reference,
        "date": moment(row.signed_at),
        "author": [signer],
        "authenticator": signer,
        "custodian": refer("Organization", HOSPITAL).reference,
        "content": [{"attachment": pdf_attachment(row, released.title)}],
        "context": compact(
            {
                "encounter": [one.reference for one in visits],
                "related": [one.reference for one in related],
            }
        ),
    }


def _signed(user: Person) -> QuerySet[Any]:
    return reports_released_to(user).filter(signed_by__isnull=False)


register(
    ResourceType(
        name="DocumentReference",
        sources=(
            ResourceSource(
                rows=_signed,
                render=_document,
                updated="updated_at",
                parameters={
                    "identifier": TokenParameter(
                        field="pk", system=f"{BASE}/report-document", number=True
                    ),
                    "patient": ReferenceParameter(field="patient", target="Patient"),
                    "subject": ReferenceParameter(field="patient", target="Patient"),
                    "status": FixedTokenParameter(
                        given=(("http://hl7.org/fhir/document-reference-status", "current"),)
                    ),
                    "type": FixedTokenParameter(given=((LOINC, "18748-4"),)),
                    "date": DateParameter(field="signed_at", sort=True),
                    "author": ReferenceParameter(field="signed_by", target="Practitioner"),
                    "encounter": ReferenceParameter(
                        field="study__order__encounter", target="Encounter"
                    ),
                },
            ),
        ),
    )
)
