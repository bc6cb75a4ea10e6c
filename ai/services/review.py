"""A doctor's review of a result; approval starts its publication."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from django.db import transaction
from django.utils import timezone

from ai.choices import JobStatus, ReviewStatus
from ai.events import RESULT_APPROVED, VERSION_APPROVED
from ai.models import AIJob, AIJobEvent, Publication, Segmentation, SegmentationVersion
from ai.selectors import jobs as job_selectors, segmentations as selectors
from ai.selectors.moved_sources import on_moved_sources
from ai.selectors.publication import returns_to_review
from ai.services.jobs import job_lock
from ai.services.segmentations import version_labelmap, version_save
from audit import services as audit
from common.errors import BusinessError, ConflictError, ErrorCode, InvalidInput
from common.outbox import services as outbox
from common.person import Person
from pacs.dicom.uids import derived_uid
from rbac.permissions import Permission

approved: list[Callable[[int], None]] = []
"""What apps above this one do with the job of a result, in the transaction that approves it."""
DECISIONS = {"approve": ReviewStatus.APPROVED, "reject": ReviewStatus.REJECTED}


@transaction.atomic
def job_review(
    *, actor: Person, job_id: int, decision: str, version: int | None = None, comment: str = ""
) -> AIJob:
    """Approve or reject a completed job once. ``version``: the mask that was looked at.

    Raises BusinessError (not completed, reviewed already, empty mask, moved data), ConflictError (a
    newer version exists), InvalidInput (a version of a result without a mask), NotFound.
    """
    job = job_lock(job_selectors.job_get(actor, job_id).pk)
    if job.status != JobStatus.COMPLETED:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"the job is {job.status}")
    if job.review_status != ReviewStatus.PENDING:
        raise BusinessError(ErrorCode.ALREADY_REVIEWED, f"the job is {job.review_status}")
    latest = _version_under_review(job, version)
    if decision == "approve":
        check_sources(job)
        _publication_start(job, latest)
    job.review_status = DECISIONS[decision]
    job.reviewed_by_id = actor.pk
    job.reviewed_at = timezone.now()
    job.review_comment = comment
    job.version += 1
    job.save()
    AIJobEvent.objects.create(job=job, step=job.review_status.lower(), actor_id=actor.pk)
    if decision == "approve":
        for follow in approved:
            follow(job.pk)
    audit.record(
        actor=actor,
        action=f"ai_job.{decision}",
        object_type="ai_job",
        object_id=job.pk,
        patient_id=job.patient_id,
        permission=Permission.REVIEW_AI,
        detail={"version": latest.version} if latest else {},
    )
    return job


def check_sources(job: AIJob) -> None:
    """Raises BusinessError: what the result rests on is another patient's now."""
    if on_moved_sources([job.pk]):
        raise BusinessError(ErrorCode.SOURCES_MOVED, f"job {job.pk}")


def _version_under_review(job: AIJob, looked_at: int | None) -> SegmentationVersion | None:
    segmentation: Segmentation | None = getattr(job, "segmentation", None)
    if segmentation is None:
        if looked_at is not None:
            raise InvalidInput(ErrorCode.VALIDATION, "this result has no mask", "version")
        return None
    latest = selectors.newest_version(segmentation)
    number = latest.version if latest else 0
    if looked_at not in (None, number):
        raise ConflictError(ErrorCode.VERSION_CONFLICT, f"latest version is {number}", "version")
    return latest


def _publication_start(job: AIJob, version: SegmentationVersion | None) -> None:
    if job.study is not None and job.study.patient_id is None:
        raise BusinessError(ErrorCode.STUDY_UNMATCHED, f"job {job.pk}")
    aggregate, payload = publication_aggregate(job.pk), {"job_id": job.pk}
    if version is None and hasattr(job, "segmentation"):
        raise BusinessError(ErrorCode.SEGMENTATION_EMPTY, "nothing is saved yet")
    if version is None:
        Publication.objects.create(job=job)
        outbox.publish(RESULT_APPROVED, aggregate=aggregate, payload=payload)
        return
    if not np.any(version_labelmap(version)):
        raise BusinessError(ErrorCode.SEGMENTATION_EMPTY, f"version {version.version}")
    returns = returns_to_review(job)
    names = (str(version.uuid), *([str(returns)] if returns else []))
    kinds = ["seg", "sr", *(["map"] if version.segmentation.heatmap_path else [])]
    uids = {
        f"{kind}_{level}_instance_uid": derived_uid(f"{kind}-{of}", *names)
        for kind in kinds
        for level, of in (("sop", "instance"), ("series", "series"))
    }
    Publication.objects.create(job=job, version=version, **uids)
    outbox.publish(VERSION_APPROVED, aggregate=aggregate, payload=payload)


def publication_aggregate(job_id: int) -> str:
    """The outbox aggregate of all steps that publish one job."""
    return f"ai_publication:{job_id}"


@transaction.atomic
def version_save_and_review(*, actor: Person, final: bool, **fields: Any) -> SegmentationVersion:
    """``segmentations.version_save``; ``final`` approves the new version in the same step."""
    version = version_save(actor=actor, **fields)
    if final:
        job_review(
            actor=actor,
            job_id=version.segmentation.job_id,
            decision="approve",
            version=version.version,
        )
    return version
