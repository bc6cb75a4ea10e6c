"""What a job found, as it stands: the volumes of the mask that counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from ai.choices import ReviewStatus
from ai.models import AIJob, Publication, Segmentation, SegmentationVersion
from common.person import Person


def version_shown(job: AIJob) -> SegmentationVersion | None:
    """The approved version; without an approval the newest, which is the one under review."""
    publication: Publication | None = getattr(job, "publication", None)
    if job.review_status == ReviewStatus.APPROVED and publication is not None:
        return publication.version
    segmentation: Segmentation | None = getattr(job, "segmentation", None)
    if segmentation is None:
        return None
    return max(segmentation.versions.all(), key=lambda v: v.version, default=None)


def outcome(job: AIJob) -> dict[str, Any] | None:
    """The model's result with the volumes of ``version_shown``; None without a result."""
    result: dict[str, Any] | None = job.result
    version = version_shown(job)
    if result is None or version is None:
        return result
    volumes = [
        {"label": segment.label, "volume_ml": version.volumes_ml[str(segment.number)]}
        for segment in version.segmentation.tracked_segments
        if str(segment.number) in version.volumes_ml
    ]
    return result | {"measurements": volumes, "version": version.version, "kind": version.kind}


@dataclass(frozen=True, slots=True)
class ApprovedVolume:
    """The volume of one segment of an approved mask, on the day of its study."""

    study_instance_uid: str
    study_date: date
    label: str
    label_ko: str
    volume_ml: float
    job_id: int
    version: int


def approved_volumes(user: Person, patient_id: int) -> list[ApprovedVolume]:
    """Of the masks that this person may see, oldest study first.

    Of each succession the result that was approved last. A study without a date has no place
    on a curve.
    """
    approved = AIJob.objects.visible_to(user).filter(
        review_status=ReviewStatus.APPROVED,
        patient_id=patient_id,
        study__study_date__isnull=False,
        publication__version__isnull=False,
    )
    rows = approved.select_related("study", "publication__version__segmentation")
    newest = {
        job.succession: job
        for job in rows.defer("result", "parameters").order_by("reviewed_at", "pk")
    }
    found = [volume for job in newest.values() for volume in _volumes_of(job)]
    return sorted(found, key=lambda one: (one.study_date, one.job_id, one.label))


def _volumes_of(job: AIJob) -> Iterator[ApprovedVolume]:
    version, study = job.publication.version, job.study
    if version is None or study is None or study.study_date is None:
        return
    for segment in version.segmentation.tracked_segments:
        if str(segment.number) in version.volumes_ml:
            yield ApprovedVolume(
                study_instance_uid=study.study_instance_uid,
                study_date=study.study_date,
                label=segment.label,
                label_ko=segment.label_ko,
                volume_ml=version.volumes_ml[str(segment.number)],
                job_id=job.pk,
                version=version.version,
            )
