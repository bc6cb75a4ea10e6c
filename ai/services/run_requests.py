"""A request for a run: one job for equal requests, the limit of a person, the key of the run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from typing import Any

from django.db import transaction

from acct import selectors as accounts
from ai.choices import ENDED_BADLY, OPEN, JobStatus, ReviewStatus, WorkitemPriority
from ai.events import JOB_REQUESTED
from ai.manifest import ModelManifest
from ai.models import AIJob, AIJobEvent, Workitem
from ai.selectors.jobs import askers
from ai.selectors.queue import queued_per_user
from ai.services import queue
from audit import services as audit
from common.errors import BusinessError, ErrorCode
from common.outbox import services as outbox
from common.person import Person
from emr import selectors as patients
from ocs.choices import PRIORITY_RANKS, Priority
from pacs.index import studies
from rbac.permissions import Permission


def input_key(manifest: ModelManifest, values: Any, parameters: dict[str, Any]) -> str:
    """SHA-256 of what makes two requests equal; ``values``: the input, as JSON."""
    what = [manifest.id, manifest.version, values, parameters]
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def job_ask(
    *,
    actor: Person,
    patient_id: int,
    manifest: ModelManifest,
    key: str,
    urgency: str | None,
    detail: dict[str, Any],
    rests_on: Collection[int] = (),
    **fields: Any,
) -> AIJob:
    """The job of an equal request that waits, runs or is not reviewed yet, else a new one.

    One that waits becomes as urgent as the more urgent request. ``rests_on``: the studies of its
    input. Raises BusinessError (the person has as many jobs in the queue as is allowed),
    ConflictError (one of the studies was filed under another patient meanwhile).
    """
    patients.patient_lock(patient_id)
    studies.studies_lock(rests_on, patient_id)
    same = AIJob.objects.filter(patient=patient_id, input_sha256=key)
    same = same.exclude(status__in=ENDED_BADLY).filter(review_status=ReviewStatus.PENDING)
    job = same.select_for_update().order_by("pk").first()
    if job is None:
        limit_check(actor)
        job = job_add(patient_id, manifest, key, urgency, requested_by_id=actor.pk, **fields)
    else:
        job.is_repeat = True
        also_ask(actor, job)
        _hurry(job, urgency)
    audit.record(
        actor=actor,
        action="ai_job.create",
        object_type="ai_job",
        object_id=job.pk,
        patient_id=patient_id,
        permission=Permission.REQUEST_AI,
        detail={"model": manifest.id, **detail},
    )
    return job


def job_add(
    patient_id: int, manifest: ModelManifest, key: str, urgency: str | None, **fields: Any
) -> AIJob:
    """Into the queue, in the caller's transaction."""
    job = AIJob.objects.create(
        patient_id=patient_id,
        model_id=manifest.id,
        model_version=manifest.version,
        model_manifest=manifest.to_json(),
        input_sha256=key,
        urgency=urgency or Priority.ROUTINE,
        **fields,
    )
    AIJobEvent.objects.create(job=job, step="requested", actor_id=job.requested_by_id)
    run_request(job)
    return job


def also_ask(actor: Person, job: AIJob) -> None:
    """The person is told of the job's end too, and has a say in its cancellation."""
    if actor.pk not in askers(job):
        job.also_asked.add(actor.pk)


def _hurry(job: AIJob, urgency: str | None) -> None:
    wanted = urgency or Priority.ROUTINE
    if job.status == JobStatus.PENDING and PRIORITY_RANKS[wanted] < PRIORITY_RANKS[job.urgency]:
        job.urgency = wanted
        job.version += 1
        job.save()
        if wanted == Priority.STAT:
            Workitem.objects.filter(job=job).update(priority=WorkitemPriority.HIGH)
        transaction.on_commit(queue.places_forget, robust=True)


def limit_check(actor: Person) -> None:
    """Inside a transaction: two requests of one person are counted one after the other."""
    accounts.user_lock(actor.pk)
    limit = queued_per_user()
    if AIJob.objects.filter(requested_by=actor.pk, status__in=OPEN).count() >= limit:
        raise BusinessError(ErrorCode.AI_QUEUE_LIMIT, f"{limit} jobs at most")


def run_request(job: AIJob) -> None:
    """Ask for a worker, in the caller's transaction."""
    outbox.publish(JOB_REQUESTED, aggregate=f"ai_job:{job.pk}", payload={"job_id": job.pk})
    transaction.on_commit(queue.places_forget, robust=True)


def run_key(job: AIJob) -> str:
    """The key under which the inference service knows the job's run."""
    return f"ai-job-{job.pk}-run-{job.run}"
