"""The DICOM objects of an approved version: its SEG, the report of it, the map of probabilities."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone
from pydicom.dataset import Dataset

from ai.choices import Origin, VersionKind
from ai.manifest import TrackedSegment
from ai.models import AIJob, Publication, SegmentationVersion
from ai.selectors.lineage import chain, tool_told, version_uses
from ai.services.algorithms import segment_algorithms
from ai.services.diameters import diameters, marked_box
from ai.services.dicom_map import build_map
from ai.services.dicom_seg import AlgorithmSpec, SegmentSpec, build_segmentation
from ai.services.dicom_sr import Hand, History, SegmentMeasure, build_report
from ai.services.heatmaps import heatmap_levels
from ai.services.labelmap import Labelmap
from ai.services.segmentations import version_labelmap
from pacs.dicom.uids import derived_uid
from pacs.index import objects
from pacs.index.geometry import SeriesGeometry, series_geometry

STORED = ("map", "sr", "seg")
"""In this order."""
_SERIES_NUMBERS = {"seg": 9000, "sr": 10000, "map": 11000}


def publication_objects(
    publication: Publication, version: SegmentationVersion
) -> Mapping[str, Dataset]:
    """By kind; one that the publication has no UID for is left out.

    Raises BusinessError, ExternalError, SegmentationError.
    """
    series = publication.job.source_series
    headers, geometry = objects.series_headers(series), series_geometry(series)
    labelmap = version_labelmap(version)
    made = {"seg": _seg(publication, version, headers, labelmap[geometry.frame_order])}
    if publication.sr_sop_instance_uid:
        made["sr"] = _report(publication, version, made["seg"], labelmap, geometry)
    if publication.map_sop_instance_uid:
        levels = heatmap_levels(version.segmentation)[geometry.frame_order]
        made["map"] = _map(publication, headers, levels)
    return made


def _seg(
    publication: Publication,
    version: SegmentationVersion,
    headers: list[Dataset],
    labelmap: Labelmap,
) -> Dataset:
    job = publication.job
    return build_segmentation(
        source_datasets=headers,
        labelmap=labelmap,
        segments=_segments(version),
        series_instance_uid=publication.seg_series_instance_uid or "",
        sop_instance_uid=publication.seg_sop_instance_uid or "",
        series_number=_series_number(job, "seg"),
        instance_number=1,
        series_description=_series_description(job),
        content_description=_content_description(version),
        content_creator_name=_approver(job).name,
        created_at=timezone.localtime(job.reviewed_at),
    )


def _report(
    publication: Publication,
    version: SegmentationVersion,
    seg: Dataset,
    labelmap: Labelmap,
    geometry: SeriesGeometry,
) -> Dataset:
    job = publication.job
    return build_report(
        seg=seg,
        segments=_segments(version),
        measured=_measured(version, labelmap, geometry),
        source_series_uid=job.source_series.series_instance_uid,
        series_instance_uid=publication.sr_series_instance_uid or "",
        sop_instance_uid=publication.sr_sop_instance_uid or "",
        series_number=_series_number(job, "sr"),
        device_uid=derived_uid("device", "cdss"),
        history=_history(job, version),
    )


def _map(publication: Publication, headers: list[Dataset], levels: Labelmap) -> Dataset:
    job = publication.job
    return build_map(
        source_datasets=headers,
        levels=levels,
        series_instance_uid=publication.map_series_instance_uid or "",
        sop_instance_uid=publication.map_sop_instance_uid or "",
        series_number=_series_number(job, "map"),
        model_name=job.manifest.algorithm_name or job.manifest.name,
        content_creator_name=_approver(job).name,
        created_at=timezone.localtime(job.reviewed_at),
    )


def _series_number(job: AIJob, kind: str) -> int:
    return _SERIES_NUMBERS[kind] + job.pk % 1000


def _series_description(job: AIJob) -> str:
    if job.origin == Origin.MANUAL:
        return "Segmentation, drawn by a person"
    if job.origin == Origin.IMPORT:
        return "Segmentation, imported"
    return f"Segmentation {job.manifest.algorithm_name or job.manifest.name}"


def _content_description(version: SegmentationVersion) -> str:
    origin = version.segmentation.job.origin
    if origin == Origin.MANUAL:
        tool = "with an assist model" if version_uses(version) else "by hand"
        return f"Mask, drawn {tool}"
    if origin == Origin.IMPORT:
        return "Imported mask, edited" if version.parent_id else "Imported mask, unedited"
    return "AI mask, edited" if version.kind == VersionKind.EDITED else "AI mask, unedited"


def _measured(
    version: SegmentationVersion, labelmap: Labelmap, geometry: SeriesGeometry
) -> dict[int, SegmentMeasure]:
    row, column = (geometry.affine[:3, axis] * (-1.0, -1.0, 1.0) for axis in (0, 1))
    box = marked_box(labelmap)
    cut, positions = labelmap[box], geometry.positions[box[0]]
    return {
        int(number): SegmentMeasure(volume, diameters(cut == int(number), positions, row, column))
        for number, volume in version.volumes_ml.items()
    }


def _history(job: AIJob, version: SegmentationVersion) -> History:
    steps = chain(version)
    authors = [
        Hand(_name(step.author), step.author.username, timezone.localtime(step.created_at))
        for step in steps
        if step.author is not None
    ]
    approver = _approver(job)
    approved = f"Version {version.version} approved by {approver.name} ({approver.login})"
    return History(
        authors,
        approver,
        [*(_told(job, step) for step in steps), f"{approved}, {approver.at.isoformat()}"],
    )


def _told(job: AIJob, step: SegmentationVersion) -> str:
    """One version in words."""
    author = step.author
    by = f"{_name(author)} ({author.username})" if author else f"{job.model_id} {job.model_version}"
    verb = "changed" if step.parent_id else "made"
    labels = {str(s.number): s.label for s in step.segmentation.tracked_segments}
    counts = "; ".join(
        f"{labels.get(number, number)} +{counted['added']} -{counted['removed']} voxels"
        + "".join(f", with {tool_told(use)}" for use in counted.get("assist", []))
        for number, counted in (step.changes or {}).items()
    )
    at = timezone.localtime(step.created_at).isoformat()
    return f"Version {step.version} {verb} by {by}, {at}" + (f": {counts}" if counts else "")


def _approver(job: AIJob) -> Hand:
    user = job.reviewed_by
    if user is None or job.reviewed_at is None:
        raise ValueError(f"job {job.pk} is not reviewed")
    return Hand(_name(user), user.username, timezone.localtime(job.reviewed_at))


def _name(user: object) -> str:
    return getattr(user, "full_name", "") or getattr(user, "username", "")


def _segments(version: SegmentationVersion) -> list[SegmentSpec]:
    made = segment_algorithms(version)
    segments = version.segmentation.tracked_segments
    return [_segment(segment, made[segment.number]) for segment in segments]


def _segment(segment: TrackedSegment, algorithm: AlgorithmSpec) -> SegmentSpec:
    return SegmentSpec(
        number=segment.number,
        label=segment.label,
        category=segment.category,
        property_type=segment.type,
        tracking_id=segment.tracking_id,
        tracking_uid=segment.tracking_uid,
        color=segment.color,
        algorithm=algorithm,
    )
