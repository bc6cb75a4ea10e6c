"""Radiologists' reports on the FHIR server: preliminary, final, amended."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction

from common.errors import ErrorCode, ExternalError
from common.outbox.services import publish
from fhir.clients.hapi import HapiClient, hapi_client
from fhir.events import REPORT_OUTDATED
from fhir.services.gather import (
    GATEWAY_PATH,
    encounter_facts,
    order_facts,
    patient_facts,
    practitioner_facts,
    study_facts,
)
from fhir.services.publishing import bundle_validate
from fhir.services.resources.radiology_report import RadiologyReportFacts, build_report_bundle
from ris.reports import selectors
from ris.reports.released import ReleasedReport, released_report


def answerable(report: Any) -> tuple[Any, list[Any]]:
    """Who answers for a report that left the house; and all who do, the writer first."""
    signer = report.signed_by or report.preliminary_by or report.saved_by
    return signer, list(dict.fromkeys([report.preliminary_by or report.author, signer]))


def report_facts(released: ReleasedReport, *, with_series: bool = True) -> RadiologyReportFacts:
    """One whose study was moved is withdrawn until it is amended.

    While the study is nobody's, the FHIR server goes on naming the former patient.
    """
    report, study = released.report, released.report.study
    order = study.order
    signer, people = answerable(report)
    return RadiologyReportFacts(
        number=released.number,
        status="withdrawn" if report.moved_at else report.status,
        title=released.title,
        language=report.language,
        conclusion=released.conclusion,
        text=released.text,
        issued=report.signed_at or report.preliminary_at or report.saved_at,
        performer=practitioner_facts(signer),
        interpreters=tuple(practitioner_facts(one) for one in people),
        patient=patient_facts(report.whose),
        study=study_facts(study) if with_series else study_facts(study, []),
        order=order_facts(order),
        encounter=encounter_facts(order.encounter) if order else None,
        gateway_url=f"{settings.PUBLIC_BASE_URL}{GATEWAY_PATH}",
        identifier_base=settings.FHIR_IDENTIFIER_BASE,
        pdf=released.pdf,
    )


@transaction.atomic
def reports_outdated(**of: int) -> None:
    """Those of a ``study`` or a ``patient`` are another patient's now: an event each."""
    for report in selectors.reports_out(**of):
        aggregate = f"report:{selectors.first_edition(report)}"
        publish(REPORT_OUTDATED, aggregate=aggregate, payload={"report_id": report.pk})


def report_send(report_id: int, *, client: HapiClient | None = None) -> None:
    """Send a report as it stands; nothing of one that an amendment has replaced by now.

    Raises ExternalError: retryable while the server is away, final if it refuses the resources.
    """
    released = released_report(report_id)
    if released is None:
        return
    client = client or hapi_client()
    bundle = build_report_bundle(report_facts(released))
    bundle_validate(bundle)
    if faults := client.refused(bundle):
        detail = "; ".join(dict.fromkeys(faults))
        raise ExternalError(ErrorCode.FHIR_REJECTED, detail, retryable=False)
    client.transaction(bundle)
