"""What this app does when something happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from ai import events
from ai.choices import JobStatus, ReviewStatus
from ai.clients.inference import inference
from ai.selectors.jobs import job_list
from ai.serializers import AIJobListOut
from ai.services import agreement, drawings, jobs, publication, queue, recovery, study_routing
from ai.services.notices import job_alert
from alert.choices import Kind, Part
from alert.selectors import About, describes, person
from common.errors import AppError
from common.outbox.registry import Event, subscribe
from common.person import Person
from emr.selectors.patient_summary import summary_part
from emr.selectors.timeline import timeline_source
from pacs.events import DERIVED_OBJECT_INDEXED, STUDY_MATCHED, STUDY_STABLE
from pacs.index.alert_subjects import study_about
from rbac.permissions import Permission

SUMMARISED = 20
RUN_ATTEMPTS = 5
"""15 s of backoff: the service has time to start again."""


def _job_failed(event: Event, error: AppError) -> None:
    jobs.job_fail(event.payload["job_id"], error)


def _publication_failed(event: Event, error: AppError) -> None:
    recovery.publication_failed(event.payload["job_id"])


@subscribe(
    events.JOB_REQUESTED,
    queue="fastapi_tasks",
    max_attempts=RUN_ATTEMPTS,
    on_dead=_job_failed,
    choose=queue.next_of,
)
def run_job(event: Event) -> None:
    jobs.job_run(event.payload["job_id"])


@subscribe(STUDY_STABLE, queue="django_tasks")
def route_stable(event: Event) -> None:
    study_routing.study_route(event.payload["study_id"])


@subscribe(STUDY_MATCHED, queue="django_tasks")
def route_matched(event: Event) -> None:
    study_routing.study_route(event.payload["study_id"])


@subscribe(events.JOB_CANCELLED, queue="django_tasks", max_attempts=RUN_ATTEMPTS)
def end_run(event: Event) -> None:
    inference().cancel(event.payload["run"])


@subscribe(events.DRAWING_BEGUN, queue="django_tasks", max_attempts=RUN_ATTEMPTS)
def record_input(event: Event) -> None:
    drawings.input_record(event.payload["job_id"])


@subscribe(events.JOB_COMPLETED, queue="django_tasks")
def tell_completed(event: Event) -> None:
    job_alert(event.payload["job_id"], Kind.AI_COMPLETED)


@subscribe(events.JOB_FAILED, queue="django_tasks")
def tell_failed(event: Event) -> None:
    job_alert(event.payload["job_id"], Kind.AI_FAILED)


@subscribe(events.VERSION_APPROVED, queue="django_tasks", on_dead=_publication_failed)
def store_seg(event: Event) -> None:
    publication.seg_publish(event.payload["job_id"])
    agreement.agreement_measure(event.payload["job_id"])


@subscribe(DERIVED_OBJECT_INDEXED, queue="django_tasks")
def mark_seg_seen(event: Event) -> None:
    publication.seg_seen(event.payload["sop_instance_uid"])


@subscribe(events.APPROVAL_WITHDRAWN, queue="django_tasks")
def remove_seg(event: Event) -> None:
    recovery.seg_remove(event.payload["sop_instance_uid"], event.payload.get("companions", ()))


@subscribe(events.PUBLISHED, queue="django_tasks")
def tell_published(event: Event) -> None:
    job_alert(event.payload["job_id"], Kind.PUBLISHED)


@describes("job_id")
def alert_jobs(user: Person, ids: set[Any]) -> Mapping[Any, About]:
    found = job_list(user).select_related("reviewed_by").filter(pk__in=ids)
    return {job.pk: _job_about(job) for job in found}


def _job_about(job: Any) -> About:
    name = job.model_manifest.get("name", job.model_id)
    people = [person(Part.REQUESTED, job.requested_by)] if job.requested_by else []
    if job.reviewed_by is not None:
        people.append(person(Part.REVIEWED, job.reviewed_by))
    about: About = {
        "patient": job.patient.brief,
        "model": {
            "id": job.model_id,
            "name": {"ko": job.model_manifest.get("name_ko") or name, "en": name},
        },
        "people": people,
    }
    if job.study is not None:
        about["study"] = study_about(job.study)
    return about


@summary_part("ai_waiting", Permission.REVIEW_AI, AIJobListOut)
def jobs_waiting(user: Person, patient: Any) -> list[Any]:
    """Completed and not yet reviewed."""
    rows = job_list(user).filter(patient=patient)
    waiting = rows.filter(status=JobStatus.COMPLETED, review_status=ReviewStatus.PENDING)
    return list(waiting[:SUMMARISED])


@timeline_source("ai", at="created_at", described=lambda row: (row.model_id, row.status))
def jobs_of(user: Person, patient: Any) -> QuerySet[Any]:
    return job_list(user).filter(patient=patient)
