"""What a doctor draws, answered by an assist model at once; nothing is stored."""

from __future__ import annotations

import base64
import time
from typing import Any

from django.core.cache import cache

from ai.clients.inference import AssistResult, inference
from ai.services import catalogue, labelmap as labelmaps
from ai.services.assist_receipts import receipt_write
from audit import services as audit
from common.errors import AppError, BusinessError, ErrorCode, ExternalError, InvalidInput
from common.person import Person
from pacs.delivery.series_grants import series_grant
from pacs.index import studies
from pacs.index.geometry import SeriesGeometry, series_geometry
from rbac.permissions import Permission

PROMPTS_IN_A_MINUTE = 60
GRANT_S = 60
GRANT_NUMBER = 39_000
"""Above the numbers of runs of the same series."""


class TooManyPrompts(AppError):
    """429: wait ``retry_after_s`` seconds."""

    def __init__(self) -> None:
        detail = f"more than {PROMPTS_IN_A_MINUTE} prompts in a minute"
        super().__init__(ErrorCode.THROTTLED, detail)
        self.retry_after_s = 60 - int(time.time()) % 60


def prompt_answer(
    *,
    actor: Person,
    study_instance_uid: str,
    series_instance_uid: str,
    model_type: str,
    prompt: dict[str, Any],
    base: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The fields of ``AssistResult``, and a ``receipt`` of it.

    ``base``: the mask that the prompt corrects, ``labelmap`` (base64 of gzip) by ``slices``.

    Raises NotFound (study, series, model), BusinessError (the model does not work on drawings, or
    refuses: a sentence), InvalidInput (the base does not fit the series), TooManyPrompts,
    ExternalError.
    """
    _count(actor)
    study = studies.study_get(actor, study_instance_uid, Permission.VIEW_DICOM)
    series = studies.series_get(study, series_instance_uid)
    manifest = catalogue.model_get(model_type)
    if manifest.kind != "assist" or not manifest.makes_mask:
        detail = f"the model {manifest.id} does not work on what is drawn"
        raise BusinessError(ErrorCode.MODEL_REFUSED_INPUT, detail, "model_type")
    catalogue.check_series(series, manifest)
    geometry = series_geometry(series)
    known = _base(base, geometry, prompt) if base else None
    audit.record(
        actor=actor,
        action="ai.assist",
        object_type="study",
        object_id=study.pk,
        patient_id=study.patient_id,
        permission=Permission.REQUEST_AI,
        detail={"model": manifest.id, "series": series.series_instance_uid},
    )
    with series_grant(
        series.orthanc_id,
        holder=f"assist-{actor.pk}",
        number=GRANT_NUMBER + actor.pk % 1000,
        seconds=GRANT_S,
    ) as grant:
        result = inference().assist(
            series_instance_uid=series.series_instance_uid,
            model_id=manifest.id,
            model_version=manifest.version,
            prompt=prompt,
            base=known,
            grant=grant,
        )
    _check(result, geometry.slices)
    receipt = receipt_write(
        actor=actor,
        series_instance_uid=series.series_instance_uid,
        manifest=manifest,
        files=result.files,
        prompt=prompt,
    )
    return result.model_dump() | {"receipt": receipt}


def _base(base: dict[str, Any], geometry: SeriesGeometry, prompt: dict[str, Any]) -> dict[str, Any]:
    """In the order of the index; only of the segments that are drawn on. Raises InvalidInput."""
    labels = {part["segment"] for parts in prompt.values() for part in parts}
    try:
        packed = base64.b64decode(base["labelmap"], validate=True)
    except ValueError:
        raise InvalidInput(ErrorCode.LABELMAP_ENCODING, "not base64", "base") from None
    mask = labelmaps.decompress(packed, shape=geometry.shape, labels=labels)
    mask = labelmaps.reorder(mask, base["slices"], geometry.slices)
    return {
        "slices": geometry.slices,
        "labelmap": base64.b64encode(labelmaps.compress(mask)).decode(),
    }


def _check(result: AssistResult, slices: tuple[str, ...]) -> None:
    if set(result.slices) != set(slices) or len(result.slices) != len(slices):
        detail = "a mask of other slices"
        raise ExternalError(ErrorCode.INFERENCE_FAILED, detail, retryable=False)


def _minute() -> int:
    return int(time.time()) // 60


def _count(actor: Person) -> None:
    key = f"ai:assist:{actor.pk}:{_minute()}"
    cache.add(key, 0, 120)
    if cache.incr(key) > PROMPTS_IN_A_MINUTE:
        raise TooManyPrompts
