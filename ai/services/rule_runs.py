"""One run of a rule: the facts of the job, with the masks that they name."""

from __future__ import annotations

import base64
from typing import Any

from ai.clients.inference import RunResult, inference
from ai.models import AIJob, SegmentationVersion
from ai.services import labelmap as labelmaps
from ai.services.segmentations import version_labelmap
from common.errors import BusinessError, ErrorCode
from pacs.index.geometry import series_geometry


def rule_run(job: AIJob) -> RunResult:
    """Raises ExternalError, BusinessError (refused, or a mask that is gone)."""
    facts = {name: _with_mask(fact) for name, fact in (job.facts or {}).items()}
    return inference().run_rule(
        model_id=job.model_id,
        patient_id=job.patient.patient_id,
        facts=facts,
        parameters=job.parameters,
        idempotency_key=f"ai-job-{job.pk}-run-{job.run}",
    )


def _with_mask(fact: dict[str, Any]) -> dict[str, Any]:
    """A row of the job names a mask by its version; the rule gets the voxels."""
    value = fact["value"]
    if not isinstance(value, dict):
        return fact
    version = (
        SegmentationVersion.objects.select_related("segmentation__job__series")
        .filter(segmentation=value["segmentation"], version=value["version"])
        .first()
    )
    if version is None or version.sha256 != value["sha256"]:
        raise BusinessError(ErrorCode.MODEL_REFUSED_INPUT, "the approved mask is no longer there")
    mask = version_labelmap(version)
    geometry = series_geometry(version.segmentation.job.source_series)
    packed = {
        "labelmap": base64.b64encode(labelmaps.compress(mask)).decode(),
        "shape": mask.shape,
        "spacing_mm": geometry.spacing,
        "labels": value["labels"],
    }
    return fact | {"value": packed}
