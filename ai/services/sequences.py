"""The series of one examination that a model of several sequences needs, and what is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ai.manifest import ManifestSequence, ModelManifest
from ai.selectors.patient_facts import SERIES, FactOrigin, KnownFact
from ai.services import suitability
from common.errors import BusinessError, ErrorCode, InvalidInput
from common.person import Person
from pacs.index import images
from rbac.permissions import Permission

if TYPE_CHECKING:
    from pacs.models import Series, Study


@dataclass(frozen=True, slots=True)
class Choice:
    """By the sequences' ids what was found, and the sequences for which nothing was."""

    found: dict[str, Series]
    missing: list[ManifestSequence]


def as_model(manifest: ModelManifest, sequence: ManifestSequence) -> ModelManifest:
    """The model as if it needed this sequence alone: its limits, the sequence's kind of images."""
    inputs = manifest.inputs
    alone = replace(
        inputs,
        modalities=(sequence.modality,) if sequence.modality else inputs.modalities,
        weightings=sequence.weightings,
        contrast_agent=sequence.contrast_agent,
    )
    return replace(manifest, inputs=alone)


def chosen(
    series: Iterable[Series],
    manifest: ModelManifest,
    named: Collection[str] = (),
) -> Choice:
    """Of the series of a study the best for each sequence; each series stands for one.

    A series whose header does not tell what it shows is not chosen. ``named``: the ids of sequences
    that need none.
    """
    left, missing = list(series), []
    found: dict[str, Series] = {}
    for sequence in (one for one in manifest.inputs.sequences if one.id not in named):
        alone = as_model(manifest, sequence)
        known = (one for one in left if suitability.is_known(one, alone))
        best = next(iter(suitability.ranked(known, alone)), None)
        if best is None:
            missing.append(sequence)
        else:
            left.remove(best)
            found[sequence.id] = best
    return Choice(found, missing)


def sequences_of_request(
    actor: Person,
    study: Study,
    manifest: ModelManifest,
    given: Mapping[str, str],
) -> dict[str, Series]:
    """The series of each sequence: those that the request names, else the best of the study.

    Raises NotFound (a series), InvalidInput (a sequence that the model does not have),
    BusinessError: what is missing or does not fit, by name.
    """
    declared = {one.id: one for one in manifest.inputs.sequences}
    if unknown := sorted(given.keys() - declared.keys()):
        known = ", ".join(declared) or "none"
        detail = f"the model has no sequence {unknown[0][:20]}; known: {known}"
        raise InvalidInput(ErrorCode.VALIDATION, detail, "sequences")
    named = {
        name: images.series_visible_get(actor, uid, Permission.VIEW_DICOM)
        for name, uid in given.items()
    }
    free = study.series.exclude(pk__in=[one.pk for one in named.values()])
    choice = chosen(free.prefetch_related("instances"), manifest, named)
    if choice.missing:
        names = ", ".join(one.label for one in choice.missing)
        raise _refused(f"missing in this study: {names}")
    found = {one.id: (named | choice.found)[one.id] for one in manifest.inputs.sequences}
    _check_together(found, study, manifest)
    return found


def sequences_named(
    actor: Person, uids: Iterable[str], manifest: ModelManifest
) -> dict[str, Series]:
    """By sequence the series of a request that does not say which one is for what.

    Raises NotFound (a series), BusinessError (one is for no sequence, or two are for the same).
    """
    named = [images.series_visible_get(actor, uid, Permission.VIEW_DICOM) for uid in uids]
    found = chosen(named, manifest).found
    for series in named:
        if series not in found.values():
            uid = series.series_instance_uid
            raise _refused(f"{uid}: the model needs no such series, or not two of them")
    return found


def _check_together(found: Mapping[str, Series], study: Study, manifest: ModelManifest) -> None:
    """Series that a request names may be of any study: of this patient, and of these days."""
    declared = {one.id: one for one in manifest.inputs.sequences}
    used: dict[int, str] = {}
    for name, series in found.items():
        label = declared[name].label
        if series.pk in used:
            raise _refused(f"one series stands for {used[series.pk]} and for {label}")
        used[series.pk] = label
        if series.study.patient_id != study.patient_id:
            raise _refused(f"{label}: the series is of another patient")
        if reason := suitability.refusal(series, as_model(manifest, declared[name])):
            raise _refused(f"{label}: {reason}")
        if reason := _too_far_apart(series.study, study, manifest.inputs.max_days_apart):
            raise _refused(f"{label}: {reason}")
    reference = manifest.inputs.reference
    if found[reference].study_id != study.pk:
        raise _refused(f"{declared[reference].label}: the series is of another study")


def _too_far_apart(one: Study, other: Study, limit: int) -> str:
    if one.pk == other.pk:
        return ""
    if one.study_date is None or other.study_date is None:
        return "the series is of another study, and it is not known how far apart they are"
    days = abs((one.study_date - other.study_date).days)
    return f"the studies are {days} days apart, the model allows {limit}" if days > limit else ""


def sequence_facts(found: Mapping[str, Series]) -> dict[str, Any]:
    """As the row of a job holds them."""
    return {
        name: KnownFact(
            series.series_instance_uid,
            FactOrigin(
                SERIES,
                series.series_instance_uid,
                series.description or series.series_instance_uid,
            ),
            at=series.study.study_date,
        ).to_json()
        for name, series in found.items()
    }


def _refused(detail: str) -> BusinessError:
    return BusinessError(ErrorCode.MODEL_REFUSED_INPUT, detail, "sequences")
