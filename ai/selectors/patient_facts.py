"""What is known of a patient, for models without pixels: each fact with its day and its source.

A fact that no source gives is unknown: nothing is concluded from what is not written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from ai.choices import MissingReason
from ai.manifest import ManifestFact
from common.person import Person


@dataclass(frozen=True, slots=True)
class FactOrigin:
    """Where a fact is written: the kind of row, its id, and how a doctor calls it."""

    kind: str
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class KnownFact:
    """``value`` in ``unit`` (UCUM), found ``at`` that day. ``conflict``: two sources disagree."""

    value: Any
    source: FactOrigin
    unit: str = ""
    at: date | None = None
    conflict: bool = False

    def to_json(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "unit": self.unit,
            "at": self.at.isoformat() if self.at else None,
            "source": asdict(self.source),
        }


Source = Callable[[Person, Any], Mapping[str, KnownFact]]
_sources: dict[str, Source] = {}
SERIES = "series"
"""The kind of a source of a model of several sequences; its id is the Series Instance UID."""
MASKS = ("mask", "prior_mask", "brain_mask")
"""The facts that are approved masks: nobody states them."""
ROWS: dict[str, str] = {}
"""The model of each kind of row that facts are written in; it has a ``patient``."""


def fact_source(name: str, **rows: str) -> Callable[[Source], Source]:
    """Register what a person sees of a patient's facts; upper apps do so in ``ready``.

    ``rows``: the model of each kind of origin that the source names.
    """

    def register(source: Source) -> Source:
        _sources[name] = source
        ROWS.update(rows)
        return source

    return register


def facts_known(user: Person, patient: Any) -> dict[str, KnownFact]:
    """From every source: a fixed number of queries, whatever the models ask for."""
    found: dict[str, KnownFact] = {}
    for source in _sources.values():
        found |= source(user, patient)
    return found


@dataclass(frozen=True, slots=True)
class MissingFact:
    """``known``: what there is, and why it does not count."""

    declared: ManifestFact
    reason: MissingReason
    known: KnownFact | None = None


@dataclass(frozen=True, slots=True)
class FactsMatched:
    """Of one model: the facts that count, and those that it needs and has not."""

    usable: dict[str, KnownFact]
    needed: list[MissingFact]
    """Without these it cannot run."""
    absent: list[MissingFact]
    """It runs without these, and says less."""
    held: dict[str, KnownFact]
    """Those that count, and those that will if what is still unknown turns out so."""


def facts_matched(
    declared: tuple[ManifestFact, ...], known: Mapping[str, KnownFact]
) -> FactsMatched:
    usable, missing = {}, []
    for fact in declared:
        found = known.get(fact.name)
        reason = why_not(fact, found)
        if reason is None and found is not None:
            usable[fact.name] = found
        else:
            missing.append(MissingFact(fact, reason or MissingReason.UNKNOWN, found))
    asked = [one for one in missing if _may_matter(one.declared, usable)]
    return FactsMatched(
        usable={name: fact for name, fact in usable.items() if _of_use(declared, name, usable)},
        needed=[one for one in asked if one.declared.required],
        absent=[one for one in asked if not one.declared.required],
        held={name: fact for name, fact in usable.items() if _not_excluded(declared, name, usable)},
    )


def why_not(fact: ManifestFact, found: KnownFact | None) -> MissingReason | None:
    if found is None:
        return MissingReason.UNKNOWN
    if found.conflict:
        return MissingReason.CONTRADICTORY
    if fact.choices and found.value not in fact.choices:
        return MissingReason.UNKNOWN
    oldest = fact.max_age_days and timezone.localdate() - timedelta(days=fact.max_age_days)
    if oldest and (found.at is None or found.at < oldest):
        return MissingReason.TOO_OLD
    return None


def _may_matter(fact: ManifestFact, usable: Mapping[str, KnownFact]) -> bool:
    """Whether the fact is asked for, as far as its conditions are known."""
    return all(name in usable and usable[name].value == value for name, value in fact.when.items())


def _not_excluded(
    declared: tuple[ManifestFact, ...], name: str, usable: Mapping[str, KnownFact]
) -> bool:
    """Whether no condition of the fact is known to be otherwise."""
    conditions = [fact.when for fact in declared if fact.name == name]
    return any(
        all(other not in usable or usable[other].value == value for other, value in when.items())
        for when in conditions
    )


def _of_use(declared: tuple[ManifestFact, ...], name: str, usable: Mapping[str, KnownFact]) -> bool:
    return any(fact.name == name and _may_matter(fact, usable) for fact in declared)
