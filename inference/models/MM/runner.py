"""Prognostic class of a glioblastoma from 70 years (Scott 2012): a tree of three facts.

RULES.md says why it is this classification and not RTOG-RPA.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.errors import InputRefused
from app.facts import Facts
from app.runner import Prediction, Statement

YOUNGEST = 70
MEDIAN_SURVIVAL_MONTHS = {"class-1": 9.3, "class-2": 6.4, "class-3": 4.6, "class-4": 2.3}
CLASSES = {"class-1": "I", "class-2": "II", "class-3": "III", "class-4": "IV"}


class PrognosticClass:
    """Without weights."""

    def run_facts(self, facts: Facts, parameters: Mapping[str, float]) -> Prediction:
        """One of four classes.

        Raises:
            InputRefused: another tumour, or a younger patient.
        """
        age = facts.number("age") or 0.0
        if facts.text("diagnosis") != "glioblastoma":
            raise InputRefused("The classes are those of glioblastoma; the diagnosis is another.")
        if age < YOUNGEST:
            raise InputRefused("The classes were found in patients of 70 years and older.")
        chosen, because = _class(facts, age)
        months = MEDIAN_SURVIVAL_MONTHS[chosen]
        name = CLASSES[chosen]
        return Prediction(
            class_probabilities={chosen: 1.0},
            quantities={"median-survival": months},
            statements=(
                Statement("Diagnosis: glioblastoma.", "진단: 교모세포종."),
                *because,
                Statement(f"Prognostic class {name}.", f"예후 등급 {name}."),
                Statement(
                    f"Median survival of this class in the study: {months:g} months.",
                    f"연구에서 이 등급의 생존기간 중앙값: {months:g}개월.",
                ),
            ),
        )


def _class(facts: Facts, age: float) -> tuple[str, tuple[Statement, ...]]:
    """Resection splits by age, biopsy by performance status."""
    if facts.text("surgery") == "resection":
        young = age < 75.5
        sign = "below" if young else "at least"
        sign_ko = "미만" if young else "이상"
        return "class-1" if young else "class-2", (
            Statement("Surgery: resection.", "수술: 종양 절제."),
            Statement(f"Age {age:g}: {sign} 75.5 years.", f"나이 {age:g}세: 75.5세 {sign_ko}."),
        )
    karnofsky = facts.number("karnofsky") or 0.0
    able = karnofsky >= 70
    sign, sign_ko = ("at least", "이상") if able else ("below", "미만")
    return "class-3" if able else "class-4", (
        Statement("Surgery: biopsy only.", "수술: 조직검사만 시행."),
        Statement(
            f"Karnofsky {karnofsky:g}: {sign} 70.", f"카르노프스키 {karnofsky:g}: 70 {sign_ko}."
        ),
    )


def load(folder: Path, threads: int) -> PrognosticClass:
    """Nothing to load."""
    return PrognosticClass()
