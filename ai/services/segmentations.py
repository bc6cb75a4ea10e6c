"""Mask versions: the AI's first one, a doctor's edits, and the way back to voxels."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from ai.choices import ReviewStatus, VersionKind
from ai.clients.inference import RunResult
from ai.manifest import TRACKED_SEGMENTS, ManifestSegment, TrackedSegment
from ai.models import AIJob, Segmentation, SegmentationVersion
from ai.selectors import segmentations as selectors
from ai.selectors.lineage import AssistUse
from ai.services import heatmaps, labelmap as labelmaps, mask_files
from ai.services.assist_receipts import receipts_read
from ai.services.labelmap import Labelmap
from audit import services as audit
from common.errors import BusinessError, ConflictError, ErrorCode, ExternalError, InvalidInput
from common.person import Person
from pacs.dicom.uids import derived_uid
from pacs.index.geometry import SeriesGeometry, series_geometry
from rbac.permissions import Permission


@dataclass(frozen=True, slots=True)
class Draft:
    """A checked mask (slices, rows, columns) on the grid of its source series.

    ``heat``: the probability map on the same grid, in steps of 1/255.
    """

    mask: Labelmap
    geometry: SeriesGeometry
    segments: tuple[ManifestSegment, ...]
    heat: Labelmap | None = None


def draft_from_result(
    job: AIJob, result: RunResult, mask: bytes, heat: bytes | None = None
) -> Draft:
    """Check the inference service's mask, and its probability map, against the index.

    Raises ExternalError (an invalid mask), BusinessError (the series is not a volume).
    """
    geometry = series_geometry(job.source_series)
    if set(result.slices) != set(geometry.slices) or (result.rows, result.columns) != (
        geometry.rows,
        geometry.columns,
    ):
        raise _off_the_grid("mask of other slices")
    segments = job.manifest.outputs.segments
    try:
        voxels, _ = labelmaps.from_nifti(mask, shape=geometry.shape)
        labelmaps.check_labels(voxels, [s.number for s in segments])
        voxels = labelmaps.reorder(voxels, result.slices, geometry.slices)
    except InvalidInput as error:
        raise _off_the_grid(f"mask: {_sentence(error)}") from None
    return Draft(voxels, geometry, segments, _levels(heat, result, geometry))


def _levels(heat: bytes | None, result: RunResult, geometry: SeriesGeometry) -> Labelmap | None:
    if heat is None:
        return None
    try:
        levels = labelmaps.decompress(heat, shape=geometry.shape, labels=range(256))
        return labelmaps.reorder(levels, result.slices, geometry.slices)
    except InvalidInput as error:
        raise _off_the_grid(f"probability map: {_sentence(error)}") from None


def _sentence(error: InvalidInput) -> str:
    return f"{error.code.value.en} {error.detail}".strip()


def _off_the_grid(what: str) -> ExternalError:
    detail = f"what the model returned does not fit the series ({what})"
    return ExternalError(ErrorCode.INFERENCE_FAILED, detail, retryable=False)


def segmentation_create(job: AIJob, draft: Draft) -> SegmentationVersion:
    """Version 1 of a job's mask, inside the caller's transaction."""
    known = selectors.tracking_of_earlier(job)
    segments = tuple(_tracked(job, segment, known) for segment in draft.segments)
    segmentation = Segmentation.objects.create(
        job=job,
        segments=TRACKED_SEGMENTS.dump_python(segments, mode="json"),
        slices=list(draft.geometry.slices),
        rows=draft.geometry.rows,
        columns=draft.geometry.columns,
    )
    if draft.heat is not None:
        heatmaps.keep(segmentation, draft.heat)
    return _add_version(
        segmentation, 1, draft.mask, draft.geometry, kind=VersionKind.AI, parent=None, author=None
    )


def _tracked(
    job: AIJob, segment: ManifestSegment, known: Mapping[tuple[int, str], tuple[str, str]]
) -> TrackedSegment:
    new = (
        f"{segment.label} {job.pk}.{segment.number}",
        derived_uid("tracking", str(job.pk), str(segment.number)),
    )
    tracking_id, tracking_uid = known.get((segment.number, segment.type.value), new)
    identity = {"tracking_id": tracking_id, "tracking_uid": tracking_uid}
    return TRACKED_SEGMENTS.validate_python([asdict(segment) | identity])[0]


def _add_version(
    segmentation: Segmentation,
    number: int,
    mask: Labelmap,
    geometry: SeriesGeometry,
    *,
    kind: VersionKind,
    parent: SegmentationVersion | None,
    author: Any,
    uses: Mapping[int, list[AssistUse]] | None = None,
) -> SegmentationVersion:
    content = labelmaps.to_nifti(mask, geometry.affine)
    key = uuid.uuid4()
    labels = [s.number for s in segmentation.tracked_segments]
    pixel_mm2 = geometry.spacing[1] * geometry.spacing[2]
    volumes = labelmaps.volumes_ml(mask, geometry.heights, pixel_mm2, labels)
    counts = labelmaps.changes(version_labelmap(parent) if parent else None, mask, labels)
    changes: dict[str, dict[str, Any]] = {str(label): {**each} for label, each in counts.items()}
    for label, used in (uses or {}).items():
        changes[str(label)]["assist"] = used
    return SegmentationVersion.objects.create(
        uuid=key,
        segmentation=segmentation,
        version=number,
        kind=kind,
        parent=parent,
        author=author,
        path=mask_files.write(segmentation_id=segmentation.pk, version_uuid=key, content=content),
        sha256=labelmaps.sha256(content),
        volumes_ml={str(label): round(volume, 3) for label, volume in volumes.items()},
        changes=changes,
    )


def version_labelmap(version: SegmentationVersion) -> Labelmap:
    """uint8 (slices, rows, columns) in the order of the segmentation's ``slices``."""
    segmentation = version.segmentation
    content = mask_files.read(path=version.path, sha256=version.sha256)
    shape = (len(segmentation.slices), segmentation.rows, segmentation.columns)
    mask, _ = labelmaps.from_nifti(content, shape=shape)
    return mask


