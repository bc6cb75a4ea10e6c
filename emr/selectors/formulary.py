"""Drugs that a prescription can name by code, and what is known of them together.

``resources/formulary.json`` is our own table; each dose and each interaction names its public
source. What it does not know is not checked, and a warning says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.once import once

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
    """The drug whose name begins a free text, so that what is typed by hand is checked too."""
    text = name.casefold()
    named = (d for d in drugs().values() if text.startswith((d.name.casefold(), d.name_ko)))
    return max(named, key=lambda drug: len(drug.name), default=None)


def _table() -> Any:
    return json.loads(_FILE.read_text(encoding="utf-8"))
