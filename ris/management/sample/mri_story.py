"""The enhancing lesion at each MRI after radiotherapy, and what a report says of it.

The report says what RANO makes of the studies until then (``treatment.rano``); the judgement that
pages show is computed from the same measurements.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ris.management.sample.telling import Telling, courses
from treatment import rano
from treatment.choices import ClinicalChange, FlairChange, Response

STEROID_MG = {"early": 2, "grown": 4, "later": 0}
_RESPONSES = {
    Response.PD: ["RANO 진행(PD).", "RANO: progressive disease (PD)."],
    Response.PR: ["RANO 부분반응(PR).", "RANO: partial response (PR)."],
    Response.CR: ["RANO 완전반응(CR).", "RANO: complete response (CR)."],
    Response.SD: ["RANO 안정(SD).", "RANO: stable disease (SD)."],
}
_EARLY = [
    "방사선 치료 후 12주 이내로 가성진행 가능성.",
    "Within 12 weeks of radiotherapy: may be pseudoprogression.",
]
_UNCONFIRMED = [
    "부분반응에 해당하나 4주 이후 확인 필요.",
    "Partial response, to be confirmed after four weeks.",
]


@dataclass(frozen=True, slots=True)
class MeasuredDay:
    """``day`` of the story; diameters in mm."""

    day: int
    longest_mm: int
    perpendicular_mm: int
    baseline: bool
    steroid_mg: int
    clinical: str

    def study(self, on: date) -> rano.Measured:
        return rano.Measured(
            on=on,
            lesions=[rano.Lesion("1", self.longest_mm, self.perpendicular_mm)],
            baseline=self.baseline,
            flair=FlairChange.STABLE,
            new_lesion=False,
            steroid_mg=self.steroid_mg,
            clinical=self.clinical,
        )


def measured_days(telling: Telling) -> list[MeasuredDay]:
    """Those that happened."""
    found: list[MeasuredDay] = []
    smallest = 0.0
    course = courses().get(telling.person.course, [])
    for number, (day, (longest, other)) in enumerate(
        zip(telling.story.get("mri", []), course, strict=False)
    ):
        if not telling.happened(day):
            break
        product = longest * other
        grown = number > 1 and product >= rano.PROGRESSION * smallest
        found.append(
            MeasuredDay(
                day=day,
                longest_mm=longest,
                perpendicular_mm=other,
                baseline=number == 0,
                steroid_mg=STEROID_MG["early" if number < 2 else "grown" if grown else "later"],
                clinical=ClinicalChange.WORSE if grown else ClinicalChange.STABLE,
            )
        )
        smallest = min(smallest or product, product)
    return found


def mri_report(telling: Telling, days: list[MeasuredDay]) -> str:
    """Of the last of ``days``."""
    last = days[-1]
    size = f"{last.longest_mm} x {last.perpendicular_mm} mm"
    if last.baseline:
        return telling.text(
            [
                f"방사선 치료 후 기준 영상. {{site}} 조영증강 병변 {size}.",
                f"Baseline after radiotherapy. Enhancing lesion of the {{site}}, {size}.",
            ]
        )
    judged = rano.judge([one.study(telling.date(one.day)) for one in days], _courses(telling))[-1]
    change = judged.baseline_change_percent or 0
    said = telling.text(
        [
            f"{{site}} 조영증강 병변 {size}, 기준 대비 {change:+.0f} %. 새 병변 없음.",
            f"Enhancing lesion of the {{site}}, {size}, {change:+.0f} % to baseline. "
            "No new lesion.",
        ]
    )
    if judged.unconfirmed:
        verdict = _UNCONFIRMED
    elif judged.pseudoprogression:
        verdict = _EARLY
    else:
        verdict = _RESPONSES[judged.response]
    return f"{said} {telling.text(verdict)}"


def _courses(telling: Telling) -> list[rano.Radiotherapy]:
    return [
        rano.Radiotherapy(telling.date(plan["day"]), telling.date(plan["day"] + plan["length"]))
        for plan in telling.story["plans"]
        if plan["kind"] == "radiotherapy"
    ]
