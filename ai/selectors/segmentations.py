"""Read segmentations and their versions."""

from __future__ import annotations

from ai.choices import RUN_BY_MODEL, ReviewStatus
from ai.models import AIJob, Segmentation, SegmentationVersion
from common.errors import ErrorCode, NotFound
from common.person import Person


def segmentation_get(user: Person, segmentation_id: int) -> Segmentation:
    """Raises NotFound for what this person may not see."""
    segmentation = (
        Segmentation.objects.visible_to(user)
        .select_related(
            "job__study",
            "job__series",
            "job__patient",
            "job__requested_by",
            "job__rule",
            "job__reviewed_by",
            "job__publication",
        )
        .prefetch_related("versions__author", "versions__parent")
        .filter(pk=segmentation_id)
        .first()
    )
    if segmentation is None:
        raise NotFound(ErrorCode.SEGMENTATION_NOT_FOUND, f"segmentation {segmentation_id}", "id")
    return segmentation


def tracking_of_earlier(job: AIJob) -> dict[tuple[int, str], tuple[str, str]]:
    """Tracking ID and UID by segment number and type, of earlier results of this model.

    A network marks all of a kind that it sees in a patient, so its segment is the same finding in
    every study. A person or an assistant marks one lesion at a time: that is a new finding.
    """
    if job.origin not in RUN_BY_MODEL or job.model_manifest.get("kind") == "assist":
        return {}
    earlier = (
        Segmentation.objects.filter(
            job__patient_id=job.patient_id,
            job__model_id=job.model_id,
            job__origin__in=RUN_BY_MODEL,
        )
        .exclude(job__review_status=ReviewStatus.REJECTED)
        .order_by("pk")
    )
    return {
        (segment.number, segment.type.value): (segment.tracking_id, segment.tracking_uid)
        for segmentation in earlier.only("segments")
        for segment in segmentation.tracked_segments
        if segment.tracking_uid
    }


def version_get(segmentation: Segmentation, version: int) -> SegmentationVersion:
    """Raises NotFound."""
    found = segmentation.versions.filter(version=version).first()
    if found is None:
        raise NotFound(ErrorCode.SEGMENTATION_NOT_FOUND, f"version {version}", "version")
    return found


def newest_version(segmentation: Segmentation) -> SegmentationVersion | None:
    """None of a segmentation that was begun and never saved."""
    return segmentation.versions.order_by("-version").first()
