"""What a job found, as it stands: the volumes of the mask that counts."""

from __future__ import annotations

from typing import Any

from ai.choices import ReviewStatus
from ai.models import AIJob, Publication, Segmentation, SegmentationVersion


def version_shown(job: AIJob) -> SegmentationVersion | None:
    """The approved version; without an approval the newest, which is the one under review."""
    publication: Publication | None = getattr(job, "publication", None)
    if job.review_status == ReviewStatus.APPROVED and publication is not None:
        return publication.version
    segmentation: Segmentation | None = getattr(job, "segmentation", None)
    return max(segmentation.versions.all(), key=lambda v: v.version) if segmentation else None


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
