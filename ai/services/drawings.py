"""Segmentations that no model made: a person draws them, or a file from outside holds them.

Each is a completed job without a run, so that it is saved, reviewed and published like any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import transaction

from ai.choices import JobStatus, Origin
from ai.events import DRAWING_BEGUN
from ai.manifest import (
    TRACKED_SEGMENTS,
    ManifestInputs,
    ManifestOutputs,
    ManifestSegment,
    ModelManifest,
    SegmentAlgorithm,
)
from ai.models import AIJob, AIJobEvent, Segmentation
from ai.selectors.jobs import job_for_handler
from ai.services import labelmap as labelmaps
from ai.services.dicom_codes import CodeError, resolve_category, resolve_code
from audit import services as audit
from common.errors import BusinessError, ErrorCode, InvalidInput
from common.outbox import services as outbox
from common.person import Person
from emr import selectors as patients
from pacs.dicom.uids import derived_uid
from pacs.index import objects, studies
from pacs.index.geometry import series_geometry
from rbac.permissions import Permission

if TYPE_CHECKING:
    from pacs.models import Series

NAMES = {
    Origin.MANUAL: ("Manual segmentation", "수동 분할"),
    Origin.IMPORT: ("Imported segmentation", "가져온 분할"),
}
NO_VERSION = 0
"""The base of the first version: until it is saved, there is none."""


def segmentation_begin(
    *,
    actor: Person,
    study_instance_uid: str,
    series_instance_uid: str,
    segments: Sequence[ManifestSegment],
) -> Segmentation:
    """An empty segmentation with named, coded segments on a series.

    Raises NotFound, BusinessError (the series is not a volume), InvalidInput (numbers, labels or
    codes).
    """
    study = studies.study_get(actor, study_instance_uid, Permission.VIEW_DICOM)
    series = studies.series_get(study, series_instance_uid)
    check_segments(segments)
    return begin(actor, series, segments, origin=Origin.MANUAL)


def check_segments(segments: Sequence[ManifestSegment]) -> None:
    """Raises InvalidInput: not numbered 1, 2, 3, …, two of one label, a code DICOM lacks."""
    if [segment.number for segment in segments] != list(range(1, len(segments) + 1)):
        raise InvalidInput(ErrorCode.VALIDATION, "segments are numbered 1, 2, 3, …", "segments")
    if len({segment.label.casefold() for segment in segments}) < len(segments):
        raise InvalidInput(ErrorCode.VALIDATION, "two segments have the same label", "segments")
    try:
        for segment in segments:
            resolve_category(segment.category)
            resolve_code(segment.type)
    except CodeError as error:
        raise InvalidInput(ErrorCode.VALIDATION, str(error), "segments") from None


@transaction.atomic
def begin(
    actor: Person,
    series: Series,
    segments: Sequence[ManifestSegment],
    *,
    origin: Origin,
    algorithms: Sequence[SegmentAlgorithm] = (),
    parameters: dict[str, Any] | None = None,
    warnings: Sequence[str] = (),
) -> Segmentation:
    """The job and its segmentation without a version. ``segments`` are checked.

    ``algorithms``: of imported segments, in their order. Raises BusinessError (not a volume, no
    patient), ConflictError (the study was filed under another patient since it was read).
    """
    if not series.frame_of_reference_uid:
        detail = "the series has no Frame of Reference UID, without which no mask can be stored"
        raise BusinessError(ErrorCode.SERIES_NOT_A_VOLUME, detail, "series_instance_uid")
    patient_id = series.study.patient_id
    if patient_id is None:
        raise BusinessError(ErrorCode.STUDY_UNMATCHED, "no patient", "study_instance_uid")
    patients.patient_lock(patient_id)
    studies.studies_lock([series.study_id], patient_id)
    geometry = series_geometry(series)
    job = AIJob.objects.create(
        patient_id=patient_id,
        study=series.study,
        series=series,
        origin=origin,
        model_id=origin.value,
        model_version="1",
        model_manifest=_manifest(origin, series, segments).to_json(),
        parameters=parameters or {},
        status=JobStatus.COMPLETED,
        requested_by_id=actor.pk,
        result=_no_result(warnings),
    )
    for step in ("requested", "completed"):
        AIJobEvent.objects.create(job=job, step=step, actor_id=actor.pk)
    audit.record(
        actor=actor,
        action=f"segmentation.{origin.value}",
        object_type="ai_job",
        object_id=job.pk,
        patient_id=job.patient_id,
        permission=Permission.REVIEW_AI,
        detail={"series": series.series_instance_uid},
    )
    outbox.publish(DRAWING_BEGUN, aggregate=f"ai_job:{job.pk}", payload={"job_id": job.pk})
    tracked = [_tracked(job, segment) for segment in segments]
    for segment, algorithm in zip(tracked, algorithms, strict=False):
        segment["algorithm"] = algorithm
    return Segmentation.objects.create(
        job=job,
        segments=TRACKED_SEGMENTS.dump_python(
            TRACKED_SEGMENTS.validate_python(tracked), mode="json"
        ),
        slices=list(geometry.slices),
        rows=geometry.rows,
        columns=geometry.columns,
    )


def input_record(job_id: int) -> None:
    """Record the files that a mask was laid on, as the record of a run does (``INPUT_METHOD``)."""
    job = job_for_handler(job_id)
    digests = objects.file_digests(job.source_series)
    lines = "".join(f"{uid} {digest}\n" for uid, digest in sorted(digests.items()))
    record = {"input_sha256": labelmaps.sha256(lines.encode()), "input_instances": len(digests)}
    AIJob.objects.filter(pk=job.pk, record__isnull=True).update(record=record)


def _manifest(origin: Origin, series: Series, segments: Sequence[ManifestSegment]) -> ModelManifest:
    """What the job's row says of where its result comes from."""
    name, name_ko = NAMES[origin]
    return ModelManifest(
        id=origin.value,
        version="1",
        name=name,
        name_ko=name_ko,
        kind="assist",
        result_kind="segmentation",
        inputs=ManifestInputs(modalities=(series.modality or "OT",)),
        outputs=ManifestOutputs(segments=tuple(segments)),
    )


def _no_result(warnings: Sequence[str]) -> dict[str, Any]:
    return {
        "risk_score": None,
        "confidence": None,
        "processing_time": 0.0,
        "preview_png": "",
        "warnings": list(warnings),
        "measurements": [],
        "quantities": [],
        "classes": [],
    }


def _tracked(job: AIJob, segment: ManifestSegment) -> dict[str, Any]:
    written: dict[str, Any] = {
        "number": segment.number,
        "label": segment.label,
        "label_ko": segment.label_ko,
        "color": segment.color,
        "category": segment.category,
        "type": segment.type,
    }
    return written | {
        "tracking_id": f"{segment.label} {job.pk}.{segment.number}",
        "tracking_uid": derived_uid("tracking", str(job.pk), str(segment.number)),
    }
