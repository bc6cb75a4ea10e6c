"""Read segmentations and their versions."""

from __future__ import annotations

from ai.models import Segmentation, SegmentationVersion
from common.errors import ErrorCode, NotFound
from common.person import Person


def segmentation_get(user: Person, segmentation_id: int) -> Segmentation:
    """Raises NotFound for what this person may not see."""
    segmentation = (
        Segmentation.objects.visible_to(user)
        .select_related("job__study", "job__series")
        .prefetch_related("versions__author", "versions__parent")
        .filter(pk=segmentation_id)
        .first()
    )
    if segmentation is None:
        raise NotFound(ErrorCode.SEGMENTATION_NOT_FOUND, f"segmentation {segmentation_id}", "id")
    return segmentation


def version_get(segmentation: Segmentation, version: int) -> SegmentationVersion:
    """Raises NotFound."""
    found = segmentation.versions.filter(version=version).first()
    if found is None:
        raise NotFound(ErrorCode.SEGMENTATION_NOT_FOUND, f"version {version}", "version")
    return found


def newest_version(segmentation: Segmentation) -> SegmentationVersion | None:
    """None of a segmentation that was begun and never saved."""
    return segmentation.versions.order_by("-version").first()


def latest_version(segmentation: Segmentation) -> SegmentationVersion:
    """Raises NotFound without a version."""
    version = newest_version(segmentation)
    if version is None:
        raise NotFound(ErrorCode.SEGMENTATION_NOT_FOUND, "no version", "version")
    return version
