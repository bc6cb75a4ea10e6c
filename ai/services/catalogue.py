"""The models the inference service offers, and which series suit them."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.db.models import Count

from ai.clients.inference import inference
from ai.manifest import ModelManifest
from ai.services.dicom_codes import CodeError, resolve_category, resolve_code
from audit import services as audit
from common.errors import BusinessError, ErrorCode, NotFound
from common.person import Person
from pacs.index import studies
from rbac.permissions import Permission

if TYPE_CHECKING:
    from pacs.models import Series, Study

MODELS_CACHE_KEY = "ai:model-manifests"
MODELS_CACHE_S = 60
logger = logging.getLogger(__name__)


def models_list() -> list[ModelManifest]:
    """The models that can be used, cached for a minute."""
    models: list[ModelManifest] | None = cache.get(MODELS_CACHE_KEY)
    if models is None:
        models = [manifest for manifest in inference().models() if _codes_resolve(manifest)]
        cache.set(MODELS_CACHE_KEY, models, MODELS_CACHE_S)
    return models


def _codes_resolve(manifest: ModelManifest) -> bool:
    """Whether a mask of this model could be stored: a SEG needs codes that DICOM lists."""
    try:
        for segment in manifest.outputs.segments:
            resolve_category(segment.category)
            resolve_code(segment.type)
    except CodeError as error:
        logger.error("model %s is not offered: %s", manifest.id, error)
        return False
    return True


def model_get(model_id: str) -> ModelManifest:
    """Raises NotFound."""
    for manifest in models_list():
        if manifest.id == model_id:
            return manifest
    raise NotFound(ErrorCode.MODEL_NOT_FOUND, f"model {model_id[:60]}", "model_type")


def check_series(series: Series, manifest: ModelManifest) -> None:
    """Raises BusinessError (422) when the series cannot suit the model."""
    reason = _refusal(series, manifest)
    if reason:
        raise BusinessError(ErrorCode.MODEL_REFUSED_INPUT, reason, "series_instance_uid")


def _refusal(series: Series, manifest: ModelManifest) -> str:
    """Why the series cannot suit the model, as far as the index knows; empty if it may."""
    inputs, count = manifest.inputs, series.instances.count()
    if series.modality not in inputs.modalities:
        wanted = ", ".join(sorted(inputs.modalities))
        return f"the model is made for {wanted}, the series is {series.modality}"
    if count < inputs.min_slices:
        return f"the model needs {inputs.min_slices} slices, the series has {count}"
    if manifest.outputs.segments and not series.frame_of_reference_uid:
        return "the series has no Frame of Reference UID, without which no mask can be stored"
    found = series.instances.values_list("image_position", flat=True)
    positions = [tuple(position) for position in found if position is not None]
    if len(set(positions)) < len(positions):
        return "the series has several images at one place; the model needs one volume"
    return ""


def best_series(study: Study, manifest: ModelManifest) -> Series:
    """The series with the most images of those that suit. Raises BusinessError without one."""
    candidates = study.series.annotate(images=Count("instances")).order_by("-images", "pk")
    for series in candidates:
        if not _refusal(series, manifest):
            return series
    detail = f"no series of this study suits the model {manifest.id}"
    raise BusinessError(ErrorCode.MODEL_REFUSED_INPUT, detail, "study_instance_uid")


def models_available(*, actor: Person, patient_id: str) -> list[ModelManifest]:
    """The models for which this patient (MRN) has a suitable series that ``actor`` may see."""
    visible = studies.studies_visible_to(actor, Permission.VIEW_DICOM)
    found = list(visible.filter(patient__patient_id=patient_id))
    audit.record(
        actor=actor,
        action="ai_model.available",
        patient_id=found[0].patient_id if found else None,
        permission=Permission.REQUEST_AI,
    )
    return [m for m in models_list() if any(_suits(study, m) for study in found)]


def _suits(study: Study, manifest: ModelManifest) -> bool:
    try:
        best_series(study, manifest)
    except BusinessError:
        return False
    return True
