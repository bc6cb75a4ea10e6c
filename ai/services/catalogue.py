"""The models the inference service offers, and which series suit them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.cache import cache

from ai.clients.inference import Offered, RefusedModel, inference
from ai.manifest import ManifestOutputs, ModelManifest
from ai.models import ModelSetting
from ai.selectors.patient_facts import KnownFact, facts_known, facts_matched
from ai.services import sequences, suitability
from ai.services.dicom_codes import CodeError, check_meaning, resolve_category, resolve_code
from ai.services.fact_offers import FactOffers, Missing, sequence_missing, series_missing
from audit import services as audit
from common.errors import BusinessError, ErrorCode, NotFound
from common.person import Person
from emr import selectors as patients
from pacs.index import studies
from rbac.permissions import Permission

if TYPE_CHECKING:
    from pacs.models import Series, Study

MODELS_CACHE_KEY = "ai:models-offered"
MODELS_CACHE_S = 60
logger = logging.getLogger(__name__)


def offered() -> Offered:
    """What the inference service serves and refuses, cached for a minute."""
    found: Offered | None = cache.get(MODELS_CACHE_KEY)
    if found is None:
        found = _with_known_codes(inference().models())
        cache.set(MODELS_CACHE_KEY, found, MODELS_CACHE_S)
    return found


def offered_now() -> Offered:
    """The same, asked anew."""
    cache.delete(MODELS_CACHE_KEY)
    return offered()


def _with_known_codes(found: Offered) -> Offered:
    """Refuse what could not be stored: a SEG needs codes that DICOM lists."""
    models, refused = [], list(found.refused)
    for manifest in found.models:
        try:
            _check_codes(manifest.outputs)
        except CodeError as error:
            logger.error("model %s is not offered: %s", manifest.id, error)
            reason = f"outputs.{error}"
            refused.append(RefusedModel(id=manifest.id, version=manifest.version, reason=reason))
        else:
            models.append(manifest)
    return Offered(models, refused)


def _check_codes(outputs: ManifestOutputs) -> None:
    """Raises CodeError, whose text begins with the part of the outputs."""
    part = "segments"
    try:
        for segment in outputs.segments:
            resolve_category(segment.category)
            resolve_code(segment.type)
        for part in ("quantities", "classes"):
            for code in (one.code for one in getattr(outputs, part) if one.code is not None):
                check_meaning(code)
    except CodeError as error:
        raise CodeError(f"{part}: {error}") from None


def models_list() -> list[ModelManifest]:
    """The models that can be used, each in the version that the hospital uses."""
    return list(used_versions(offered().models, ModelSetting.objects.all()).values())


def used_versions(
    models: Iterable[ModelManifest], settings: Iterable[ModelSetting]
) -> dict[str, ModelManifest]:
    """By id, without those that are switched off: the default version, else the newest."""
    chosen = {setting.model_id: setting for setting in settings}
    used: dict[str, ModelManifest] = {}
    for manifest in models:
        setting = chosen.get(manifest.id)
        if setting is not None and not setting.enabled:
            continue
        if manifest.id not in used or (setting and setting.default_version == manifest.version):
            used[manifest.id] = manifest
    return used


def model_get(model_id: str, version: str | None = None) -> ModelManifest:
    """A model that is switched on, in the hospital's version unless another is named.

    Raises NotFound.
    """
    used = next((one for one in models_list() if one.id == model_id), None)
    if used is None:
        raise NotFound(ErrorCode.MODEL_NOT_FOUND, f"model {model_id[:60]}", "model_type")
    if version is None or version == used.version:
        return used
    versions = {one.version: one for one in offered().models if one.id == model_id}
    if version not in versions:
        detail = (
            f"model {model_id[:60]} has no version {version[:30]}; known: {', '.join(versions)}"
        )
        raise NotFound(ErrorCode.MODEL_NOT_FOUND, detail, "model_version")
    return versions[version]


def check_series(series: Series, manifest: ModelManifest) -> None:
    """Raises BusinessError (422) when the series cannot suit the model."""
    reason = suitability.refusal(series, manifest)
    if reason:
        raise BusinessError(ErrorCode.MODEL_REFUSED_INPUT, reason, "series_instance_uid")


def best_series(study: Study, manifest: ModelManifest) -> Series:
    """The series that suits the model best. Raises BusinessError without one."""
    for series in suitability.ranked(study.series.all(), manifest):
        return series
    detail = f"no series of this study suits the model {manifest.id}"
    raise BusinessError(ErrorCode.MODEL_REFUSED_INPUT, detail, "study_instance_uid")


@dataclass(frozen=True, slots=True)
class Available:
    """A model and what it can be run on: series, of each study the best first; facts of a rule.

    ``missing``: what it needs; ``absent``: without which it says less.
    """

    manifest: ModelManifest
    series: list[Series]
    facts: dict[str, KnownFact]
    missing: list[Missing]
    absent: list[Missing]


def models_available(
    *, actor: Person, patient_id: str, study_instance_uid: str | None = None
) -> list[Available]:
    """Every model, and of each what this patient (MRN) has for it, as far as ``actor`` may see.

    ``study_instance_uid``: of this study alone. An unknown patient has nothing. The number of
    queries does not depend on that of the models.
    """
    patient = patients.patient_seen_by_mrn(actor, patient_id)
    visible = studies.studies_visible_to(actor, Permission.VIEW_DICOM)
    found = visible.filter(patient=patient) if patient else visible.none()
    if study_instance_uid is not None:
        found = found.filter(study_instance_uid=study_instance_uid)
    rows = list(found.prefetch_related("series__instances"))
    audit.record(
        actor=actor,
        action="ai_model.available",
        patient_id=patient.pk if patient else None,
        permission=Permission.REQUEST_AI,
    )
    if patient is None:
        return []
    known, offers = facts_known(actor, patient), FactOffers(actor, patient)
    return [
        _rule_offered(manifest, known, offers)
        if manifest.kind == "rule"
        else _network_offered(manifest, rows)
        for manifest in models_list()
    ]


def rules_available(actor: Person, patient: Any) -> list[Available]:
    """Of the models without pixels alone, for a patient whom ``actor`` may see; not recorded."""
    if not actor.has_permission(Permission.REQUEST_AI):
        return []
    known, offers = facts_known(actor, patient), FactOffers(actor, patient)
    return [_rule_offered(one, known, offers) for one in models_list() if one.kind == "rule"]


def _network_offered(manifest: ModelManifest, rows: list[Study]) -> Available:
    if manifest.inputs.sequences:
        return _detector_offered(manifest, rows)
    series = [s for study in rows for s in suitability.ranked(study.series.all(), manifest)]
    missing = [] if series else [series_missing(manifest)]
    return Available(manifest, series, facts={}, missing=missing, absent=[])


def _detector_offered(manifest: ModelManifest, rows: list[Study]) -> Available:
    """A model of several sequences: the reference of each study that has them all.

    Without one, what the study that has most of them lacks, and which other study has that.
    """
    choices = [(study, sequences.chosen(study.series.all(), manifest)) for study in rows]
    whole = [choice.found[manifest.inputs.reference] for _, choice in choices if not choice.missing]
    missing: list[Missing] = []
    if not whole:
        lacking = min((choice.missing for _, choice in choices), key=len, default=None)
        for sequence in manifest.inputs.sequences if lacking is None else lacking:
            has = (study for study, choice in choices if sequence.id in choice.found)
            other = next((study.study_instance_uid for study in has), "")
            missing.append(sequence_missing(manifest, sequence, other))
    return Available(manifest, series=whole, facts={}, missing=missing, absent=[])


def _rule_offered(
    manifest: ModelManifest, known: dict[str, KnownFact], offers: FactOffers
) -> Available:
    matched = facts_matched(manifest.inputs.facts, known)
    return Available(
        manifest,
        series=[],
        facts=matched.held,
        missing=[offers.missing(one) for one in matched.needed],
        absent=[offers.missing(one) for one in matched.absent],
    )
