"""The hanging of a study: layouts by rule, the prior beside it, and how they scroll together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from common.errors import ErrorCode, InvalidInput
from common.person import Person
from pacs.index.series_facts import SeriesFacts, SeriesStack, series_facts, series_stacks
from pacs.index.studies import study_get
from pacs.index.study_tree import other_studies_of
from rbac.permissions import Permission
from ris.hanging.frame_links import FrameLink, frame_links
from ris.hanging.protocols import HangingLayout, layouts_for
from ris.hanging.similarity import Match, Pair, series_pairs, study_match
from ris.hanging.traits import Traits, traits_of

NO_PRIOR = "none"
"""Asked for by who wants the study alone: then no prior is opened, nor recorded as opened."""


@dataclass(frozen=True, slots=True)
class PriorMatch:
    study: Any
    match: Match


@dataclass(frozen=True, slots=True)
class Hanging:
    """``prior``: the study beside it, None for none; ``asked``: a reader chose it, not the rule.

    ``priors``: the earlier studies, the most alike first.
    """

    study: Any
    layouts: list[HangingLayout]
    prior: PriorMatch | None
    asked: bool
    pairs: list[Pair]
    priors: list[PriorMatch]
    links: list[FrameLink]


def hanging_get(user: Person, study_instance_uid: str, prior_uid: str = "") -> Hanging:
    """How the study hangs for a reader, beside the best prior or the one that is asked for.

    A prior needs its own right: none is shown because of the present study. Raises NotFound for
    what the user may not see, InvalidInput for a study of another patient.
    """
    study = study_get(user, study_instance_uid, Permission.VIEW_DICOM)
    earlier, _ = other_studies_of(user, study, Permission.VIEW_DICOM)
    named = prior_uid not in ("", NO_PRIOR)
    asked = study_get(user, prior_uid, Permission.VIEW_DICOM) if named else None
    if asked is not None and (asked.patient_id != study.patient_id or asked.pk == study.pk):
        raise InvalidInput(ErrorCode.VALIDATION, "not another study of the patient", "prior")
    facts = series_facts([one.pk for one in (study, *earlier, *filter(None, [asked]))])
    ranked = _ranked(study, earlier, facts)
    prior = None if prior_uid == NO_PRIOR else _chosen(study, asked, ranked, facts)
    stacks = series_stacks([study.pk, *([prior.study.pk] if prior else [])])
    present = _traits(study, facts, stacks)
    pairs = series_pairs(present, _with_images(prior.study, facts, stacks)) if prior else []
    layouts = layouts_for(present, pairs)
    frames = {pane.series.frame_of_reference_uid for one in layouts for pane in one.panes} - {""}
    return Hanging(
        study=study,
        layouts=layouts,
        prior=prior if pairs else None,
        asked=asked is not None,
        pairs=pairs,
        priors=ranked,
        links=frame_links(user, frames),
    )


def _ranked(
    study: Any, earlier: Sequence[Any], facts: dict[int, list[SeriesFacts]]
) -> list[PriorMatch]:
    """Of two that are as much alike the newer is first, since ``earlier`` is in that order."""
    found = [PriorMatch(one, _match(study, one, facts)) for one in earlier]
    return sorted(found, key=lambda one: (one.match.same, one.match.score), reverse=True)


def _match(study: Any, prior: Any, facts: dict[int, list[SeriesFacts]]) -> Match:
    return study_match(_traits(study, facts), _traits(prior, facts))


def _chosen(
    study: Any, asked: Any, ranked: Sequence[PriorMatch], facts: dict[int, list[SeriesFacts]]
) -> PriorMatch | None:
    if asked is not None:
        return PriorMatch(asked, _match(study, asked, facts))
    return next((one for one in ranked if one.match.same), None)


def _traits(
    study: Any, facts: dict[int, list[SeriesFacts]], stacks: dict[int, SeriesStack] | None = None
) -> list[Traits]:
    return [
        traits_of(one, study.description, (stacks or {}).get(one.series_id))
        for one in facts.get(study.pk, [])
    ]


def _with_images(
    study: Any, facts: dict[int, list[SeriesFacts]], stacks: dict[int, SeriesStack]
) -> list[Traits]:
    return [one for one in _traits(study, facts, stacks) if one.frames]
