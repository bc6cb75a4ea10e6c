"""Codes for what is often on a problem or allergy list (``resources/coded_terms.json``).

Our own small table: what it lacks is written by hand, with any code of the shape of its system.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from common.once import once
from emr.choices import TermKind
from emr.selectors import formulary

MOST = 30
_FILE = Path(__file__).resolve().parents[1] / "resources" / "coded_terms.json"


@dataclass(frozen=True, slots=True)
class Term:
    code_system: str
    code: str
    name: str
    name_ko: str


@once
def terms() -> dict[str, list[Term]]:
    """By kind; allergens are also the drugs of the formulary."""
    table = json.loads(_FILE.read_text(encoding="utf-8"))
    drugs = [Term("ATC", d.atc, d.name, d.name_ko) for d in formulary.drugs().values()]
    found = {kind: [Term(**row) for row in table[kind]] for kind in TermKind.values}
    coded = {term.code for term in found[TermKind.ALLERGEN]}
    found[TermKind.ALLERGEN] += [drug for drug in drugs if drug.code not in coded]
    return found


def term_find(kind: str, q: str) -> list[Term]:
    """By the beginning of the code or a part of a name."""
    text = q.casefold()
    found = [
        term
        for term in terms()[kind]
        if term.code.casefold().startswith(text)
        or text in term.name.casefold()
        or text in term.name_ko
    ]
    return found[:MOST]
