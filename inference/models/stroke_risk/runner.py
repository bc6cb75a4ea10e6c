"""The risk of a stroke: CHA2DS2-VASc with atrial fibrillation, else the revised Framingham profile.

RULES.md beside the models names the sources and what was checked against them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from app.errors import InputRefused
from app.facts import Facts
from app.runner import Prediction, Statement

YEARLY_STROKES_PERCENT = (0.0, 1.3, 2.2, 3.2, 4.0, 6.7, 9.8, 9.6, 6.7, 15.2)
"""Adjusted stroke rate per year by CHA2DS2-VASc (Lip 2010, 7329 patients)."""
YOUNGEST = 55


class Profile(NamedTuple):
    """The Cox model of one sex (Dufouil 2017): log hazard ratios, mean and 10-year survival."""

    age_per_10: float
    smoking: float
    cvd: float
    from_65: float
    diabetes_below_65: float
    diabetes_from_65: float
    treated: float
    untreated_per_10_mmhg: float
    treated_per_10_mmhg: float
    mean: float
    survival: float


MEN = Profile(
    age_per_10=0.49716,
    smoking=0.47254,
    cvd=0.45341,
    from_65=0.45426,
    diabetes_below_65=1.35304,
    diabetes_from_65=0.34385,
    treated=0.82598,
    untreated_per_10_mmhg=0.27323,
    treated_per_10_mmhg=0.09793,
    mean=4.4227101,
    survival=0.94451,
)
WOMEN = Profile(
    age_per_10=0.87938,
    smoking=0.51127,
    cvd=-0.03035,
    from_65=0.39796,
    diabetes_below_65=1.07111,
    diabetes_from_65=0.06565,
    treated=0.13085,
    untreated_per_10_mmhg=0.11303,
    treated_per_10_mmhg=0.17234,
    mean=6.6170719,
    survival=0.95911,
)
POINTS = (
    ("heart_failure", 1, "heart failure", "심부전"),
    ("hypertension", 1, "hypertension", "고혈압"),
    ("diabetes", 1, "diabetes", "당뇨병"),
    ("stroke_tia", 2, "earlier stroke, TIA or thromboembolism", "뇌졸중·TIA·혈전색전증 과거력"),
    ("vascular_disease", 1, "vascular disease", "혈관질환"),
)


class StrokeRisk:
    """Without weights."""

    def run_facts(self, facts: Facts, parameters: Mapping[str, float]) -> Prediction:
        """The score that fits the patient.

        Raises:
            InputRefused: the Framingham profile below 55 years or after a stroke.
        """
        return _cha2ds2_vasc(facts) if facts.yes("atrial_fibrillation") else _framingham(facts)


def _cha2ds2_vasc(facts: Facts) -> Prediction:
    age = math.floor(facts.number("age") or 0)
    parts = [
        (2 if age >= 75 else 1 if age >= 65 else 0, f"age {age}", f"나이 {age}세"),
        *((points, en, ko) for name, points, en, ko in POINTS if facts.yes(name)),
        (1 if facts.text("sex") == "female" else 0, "female sex", "여성"),
    ]
    score = sum(points for points, _, _ in parts)
    rate = YEARLY_STROKES_PERCENT[score]
    return Prediction(
        quantities={"cha2ds2-vasc": score, "yearly-stroke-rate": rate},
        statements=(
            Statement(
                "Atrial fibrillation is on record: CHA2DS2-VASc applies.",
                "심방세동이 있으므로 CHA2DS2-VASc를 적용합니다.",
            ),
            *(Statement(f"{en}: {p}", f"{ko}: {p}점") for p, en, ko in parts if p),
            Statement(f"CHA2DS2-VASc is {score} of 9.", f"CHA2DS2-VASc는 9점 중 {score}점입니다."),
            Statement(
                f"Of patients with this score {rate:g} % a year had a stroke (Lip 2010).",
                f"이 점수의 환자에서 연간 {rate:g}%에 뇌졸중이 발생했습니다(Lip 2010).",
            ),
        ),
    )


def _framingham(facts: Facts) -> Prediction:
    age = facts.number("age") or 0.0
    if facts.yes("stroke_tia"):
        raise InputRefused(
            "The Framingham profile predicts a first stroke; this patient had a stroke or TIA."
        )
    if age < YOUNGEST:
        raise InputRefused("The revised Framingham profile was made for 55 years and older.")
    sex = facts.text("sex")
    terms = _terms(facts, WOMEN if sex == "female" else MEN, age)
    risk = probability(sum(value for value, _, _ in terms), WOMEN if sex == "female" else MEN)
    return Prediction(
        risk_score=risk,
        statements=(
            Statement(
                "No atrial fibrillation: the revised Framingham Stroke Risk Profile applies.",
                "심방세동이 없으므로 개정 프레이밍햄 뇌졸중 위험도를 적용합니다.",
            ),
            *(Statement(f"{en}: {v:+.3f}", f"{ko}: {v:+.3f}") for v, en, ko in terms if v),
            Statement(
                f"The probability of a first stroke within 10 years is {100 * risk:.1f} %.",
                f"10년 내 첫 뇌졸중 확률은 {100 * risk:.1f}%입니다.",
            ),
        ),
    )


def _terms(facts: Facts, profile: Profile, age: float) -> list[tuple[float, str, str]]:
    """Every term of the linear predictor with its name."""
    old, treated = age >= 65, bool(facts.yes("hypertension_treatment"))
    pressure = facts.number("systolic_bp") or 0.0
    per_10 = profile.treated_per_10_mmhg if treated else profile.untreated_per_10_mmhg
    diabetes = profile.diabetes_from_65 if old else profile.diabetes_below_65
    return [
        (profile.age_per_10 * age / 10, f"age {age:g}", f"나이 {age:g}세"),
        (profile.from_65 * old, "65 years or older", "65세 이상"),
        (profile.smoking * bool(facts.yes("smoking")), "current smoking", "현재 흡연"),
        (
            profile.cvd * bool(facts.yes("cardiovascular_disease")),
            "cardiovascular disease",
            "심혈관질환",
        ),
        (diabetes * bool(facts.yes("diabetes")), "diabetes", "당뇨병"),
        (profile.treated * treated, "treated hypertension", "고혈압 치료 중"),
        (
            per_10 * (pressure - 120) / 10,
            f"systolic pressure {pressure:g} mmHg",
            f"수축기 혈압 {pressure:g} mmHg",
        ),
    ]


def probability(linear: float, profile: Profile) -> float:
    """Within 10 years: 1 - S0(10) ^ exp(L - mean)."""
    return float(1 - profile.survival ** math.exp(linear - profile.mean))


def load(folder: Path, threads: int) -> StrokeRisk:
    """Nothing to load."""
    return StrokeRisk()
