"""What this app does when something happened."""

from __future__ import annotations

from ai.events import RESULT_APPROVED, SEG_SEEN
from ai.selectors.publication import published_job_ids
from ai.services import publication
from ai.services.notices import job_alert
from alert.choices import Kind
from common.errors import AppError
from common.outbox.registry import Event, subscribe
from emr.events import PATIENT_MERGED
from fhir.services.gather import publication_facts
from fhir.services.publishing import publication_send


def _publication_failed(event: Event, error: AppError) -> None:
    job_alert(event.payload["job_id"], Kind.PUBLICATION_FAILED)


@subscribe(SEG_SEEN, queue="fhir_tasks", on_dead=_publication_failed)
def send_publication(event: Event) -> None:
    _send(event.payload["job_id"])


@subscribe(RESULT_APPROVED, queue="fhir_tasks", on_dead=_publication_failed)
def send_result(event: Event) -> None:
    """A result without a mask has no SEG to wait for."""
    _send(event.payload["job_id"])


def _send(job_id: int) -> None:
    receipt = publication_send(facts=publication_facts(job_id))
    publication.fhir_done(
        job_id=job_id,
        diagnostic_report=receipt.diagnostic_report,
        imaging_study=receipt.imaging_study,
    )


@subscribe(PATIENT_MERGED, queue="fhir_tasks")
def resend_publications(event: Event) -> None:
    """The same resources by the same identifiers, under the record that stays."""
    for job_id in published_job_ids(event.payload["patient_id"]):
        publication_send(facts=publication_facts(job_id))
