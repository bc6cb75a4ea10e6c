"""Reference ranges of vital signs by age, and what is possible at all.

Sources. From 16 years: National Early Warning Score 2 (Royal College of Physicians, 2017), the
values that score 0; blood pressure above them: International Society of Hypertension, Global
Hypertension Practice Guidelines (2020). Below 16: Pediatric Advanced Life Support Provider Manual
(American Heart Association, 2015), awake heart rates, with the fever and oxygen limits of NICE
guideline NG143. A limit that the source does not give is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from emr.choices import VitalFlag

Limits = tuple[float | None, float | None]
ADULT_MONTHS = 16 * 12
POSSIBLE: dict[str, tuple[str, str, str]] = {
    "systolic_mmhg": ("20", "350", "mm[Hg]"),
    "diastolic_mmhg": ("10", "250", "mm[Hg]"),
    "heart_rate": ("10", "350", "/min"),
    "respiratory_rate": ("1", "120", "/min"),
    "temperature_c": ("20.0", "46.0", "Cel"),
    "spo2_percent": ("20", "100", "%"),
    "weight_kg": ("0.20", "650.00", "kg"),
    "height_cm": ("15.0", "275.0", "cm"),
    "pain": ("0", "10", "{score}"),
}
"""Lowest, highest, UCUM unit. Outside them the value is a slip of the hand or of the unit."""


@dataclass(frozen=True, slots=True)
class AgeGroup:
    """``until_months``: the group ends before this age."""

    until_months: int
    systolic_mmhg: Limits
    diastolic_mmhg: Limits
    heart_rate: Limits
    respiratory_rate: Limits
    temperature_c: Limits = (None, 37.9)
    spo2_percent: Limits = (96, None)


GROUPS = (
    AgeGroup(1, (67, 84), (35, 53), (100, 205), (30, 53)),
    AgeGroup(12, (72, 104), (37, 56), (100, 190), (30, 53)),
    AgeGroup(3 * 12, (86, 106), (42, 63), (98, 140), (22, 37)),
    AgeGroup(6 * 12, (89, 112), (46, 72), (80, 120), (20, 28)),
    AgeGroup(10 * 12, (97, 115), (57, 76), (75, 118), (18, 25)),
    AgeGroup(12 * 12, (102, 120), (61, 80), (75, 118), (18, 25)),
    AgeGroup(ADULT_MONTHS, (110, 131), (64, 83), (60, 100), (12, 20)),
)
ADULT = AgeGroup(1_000 * 12, (111, 139), (None, 89), (51, 90), (12, 20), (36.1, 38.0))


def limits(birth: date, day: date, measure: str) -> Limits:
    """The reference range of a measure at the age on that day; (None, None) where there is none."""
    months = (day.year - birth.year) * 12 + day.month - birth.month - (day.day < birth.day)
    group = next((g for g in (*GROUPS, ADULT) if months < g.until_months), ADULT)
    found: Limits = getattr(group, measure, (None, None))
    return found


def flag(birth: date, day: date, measure: str, value: Any) -> str | None:
    """low or high outside the reference range, else None."""
    low, high = limits(birth, day, measure)
    number = Decimal(value)
    if low is not None and number < Decimal(str(low)):
        return VitalFlag.LOW
    if high is not None and number > Decimal(str(high)):
        return VitalFlag.HIGH
    return None
