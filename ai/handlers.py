"""What this app does when something happened."""

from __future__ import annotations

from ai import events
from ai.selectors import jobs as selectors
from ai.services import jobs, publication
from alert import services as alerts
from alert.choices import Kind
from common.errors import AppError
from common.outbox.registry import Event, subscribe
from ris.events import DERIVED_OBJECT_INDEXED

RUN_ATTEMPTS = 3


def _job_failed(event: Event, error: AppError) -> None:
    jobs.job_fail(event.payload["job_id"], error)


def _tell_requester(event: Event, kind: Kind) -> None:
    job = selectors.job_for_handler(event.payload["job_id"])
    alerts.notify(
        user_id=job.requested_by_id,
        kind=kind,
        dedup_key=f"ai-job-{job.pk}-{kind}-run-{job.run}",
        params={"job_id": job.pk, "study_instance_uid": job.study.study_instance_uid},
        link=f"/ai/jobs/{job.pk}",
    )


def _publication_failed(event: Event, error: AppError) -> None:
    _tell_requester(event, Kind.PUBLICATION_FAILED)


@subscribe(
    events.JOB_REQUESTED, queue="fastapi_tasks", max_attempts=RUN_ATTEMPTS, on_dead=_job_failed
)
def run_job(event: Event) -> None:
    jobs.job_run(event.payload["job_id"])


@subscribe(events.JOB_COMPLETED, queue="django_tasks")
def tell_completed(event: Event) -> None:
    _tell_requester(event, Kind.AI_COMPLETED)


@subscribe(events.JOB_FAILED, queue="django_tasks")
def tell_failed(event: Event) -> None:
    _tell_requester(event, Kind.AI_FAILED)


@subscribe(events.VERSION_APPROVED, queue="django_tasks", on_dead=_publication_failed)
def store_seg(event: Event) -> None:
    publication.seg_publish(event.payload["job_id"])


@subscribe(DERIVED_OBJECT_INDEXED, queue="django_tasks")
def mark_seg_seen(event: Event) -> None:
    publication.seg_seen(event.payload["sop_instance_uid"])


@subscribe(events.PUBLISHED, queue="django_tasks")
def tell_published(event: Event) -> None:
    _tell_requester(event, Kind.PUBLISHED)
