"""The National Early Warning Score 2 of adults.

Source: Royal College of Physicians. National Early Warning Score (NEWS) 2: standardising the
assessment of acute-illness severity in the NHS. London: RCP, 2017 (charts 1, 2 and 4). It is for
persons from 16 years who are not pregnant. SpO2 scale 2 only where a clinician set 88-92 % as the
target. Nothing is guessed: with one of the seven observations missing there is no score.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from emr.choices import Consciousness, NewsObservation, NewsRefusal, NewsRisk, Spo2Scale
from emr.models import Encounter, Patient, Vitals

ADULT_YEARS = 16
_TOP = Decimal(1_000)
Bands = tuple[tuple[Decimal, int], ...]


def _bands(*bands: tuple[str | None, int]) -> Bands:
    """The highest value of each band, the lowest band first, and its points."""
    return tuple((_TOP if last is None else Decimal(last), points) for last, points in bands)


_RESPIRATION = _bands(("8", 3), ("11", 1), ("20", 0), ("24", 2), (None, 3))
_SPO2 = _bands(("91", 3), ("93", 2), ("95", 1), (None, 0))
_SPO2_LOW_TARGET = _bands(("83", 3), ("85", 2), ("87", 1), (None, 0))
_SPO2_LOW_TARGET_ON_OXYGEN = _bands(
    ("83", 3), ("85", 2), ("87", 1), ("92", 0), ("94", 1), ("96", 2), (None, 3)
)
_SYSTOLIC = _bands(("90", 3), ("100", 2), ("110", 1), ("219", 0), (None, 3))
_PULSE = _bands(("40", 3), ("50", 1), ("90", 0), ("110", 1), ("130", 2), (None, 3))
_TEMPERATURE = _bands(("35.0", 3), ("36.0", 1), ("38.0", 0), ("39.0", 1), (None, 2))
ON_OXYGEN, NOT_ALERT, RED = 2, 3, 3
MEDIUM_FROM, HIGH_FROM = 5, 7


def _points(bands: Bands) -> Callable[[Any, Vitals, int], int]:
    def read(value: Any, row: Vitals, scale: int) -> int:
        return next(points for last, points in bands if Decimal(value) <= last)

    return read


def _spo2(value: int, row: Vitals, scale: int) -> int:
    if scale != Spo2Scale.TWO:
        bands = _SPO2
    else:
        bands = _SPO2_LOW_TARGET_ON_OXYGEN if row.supplemental_oxygen else _SPO2_LOW_TARGET
    return _points(bands)(value, row, scale)


PARTS: dict[NewsObservation, Callable[[Any, Vitals, int], int]] = {
    NewsObservation.RESPIRATORY_RATE: _points(_RESPIRATION),
    NewsObservation.SPO2_PERCENT: _spo2,
    NewsObservation.SUPPLEMENTAL_OXYGEN: lambda given, row, scale: ON_OXYGEN if given else 0,
    NewsObservation.SYSTOLIC_MMHG: _points(_SYSTOLIC),
    NewsObservation.HEART_RATE: _points(_PULSE),
    NewsObservation.CONSCIOUSNESS: lambda level, row, scale: (
        0 if level == Consciousness.ALERT else NOT_ALERT
    ),
    NewsObservation.TEMPERATURE_C: _points(_TEMPERATURE),
}


@dataclass(frozen=True, slots=True)
class EarlyWarning:
    """``refusal``: why there is no score; ``missing``: observations that the set lacks."""

    scale: int
    at: datetime | None = None
    score: int | None = None
    risk: str | None = None
    refusal: str | None = None
    parts: dict[NewsObservation, int] = field(default_factory=dict)
    missing: list[NewsObservation] = field(default_factory=list)


def is_observed(row: Vitals) -> bool:
    """Whether a row is a set of observations for the score, not a weight alone."""
    return any(_has(row, name) for name in PARTS)


def early_warning(row: Vitals | None, patient: Patient, encounter: Encounter) -> EarlyWarning:
    """The score of one set of observations, that of the newest row."""
    scale, day = encounter.spo2_scale, timezone.localdate(row.measured_at if row else None)
    age = patient.age_on(day)
    if age is None or age < ADULT_YEARS:
        return EarlyWarning(scale, refusal=NewsRefusal.AGE)
    if encounter.pregnant:
        return EarlyWarning(scale, refusal=NewsRefusal.PREGNANCY)
    if row is None:
        return EarlyWarning(scale, refusal=NewsRefusal.NOTHING, missing=list(PARTS))
    parts = {
        name: read(getattr(row, name), row, scale)
        for name, read in PARTS.items()
        if _has(row, name)
    }
    missing = [name for name in PARTS if name not in parts]
    if missing:
        refusal = NewsRefusal.INCOMPLETE
        return EarlyWarning(scale, row.measured_at, refusal=refusal, parts=parts, missing=missing)
    score = sum(parts.values())
    return EarlyWarning(scale, row.measured_at, score, _risk(score, parts), parts=parts)


def _has(row: Vitals, name: str) -> bool:
    return getattr(row, name) not in (None, "")


def _risk(score: int, parts: dict[NewsObservation, int]) -> str:
    """Clinical risk (chart 2): a single 3 needs an urgent review at the ward."""
    if score >= HIGH_FROM:
        return NewsRisk.HIGH
    if score >= MEDIUM_FROM:
        return NewsRisk.MEDIUM
    return NewsRisk.LOW_MEDIUM if RED in parts.values() else NewsRisk.LOW
