"""The masks that persons approved, for whoever compares them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ai.choices import ReviewStatus
from ai.manifest import TrackedSegment
from ai.models import SegmentationVersion
from ai.selectors.segmentations import segmentation_get
from ai.services.labelmap import Labelmap
from ai.services.segmentations import version_labelmap
from common.errors import BusinessError, ErrorCode
from common.person import Person
from pacs.index.geometry import SeriesGeometry, series_geometry


@dataclass(frozen=True, slots=True)
class ApprovedMask:
    """``labelmap``: uint8 (slices, rows, columns) on ``geometry``, the grid of its series."""

    segmentation_id: int
    patient_id: int
    study: Any
    series: Any
    version: int
    segments: tuple[TrackedSegment, ...]
    geometry: SeriesGeometry
    labelmap: Labelmap


def approved_mask(user: Person, segmentation_id: int, field: str) -> ApprovedMask:
    """The version that was approved.

    Raises NotFound (or of a study that this person does not see, as one in quarantine),
    BusinessError (not approved, its approval withdrawn, or its series is another by now).
    """
    segmentation = segmentation_get(user, segmentation_id)
    job = segmentation.job
    publication = getattr(job, "publication", None)
    version: SegmentationVersion | None = publication.version if publication else None
    if job.review_status != ReviewStatus.APPROVED or version is None:
        detail = f"segmentation {segmentation_id} is {job.review_status.lower()}"
        raise BusinessError(ErrorCode.MASK_NOT_APPROVED, detail, field)
    geometry = series_geometry(job.source_series)
    if list(geometry.slices) != list(segmentation.slices):
        detail = f"segmentation {segmentation_id}: its series has other slices by now"
        raise BusinessError(ErrorCode.SERIES_NOT_A_VOLUME, detail, field)
    return ApprovedMask(
        segmentation_id=segmentation_id,
        patient_id=job.patient_id,
        study=job.study,
        series=job.series,
        version=version.version,
        segments=segmentation.tracked_segments,
        geometry=geometry,
        labelmap=version_labelmap(version),
    )
