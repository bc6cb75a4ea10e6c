"""How alike two series or two studies are, as a score from 0 to 100 and its reasons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ris.hanging.traits import NOT_HUNG, SeriesKind, Traits

SAME_TIME = 0.2
"""Share by which Echo Time and Repetition Time of one protocol may differ between scanners."""


class MatchReason(StrEnum):
    MODALITY = "same_modality"
    BODY_PART = "same_body_part"
    SEQUENCE = "same_sequence"
    PLANE = "same_plane"
    CONTRAST = "same_contrast"
    TIMES = "same_times"
    NAME = "same_name"


WEIGHTS = {
    MatchReason.MODALITY: 30,
    MatchReason.SEQUENCE: 30,
    MatchReason.BODY_PART: 15,
    MatchReason.PLANE: 10,
    MatchReason.CONTRAST: 5,
    MatchReason.TIMES: 5,
    MatchReason.NAME: 5,
}
"""Of a pair of series; together 100."""
STUDY_WEIGHTS = {MatchReason.MODALITY: 40, MatchReason.BODY_PART: 30, MatchReason.SEQUENCE: 30}
"""Of a pair of studies; the last by the share of the present sequences that the prior has."""
_NEEDED = frozenset({MatchReason.MODALITY, MatchReason.SEQUENCE})


@dataclass(frozen=True, slots=True)
class Match:
    """``same``: good enough to be hung by rule; else only when a reader asks for it."""

    score: int
    reasons: tuple[MatchReason, ...]
    same: bool


@dataclass(frozen=True, slots=True)
class Pair:
    present: Traits
    prior: Traits
    match: Match


def series_match(present: Traits, prior: Traits) -> Match:
    agree = {
        MatchReason.MODALITY: present.modality == prior.modality,
        MatchReason.SEQUENCE: _same_sequence(present, prior),
        MatchReason.BODY_PART: bool(present.region) and present.region == prior.region,
        MatchReason.PLANE: bool(present.plane) and present.plane == prior.plane,
        MatchReason.CONTRAST: present.contrast == prior.contrast,
        MatchReason.TIMES: _same_times(present, prior),
        MatchReason.NAME: bool(_words(present)) and _words(present) == _words(prior),
    }
    reasons = tuple(reason for reason in WEIGHTS if agree[reason])
    same = set(reasons) >= _NEEDED and not _other_part(present, prior)
    return Match(sum(WEIGHTS[reason] for reason in reasons), reasons, same)


def study_match(present: Sequence[Traits], prior: Sequence[Traits]) -> Match:
    """``same``: of one modality, of no other part of the body, with a sequence in common."""
    wanted = {_sequence(one) for one in present if one.kind not in NOT_HUNG}
    shared = wanted & {_sequence(one) for one in prior if one.kind not in NOT_HUNG}
    regions = [{one.region for one in series if one.region} for series in (present, prior)]
    agree = {
        MatchReason.MODALITY: bool(
            {one.modality for one in present} & {one.modality for one in prior}
        ),
        MatchReason.BODY_PART: bool(regions[0] & regions[1]),
        MatchReason.SEQUENCE: bool(shared),
    }
    weights = STUDY_WEIGHTS | {
        MatchReason.SEQUENCE: round(
            STUDY_WEIGHTS[MatchReason.SEQUENCE] * len(shared) / max(1, len(wanted))
        )
    }
    reasons = tuple(reason for reason in weights if agree[reason])
    elsewhere = all(regions) and not agree[MatchReason.BODY_PART]
    same = set(reasons) >= _NEEDED and not elsewhere
    return Match(sum(weights[reason] for reason in reasons), reasons, same)


def series_pairs(present: Sequence[Traits], prior: Sequence[Traits]) -> list[Pair]:
    """Each series beside the one of the prior that is most like it, each once; the best first."""
    every = [
        Pair(one, other, series_match(one, other))
        for one in present
        for other in prior
        if not {one.kind, other.kind} & NOT_HUNG
    ]
    chosen: list[Pair] = []
    for pair in sorted(every, key=_rank, reverse=True):
        taken = {each.present for each in chosen} | {each.prior for each in chosen}
        if not {pair.present, pair.prior} & taken:
            chosen.append(pair)
    return chosen


def _rank(pair: Pair) -> tuple[bool, int, int]:
    return pair.match.same, pair.match.score, min(pair.present.frames, pair.prior.frames)


def _sequence(one: Traits) -> str:
    """What makes two series the same; by its name where the header does not say."""
    known = one.kind is not SeriesKind.UNKNOWN
    return f"{one.modality} {one.kind}" if known else f"{one.modality} {_words(one)}"


def _same_sequence(present: Traits, prior: Traits) -> bool:
    named = present.kind is not SeriesKind.UNKNOWN or bool(_words(present))
    return named and _sequence(present) == _sequence(prior)


def _same_times(present: Traits, prior: Traits) -> bool:
    times = (
        (present.echo_time, prior.echo_time),
        (present.repetition_time, prior.repetition_time),
    )
    return all(a is not None and b and abs(a - b) <= SAME_TIME * b for a, b in times)


def _other_part(present: Traits, prior: Traits) -> bool:
    return bool(present.region and prior.region) and present.region != prior.region


def _words(one: Traits) -> str:
    return " ".join(re.findall(r"[a-z0-9]+|[가-힣]+", one.description.lower()))
