"""What the laboratory measures: codes, units, ranges and limits (``data/``).

A flag is computed from the range of the analyte, method, sex and age; where none is known, there
is no flag. Limits of critical values hold for everybody.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.utils import timezone

from common.once import once
from lis.choices import Flag

_FILE = Path(__file__).parent / "data" / "analytes.json"
_PANELS = _FILE.with_name("panels.json")
_BOUND = re.compile(r"(<=?|>=?)\s*(\d+(?:\.\d+)?)", re.ASCII)
_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
_SENT_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_NOT_BY_MOLE = re.compile(r"eq|osm", re.IGNORECASE)
_COMMON = ("1", "%", "ng/mL", "pg/mL", "ug/mL", "U/mL", "k[IU]/L")
MAX_VALUE = 1e12


class UnitRefused(ValueError):
    """Not a UCUM unit, or not one of what is measured."""


@dataclass(frozen=True, slots=True)
class Range:
    """Ages in whole years; ``method`` and ``sex`` None: any."""

    source: str
    low: float | None = None
    high: float | None = None
    sex: str | None = None
    method: str | None = None
    min_age: int = 0
    max_age: int = 200


@dataclass(frozen=True, slots=True)
class Analyte:
    """``molar_mass`` (g/mol): where mass and amount of substance are converted.

    ``own_unit_only``: other units of the same dimension mean another scale (HbA1c, INR).
    ``valence``: of an ion, whose equivalents are converted; an osmole is no mole.
    ``units``: others that a person may choose.
    """

    code: str
    name: dict[str, str]
    unit: str
    ranges: tuple[Range, ...]
    critical_low: float | None = None
    critical_high: float | None = None
    delta_percent: float | None = None
    molar_mass: float | None = None
    own_unit_only: bool = False
    valence: int | None = None
    units: tuple[str, ...] = ()

    def range_for(self, *, sex: str, age: int, method: str | None) -> Range | None:
        """That of the method before that of any method."""
        fits = [
            each
            for each in self.ranges
            if each.sex in (None, sex)
            and each.min_age <= age <= each.max_age
            and each.method in (None, method)
        ]
        return max(fits, key=lambda each: each.method is not None, default=None)

    def flag(self, low_value: float, high_value: float, found: Range | None) -> str:
        """Of a value between the two, which are equal for a number: what is certain, else ""."""
        low, high = (found.low, found.high) if found else (None, None)
        if self.critical_low is not None and high_value <= self.critical_low:
            return Flag.CRITICAL_LOW
        if self.critical_high is not None and low_value >= self.critical_high:
            return Flag.CRITICAL_HIGH
        if low is not None and high_value < low:
            return Flag.LOW
        if high is not None and low_value > high:
            return Flag.HIGH
        return ""


@once
def analytes() -> dict[str, Analyte]:
    return {row["code"]: _analyte(row) for row in json.loads(_FILE.read_text(encoding="utf-8"))}


@once
def panels() -> list[dict[str, Any]]:
    """What is usually entered together: ``id``, ``name`` and the codes in order."""
    found: list[dict[str, Any]] = json.loads(_PANELS.read_text(encoding="utf-8"))
    return found


def _analyte(row: dict[str, Any]) -> Analyte:
    critical = row.get("critical", {})
    return Analyte(
        code=row["code"],
        name=row["name"],
        unit=row["unit"],
        ranges=tuple(Range(**each) for each in row["ranges"]),
        critical_low=critical.get("low"),
        critical_high=critical.get("high"),
        delta_percent=row.get("delta_percent"),
        molar_mass=row.get("molar_mass"),
        own_unit_only=row.get("own_unit_only", False),
        valence=row.get("valence"),
        units=tuple(row.get("units", ())),
    )


@once
def _registry() -> Any:
    """Loaded when the first unit differs: it takes 2 s."""
    from ucumvert import PintUcumRegistry

    return PintUcumRegistry()


@lru_cache(maxsize=512)
def factor(code: str, unit: str) -> float:
    """By what a value in the UCUM ``unit`` is multiplied to be in the analyte's own.

    Raises UnitRefused.
    """
    analyte = analytes()[code]
    if unit == analyte.unit:
        return 1.0
    if analyte.valence and "eq" in unit:
        return factor(code, unit.replace("eq", "mol")) / analyte.valence
    if analyte.own_unit_only or _NOT_BY_MOLE.search(unit):
        raise UnitRefused("not proportional")
    registry = _registry()
    try:
        given, own = (1 * registry.from_ucum(each) for each in (unit, analyte.unit))
        if analyte.molar_mass and given.check("[substance] / [length] ** 3"):
            given = given * analyte.molar_mass * registry.from_ucum("g/mol")
        converted = float(given.to(own.units).magnitude / own.magnitude)
    except Exception as error:  # of lark, pint and ucumvert, which share no base
        raise UnitRefused(type(error).__name__) from None
    if not math.isfinite(converted) or converted <= 0:
        raise UnitRefused("not proportional")
    return converted


def panel_for(patient: Any) -> dict[str, Any]:
    """What may be entered, with the ranges that hold for the patient's sex and age."""
    sex, age = patient.gender, age_in_years(patient.birth_date)
    shown = [_panel_row(analyte, sex, age) for analyte in analytes().values()]
    return {"sex": sex, "age": age, "panels": panels(), "analytes": shown}


def _panel_row(analyte: Analyte, sex: str, age: int) -> dict[str, Any]:
    methods = sorted({each.method for each in analyte.ranges if each.method})
    found = analyte.range_for(sex=sex, age=age, method=None)
    names = ("code", "name", "unit", "units", "critical_low", "critical_high")
    return {
        **{name: getattr(analyte, name) for name in names},
        **_ends(found),
        "methods": [
            {"method": each, **_ends(analyte.range_for(sex=sex, age=age, method=each))}
            for each in methods
        ],
    }


def _ends(found: Range | None) -> dict[str, float | None]:
    return {"low": found.low if found else None, "high": found.high if found else None}


@lru_cache(maxsize=512)
def is_ucum(unit: str) -> bool:
    """Of the units of the table nothing is loaded."""
    if unit in _COMMON or any(unit in (each.unit, *each.units) for each in analytes().values()):
        return True
    try:
        _registry().from_ucum(unit)
    except Exception:  # of lark, pint and ucumvert, which share no base
        return False
    return True


def age_in_years(born: date) -> int:
    today = timezone.localdate()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def number_or_text(text: str) -> float | str:
    """A number as instruments write it; ``bounds`` refuses other text."""
    return float(text) if _SENT_NUMBER.fullmatch(text) else text[:60]


def bounds(value: float | str) -> tuple[float, float] | None:
    """Between what a value lies: ``12``, ``"12"``, ``"<0.5"``, ``">1000"``; None for other text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        text = value.strip()
        bound = _BOUND.fullmatch(text)
        if bound:
            number = float(bound[2])
            ends = (0.0, number) if bound[1].startswith("<") else (number, math.inf)
            return ends if number <= MAX_VALUE else None
        value = float(text) if _NUMBER.fullmatch(text) else math.nan
    fits = math.isfinite(value) and 0 <= value <= MAX_VALUE
    return (float(value), float(value)) if fits else None
