"""Drugs that a prescription can name by code, and what is known of them together.

``resources/formulary.json`` is our own table; each dose and each interaction names its public
source. What it does not know is not checked, and a warning says so.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.once import once
from emr.models.name_index import folded

_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*|[0-9.]+|[^\W\d_a-z]+")
_FILE = Path(__file__).resolve().parents[1] / "resources" / "formulary.json"


@dataclass(frozen=True, slots=True)
class Drug:
    """``max_daily_mg``: of an adult by mouth; None where the label gives no single figure."""

    atc: str
    name: str
    name_ko: str
    max_daily_mg: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Interaction:
    """Of two substances, in no order."""

    drugs: frozenset[str]
    severity: str
    effect: str
    effect_ko: str
    source: str


@once
def drugs() -> dict[str, Drug]:
    """By ATC code."""
    return {row["atc"]: Drug(**row) for row in _table()["drugs"]}


@once
def interactions() -> dict[frozenset[str], Interaction]:
    return {
        frozenset(row["drugs"]): Interaction(**row | {"drugs": frozenset(row["drugs"])})
        for row in _table()["interactions"]
    }


def drug_find(query: str) -> list[Drug]:
    """By the beginning of the code or a part of a name."""
    text = query.casefold()
    return [
        drug
        for drug in drugs().values()
        if drug.atc.casefold().startswith(text)
        or text in drug.name.casefold()
        or text in drug.name_ko
    ]


def drug_named(name: str) -> Drug | None:
    """The drug whose name is in a free text, so that what is typed by hand is checked too."""
    text = folded(name)
    words = f" {' '.join(_WORD.findall(text))} "
    named = [
        drug
        for drug in drugs().values()
        if f" {folded(drug.name)} " in words or folded(drug.name_ko) in text
    ]
    return max(named, key=lambda drug: len(drug.name), default=None)


def _table() -> Any:
    return json.loads(_FILE.read_text(encoding="utf-8"))
