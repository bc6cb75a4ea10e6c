"""Precision and recall of the recognition on a corpus (``docs/key-findings.md``)."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ris.findings.recognition import KeyFinding, key_findings

CORPUS = Path(__file__).parent / "corpus"


@dataclass(slots=True)
class Figures:
    """A finding is right if concept, negation and uncertainty agree and the characters overlap."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong)

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed)


def measured(name: str) -> Figures:
    """The figures of the corpus ``dev`` or ``heldout``."""
    figures = Figures()
    for line in (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        expected: list[dict[str, Any]] = row["findings"]
        found = key_findings(row["text"])
        right = [_match(finding, expected) for finding in found]
        taken = [place for place in right if place is not None]
        figures.right += len(taken)
        figures.wrong += len(found) - len(taken)
        figures.missed += len(expected) - len(taken)
        if len(taken) < max(len(found), len(expected)):
            figures.errors.append(row["id"])
    return figures


def _match(finding: KeyFinding, expected: list[dict[str, Any]]) -> int | None:
    for place, row in enumerate(expected):
        if (
            row["concept"] == finding.concept
            and row["negated"] == finding.negated
            and row["uncertain"] == finding.uncertain
            and row["start"] < finding.end
            and finding.start < row["end"]
        ):
            return place
    return None
