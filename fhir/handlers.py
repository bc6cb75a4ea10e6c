"""What this app does when something happened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from ai.events import APPROVAL_WITHDRAWN, RESULT_APPROVED, SEG_SEEN
from ai.selectors.moved_sources import on_moved_sources
from ai.selectors.publication import (
    publication_get,
    publication_key,
    published_job_ids,
    published_job_ids_of_order,
)
from ai.services import publication, recovery, review
from common.errors import AppError, BusinessError, ErrorCode
from common.outbox import services as outbox
from common.outbox.registry import Event, subscribe
from emr.events import PATIENT_MERGED, PATIENT_UNMERGED
from fhir.events import PUBLICATION_OUTDATED, REPORT_OUTDATED
from fhir.services.gather import publication_facts
from fhir.services.publishing import patient_send, publication_retract, publication_send
from fhir.services.radiology_reports import report_send, reports_outdated
from fhir.services.result_index import result_index
from ocs.choices import OrderStatus
from ocs.events import ORDER_MOVED
from pacs.events import STUDY_MATCHED, STUDY_MOVED
from ris.events import REPORT_AMENDED, REPORT_PRELIMINARY, REPORT_SIGNED


def _publication_failed(event: Event, error: AppError) -> None:
    recovery.publication_failed(event.payload["job_id"])


@subscribe(SEG_SEEN, queue="fhir_tasks", on_dead=_publication_failed)
def send_publication(event: Event) -> None:
    _send(event.payload["job_id"])


@subscribe(RESULT_APPROVED, queue="fhir_tasks", on_dead=_publication_failed)
def send_result(event: Event) -> None:
    """A result without a mask has no SEG to wait for."""
    _send(event.payload["job_id"])


review.approved.append(result_index)
"""Found on our own FHIR server at once, whether or not the other one is there."""


def _send(job_id: int) -> None:
    if on_moved_sources([job_id]):
        raise BusinessError(ErrorCode.SOURCES_MOVED, f"job {job_id}")
    facts = publication_facts(job_id)
    receipt = publication_send(facts=facts)
    publication.fhir_done(
        job_id=job_id,
        diagnostic_report=receipt.diagnostic_report,
        imaging_study=receipt.imaging_study,
    )
    if on_moved_sources([job_id]):  # before the job was published: STUDY_MOVED passed it over
        _outdated([job_id])
    elif publication_facts(job_id).order != facts.order:  # so was ORDER_MOVED
        publication_send(facts=publication_facts(job_id))


@subscribe(REPORT_PRELIMINARY, queue="fhir_tasks")
def send_preliminary_report(event: Event) -> None:
    report_send(event.payload["report_id"])


@subscribe(REPORT_SIGNED, queue="fhir_tasks")
def send_signed_report(event: Event) -> None:
    report_send(event.payload["report_id"])


@subscribe(REPORT_AMENDED, queue="fhir_tasks")
def send_amended_report(event: Event) -> None:
    report_send(event.payload["report_id"])


@subscribe(REPORT_OUTDATED, queue="fhir_tasks")
def resend_report(event: Event) -> None:
    report_send(event.payload["report_id"])


@subscribe(APPROVAL_WITHDRAWN, queue="fhir_tasks")
def retract_publication(event: Event) -> None:
    publication_retract(event.payload["key"])


def _ended(payload: dict[str, Any]) -> bool:
    return payload["to_status"] in (OrderStatus.CONFIRMED, OrderStatus.CANCELLED)


@subscribe(ORDER_MOVED, queue="fhir_tasks", wants=_ended)
def resend_ended_order(event: Event) -> None:
    """No more is to be reported of the order, and the AI result is no preliminary one."""
    if _ended(event.payload):
        _outdated(published_job_ids_of_order(event.payload["order_id"]))


@subscribe(PATIENT_MERGED, queue="fhir_tasks")
def resend_publications(event: Event) -> None:
    """The same resources by the same identifiers, under the record that stays."""
    _outdated(published_job_ids(event.payload["patient_id"]))
    reports_outdated(patient=event.payload["patient_id"])


@subscribe(PATIENT_UNMERGED, queue="fhir_tasks")
def resend_parted(event: Event) -> None:
    """Those of each of the two records."""
    for name in ("patient_id", "duplicate_id"):
        _outdated(published_job_ids(event.payload[name]))
        reports_outdated(patient=event.payload[name])


@subscribe(STUDY_MOVED, queue="fhir_tasks")
def resend_moved(event: Event) -> None:
    """What was found in the study follows it; what else rests on it is no result any more."""
    reports_outdated(study=event.payload["study_id"])
    for name in ("before", "patient_id"):
        if event.payload[name] is not None:
            _outdated(published_job_ids(event.payload[name]))


@subscribe(STUDY_MATCHED, queue="fhir_tasks")
def resend_matched(event: Event) -> None:
    """What was found in it while it was another's or nobody's is a result of its patient now."""
    reports_outdated(study=event.payload["study_id"])
    if patient := event.payload.get("patient_id"):  # an event of an earlier version names none
        _outdated(published_job_ids(patient))


@subscribe(PATIENT_MERGED, queue="fhir_tasks")
def send_replaced(event: Event) -> None:
    patient_send(event.payload["duplicate_id"])


@subscribe(PATIENT_UNMERGED, queue="fhir_tasks")
def send_restored(event: Event) -> None:
    patient_send(event.payload["duplicate_id"])


@transaction.atomic
def _outdated(job_ids: Iterable[int]) -> None:
    """An event each: one that cannot be sent holds up no other."""
    for job_id in job_ids:
        outbox.publish(
            PUBLICATION_OUTDATED, aggregate=f"ai_job:{job_id}", payload={"job_id": job_id}
        )


@subscribe(PUBLICATION_OUTDATED, queue="fhir_tasks")
def resend_publication(event: Event) -> None:
    """Of a result that rests on another patient's data: that it was entered in error."""
    job_id = event.payload["job_id"]
    if on_moved_sources([job_id]):
        publication_retract(str(publication_key(publication_get(job_id))))
    else:
        result_index(job_id)
        publication_send(facts=publication_facts(job_id))
