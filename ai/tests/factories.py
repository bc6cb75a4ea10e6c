"""A small study in the index, and the inference service's answers for it."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import numpy as np
import responses
from django.conf import settings
from django.utils import timezone

from ai.choices import JobStatus
from ai.manifest import parse_manifest
from ai.models import AIJob, Segmentation, SegmentationVersion
from ai.services import labelmap as labelmaps
from pacs.index.geometry import series_geometry
from pacs.models import Instance, Series, Study

SLICES, ROWS, COLUMNS = 5, 6, 7
MANIFEST: dict[str, Any] = {
    "id": "brain_extraction",
    "version": "1.0.2",
    "name": "Brain extraction",
    "kind": "network",
    "result_kind": "segmentation",
    "inputs": {"modalities": ["MR"], "min_slices": 4},
    "outputs": {
        "segments": [
            {
                "number": 1,
                "label": "Brain",
                "label_ko": "뇌",
                "color": "#e6b8a2",
                "category": {
                    "value": "123037004",
                    "scheme": "SCT",
                    "meaning": "Anatomical Structure",
                },
                "type": {"value": "12738006", "scheme": "SCT", "meaning": "Brain"},
            }
        ]
    },
    "licence": "MIT",
    "intended_use": "Adults, T1-weighted MRI of the head.",
    "limits": ["Not for diagnosis."],
    "algorithm_name": "deepbet",
    "parameters": {"threshold": {"default": 0.5, "minimum": 0.05, "maximum": 0.95}},
}


def maskless_manifest(kind: str, outputs: dict[str, Any]) -> dict[str, Any]:
    """A model that returns these outputs and no mask."""
    own = {"id": f"tiny_{kind}", "name": "Tiny", "result_kind": kind, "outputs": outputs}
    return MANIFEST | own


def archive_id(name: str) -> str:
    """An identifier in Orthanc's form: five groups of eight hexadecimal digits."""
    digest = hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()
    return "-".join(digest[start : start + 8] for start in range(0, 40, 8))


def make_series(
    patient: Any, *, slices: int = SLICES, modality: str = "MR", tag: str = "1"
) -> Series:
    """A study of one axial stack, 1 x 1 x 2 mm, its instances numbered from the top down."""
    uid = f"2.25.{tag}{patient.pk}"
    study = Study.objects.create(
        study_instance_uid=uid,
        orthanc_id=archive_id(uid),
        patient=patient,
        last_instance_at=timezone.now(),
    )
    series = Series.objects.create(
        study=study,
        series_instance_uid=f"{uid}.1",
        orthanc_id=archive_id(f"{uid}.1"),
        modality=modality,
        frame_of_reference_uid=f"{uid}.2",
    )
    for number in range(slices):
        Instance.objects.create(
            series=series,
            sop_instance_uid=f"{uid}.1.{number}",
            orthanc_id=archive_id(f"{uid}.1.{number}"),
            sop_class_uid="1.2.840.10008.5.1.4.1.1.4",
            number=number + 1,
            rows=ROWS,
            columns=COLUMNS,
            image_position=[0.0, 0.0, 100.0 - 2.0 * number],
            image_orientation=[1, 0, 0, 0, 1, 0],
            pixel_spacing=[1.0, 1.0],
        )
    return series


def make_mask() -> labelmaps.Labelmap:
    """30 voxels of label 1 on (SLICES, ROWS, COLUMNS)."""
    mask = np.zeros((SLICES, ROWS, COLUMNS), np.uint8)
    mask[1:4, 1:3, 1:6] = 1
    return mask


def run_answer(series: Series, **changes: Any) -> dict[str, Any]:
    geometry = series_geometry(series)
    return {
        "job_id": "0b8d3ef2-5f0e-5a6b-9a53-000000000001",
        "risk_score": None,
        "confidence": 0.97,
        "processing_time": 4.2,
        "segmentation": base64.b64encode(b"png").decode(),
        "slices": list(geometry.slices),
        "rows": ROWS,
        "columns": COLUMNS,
        "warnings": [],
    } | changes


def mask_file(series: Series, mask: labelmaps.Labelmap | None = None) -> bytes:
    affine = series_geometry(series).affine
    return labelmaps.to_nifti(make_mask() if mask is None else mask, affine)


def make_result(series: Series, user: Any, **fields: Any) -> AIJob:
    """A completed job with the model's own mask, as rows only."""
    manifest = parse_manifest(MANIFEST)
    job = AIJob.objects.create(
        patient_id=series.study.patient_id,
        study=series.study,
        series=series,
        model_id=manifest.id,
        model_version=manifest.version,
        model_manifest=MANIFEST,
        status=JobStatus.COMPLETED,
        requested_by=user,
        **fields,
    )
    segmentation = Segmentation.objects.create(
        job=job, segments=[], slices=[], rows=ROWS, columns=COLUMNS
    )
    make_version(segmentation)
    return job


def make_version(segmentation: Segmentation, author: Any = None) -> SegmentationVersion:
    number = segmentation.versions.count() + 1
    return SegmentationVersion.objects.create(
        segmentation=segmentation,
        version=number,
        kind="edited" if author else "ai",
        author=author,
        path=f"{segmentation.pk}/{number}",
        sha256="",
        volumes_ml={"1": float(number)},
    )


def grants_written(archive: responses.RequestsMock) -> None:
    """The archive takes the grant of a run, and has it no more when the run is over."""
    place = re.compile(rf"{settings.ORTHANC_URL}/series/[^/]+/metadata/[0-9]+")
    archive.put(place)
    archive.get(place, status=404)