def version_save(
    *,
    actor: Person,
    study_instance_uid: str,
    segmentation_id: int,
    base_version: int,
    slices: Sequence[str],
    rows: int,
    columns: int,
    labelmap: bytes,
    assisted: Sequence[str] = (),
) -> SegmentationVersion:
    """Keep an edited mask as the next version; ``base_version`` 0 is of one without a version.

    ``labelmap``: gzip of uint8 slices x rows x columns in the order of ``slices`` (SOP Instance
    UIDs). ``assisted``: receipts of the assist models that helped. Raises InvalidInput (does not
    fit the series or its labels, a receipt of something else), ConflictError (another version came
    first), BusinessError (already reviewed), NotFound.
    """
    found = selectors.segmentation_get(actor, segmentation_id)
    study = found.job.study
    if study is None or study.study_instance_uid != study_instance_uid:
        raise InvalidInput(ErrorCode.VALIDATION, "not of this study", "segmentation")
    if (rows, columns) != (found.rows, found.columns):
        raise InvalidInput(
            ErrorCode.LABELMAP_SIZE, f"the series has {found.rows} x {found.columns}", "rows"
        )
    if len(slices) != len(found.slices):
        raise InvalidInput(
            ErrorCode.LABELMAP_SLICES, f"the series has {len(found.slices)} slices", "slices"
        )
    labels = [s.number for s in found.tracked_segments]
    mask = labelmaps.decompress(labelmap, shape=(len(slices), rows, columns), labels=labels)
    mask = labelmaps.reorder(mask, slices, found.slices)
    series = found.job.source_series
    geometry = series_geometry(series)
    uses = receipts_read(
        actor=actor,
        series_instance_uid=series.series_instance_uid,
        receipts=assisted,
        labels=labels,
    )
    with transaction.atomic():
        job = AIJob.objects.select_for_update().get(pk=found.job_id)
        if job.review_status != ReviewStatus.PENDING:
            raise BusinessError(ErrorCode.ALREADY_REVIEWED, f"job {job.pk}")
        latest = selectors.newest_version(found)
        number = latest.version if latest else 0
        if number != base_version:
            raise ConflictError(
                ErrorCode.VERSION_CONFLICT, f"latest version is {number}", "base_version"
            )
        version = _add_version(
            found,
            number + 1,
            mask,
            geometry,
            kind=VersionKind.EDITED,
            parent=latest,
            author=actor,
            uses=uses,
        )
        audit.record(
            actor=actor,
            action="segmentation.save",
            object_type="segmentation",
            object_id=found.pk,
            patient_id=job.patient_id,
            permission=Permission.REVIEW_AI,
            detail={"version": version.version},
        )
    return version
