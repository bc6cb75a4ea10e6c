"""One run of a rule: the facts of the job, with the masks that they name."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from ai.choices import ReviewStatus
from ai.clients.inference import RunResult, inference
from ai.models import AIJob, SegmentationVersion
from ai.selectors.moved_sources import on_moved_sources
from ai.services import labelmap as labelmaps
from ai.services.run_requests import run_key
from ai.services.segmentations import version_labelmap
from common.errors import BusinessError, ErrorCode
from pacs.index.geometry import SeriesGeometry, series_geometry

HEIGHT_TOLERANCE = 0.01


def rule_run(job: AIJob) -> RunResult:
    """Raises ExternalError, BusinessError (refused, a mask that is gone, moved data)."""
    if on_moved_sources([job.pk]):
        raise BusinessError(ErrorCode.SOURCES_MOVED, f"job {job.pk}")
    facts = {name: _with_mask(job, fact) for name, fact in (job.facts or {}).items()}
    return inference().run_rule(
        model_id=job.model_id,
        model_version=job.model_version,
        patient_id=job.patient.patient_id,
        facts=facts,
        parameters=job.parameters,
        idempotency_key=run_key(job),
    )


def _with_mask(job: AIJob, fact: dict[str, Any]) -> dict[str, Any]:
    """A row of the job names a mask by its version; the rule gets the voxels.

    The version counts only while it is the approved one of this patient.
    """
    value = fact["value"]
    if not isinstance(value, dict):
        return fact
    version = (
        SegmentationVersion.objects.select_related("segmentation__job__series")
        .filter(
            segmentation=value["segmentation"],
            version=value["version"],
            segmentation__job__patient=job.patient_id,
            segmentation__job__review_status=ReviewStatus.APPROVED,
            publication__isnull=False,
        )
        .first()
    )
    if version is None or version.sha256 != value["sha256"]:
        raise BusinessError(ErrorCode.MODEL_REFUSED_INPUT, "the approved mask is no longer there")
    mask = version_labelmap(version)
    geometry = series_geometry(version.segmentation.job.source_series)
    packed = {
        "labelmap": base64.b64encode(labelmaps.compress(mask)).decode(),
        "shape": mask.shape,
        "spacing_mm": (_slice_height(geometry), *geometry.spacing[1:]),
        "labels": value["labels"],
        "affine_ras": geometry.affine.tolist(),
    }
    return fact | {"value": packed}


def _slice_height(geometry: SeriesGeometry) -> float:
    """What every slice stands for, as in the stored volumes. Raises BusinessError (uneven)."""
    heights = geometry.heights
    height = float(heights.mean())
    if not np.allclose(heights, height, rtol=HEIGHT_TOLERANCE):
        raise BusinessError(ErrorCode.MODEL_REFUSED_INPUT, "the slices of the mask lie unevenly")
    return height
