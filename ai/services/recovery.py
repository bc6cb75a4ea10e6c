"""A publication that failed: tried again, or taken back so that the result is reviewed anew."""

from __future__ import annotations

from django.db import transaction

from ai.choices import PublicationStatus, ReviewStatus
from ai.events import APPROVAL_WITHDRAWN, VERSION_APPROVED
from ai.models import AIJob, AIJobEvent, Publication
from ai.selectors import jobs as job_selectors
from ai.selectors.publication import RETURNED, publication_key, publication_view
from ai.services.jobs import job_lock
from ai.services.notices import job_alert
from ai.services.review import publication_aggregate
from alert.choices import Kind
from audit import services as audit
from common.errors import BusinessError, ErrorCode, PermissionDenied
from common.outbox import services as outbox
from common.person import Person
from pacs.index import objects
from rbac.permissions import Permission

FAILED = "publication_failed"
RETRIED = "publication_retried"


@transaction.atomic
def publication_failed(job_id: int) -> None:
    """A step was given up: the job's history says so, and the people of the job are alerted."""
    AIJobEvent.objects.create(job_id=job_id, step=FAILED)
    times = AIJobEvent.objects.filter(job_id=job_id, step=FAILED).count()
    job_alert(job_id, Kind.PUBLICATION_FAILED, occurrence=times)


@transaction.atomic
def publication_retry(*, actor: Person, job_id: int) -> AIJob:
    """Go on at the step that failed. Raises NotFound, BusinessError, PermissionDenied."""
    job = _failed_publication(actor, job_id)
    aggregate = publication_aggregate(job.pk)
    if not outbox.redrive_dead(aggregate):  # the SEG was stored and never seen
        outbox.publish(VERSION_APPROVED, aggregate=aggregate, payload={"job_id": job.pk})
    _record(actor, job, "ai_publication.retry", RETRIED)
    return job


@transaction.atomic
def publication_withdraw(*, actor: Person, job_id: int) -> AIJob:
    """Take the approval back: the result waits for a review again, and can be edited.

    What the failed publication may have left in the archive and in the FHIR record is removed
    there by the handlers of APPROVAL_WITHDRAWN; a later approval uses other identifiers.
    Raises NotFound, BusinessError (a step is still being tried, too), PermissionDenied.
    """
    job = _failed_publication(actor, job_id)
    if outbox.is_waiting(publication_aggregate(job.pk)):
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "a step is still being tried")
    publication: Publication = job.publication
    outbox.publish(
        APPROVAL_WITHDRAWN,
        aggregate=f"ai_withdrawal:{job.pk}",
        payload={
            "sop_instance_uid": publication.seg_sop_instance_uid,
            "key": str(publication_key(publication)),
        },
    )
    outbox.forget_dead(publication_aggregate(job.pk))
    publication.delete()
    job.review_status = ReviewStatus.PENDING
    job.reviewed_by = job.reviewed_at = None
    job.review_comment = ""
    job.version += 1
    job.save()
    _record(actor, job, "ai_publication.withdraw", RETURNED)
    return job


def seg_remove(sop_instance_uid: str | None) -> None:
    """Delete the SEG of an approval that was withdrawn. Raises ExternalError."""
    if sop_instance_uid is not None:
        objects.instance_remove(sop_instance_uid)


def _failed_publication(actor: Person, job_id: int) -> AIJob:
    """The locked job, for the person who approved it or a radiologist."""
    job = job_lock(job_selectors.job_get(actor, job_id).pk)
    status = publication_view(job)["status"]
    if status != PublicationStatus.FAILED:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"the publication is {status}")
    if actor.pk != job.reviewed_by_id and not actor.has_permission(Permission.SIGN_REPORT):
        raise PermissionDenied("the doctor who approved the result, or a radiologist, may do this")
    return job


def _record(actor: Person, job: AIJob, action: str, step: str) -> None:
    AIJobEvent.objects.create(job=job, step=step, actor_id=actor.pk)
    audit.record(
        actor=actor,
        action=action,
        object_type="ai_job",
        object_id=job.pk,
        patient_id=job.patient_id,
        permission=Permission.REVIEW_AI,
    )
