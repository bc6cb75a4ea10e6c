"""A contrast agent for a patient whose kidneys filter little, by the newest result there is.

The limit is that of the ACR Manual on Contrast Media: an eGFR below 30. Of a creatinine alone the
eGFR of an adult follows from CKD-EPI 2021 (Inker, N Engl J Med 2021;385:1737). Without a result
nothing is concluded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from fhir.cds_hooks.draft_orders import DraftOrder
from fhir.cds_hooks.hook_cards import Card, OrderSuggestion, examination_name, listed, said
from fhir.cds_hooks.rules.declared_rules import (
    ORDER_HOOKS,
    Question,
    RuleDeclaration,
    RuleLimit,
    register,
)
from fhir.choices import CdsRule, Indicator
from lis.selectors import values_visible_to

EGFR = (
    *("98979-8", "62238-1", "33914-3", "69405-9", "77147-7", "50044-7"),
    *("48642-3", "48643-1", "88294-4", "88293-6"),  # MDRD, then CKD-EPI 2009, by race
)
CREATININE = ("2160-0", "14682-9", "38483-4")
PREFETCH = "kidney"
ADULT = 18
_MG_PER_DL = {"mg/dl": 1.0, "umol/l": 1 / 88.42, "mmol/l": 1000 / 88.42}


@dataclass(frozen=True, slots=True)
class KidneyFunction:
    """``egfr`` in mL/min/1.73 m²; ``creatinine`` in mg/dL where it follows from that."""

    egfr: float
    at: datetime
    creatinine: float | None = None


def ckd_epi_2021(creatinine: float, *, age: float, female: bool) -> float:
    """The eGFR (mL/min/1.73 m²) of an adult by creatinine (mg/dL)."""
    kappa, alpha = (0.7, -0.241) if female else (0.9, -0.302)
    ratio = creatinine / kappa
    value: float = 142 * min(ratio, 1) ** alpha * max(ratio, 1) ** -1.2 * 0.9938**age
    return value * 1.012 if female else value


def newest_function(question: Question) -> KidneyFunction | None:
    """Of our laboratory and of what the client sent; at one time a reported eGFR first, and of
    two (by race, by MDRD and CKD-EPI) the lower."""
    rows = values_visible_to(question.person).filter(
        patient=question.patient, code__in=EGFR + CREATININE, value__isnull=False
    )
    ours = ((row.code, row.value, row.unit, row.at) for row in rows.order_by("-at")[:10])
    sent = question.prefetch.measurements(PREFETCH)
    theirs = ((one.code, one.value, one.unit, one.at) for one in sent)
    found = [
        one for each in (*ours, *theirs) if (one := _function(question.patient, *each)) is not None
    ]
    return max(found, key=lambda one: (one.at, one.creatinine is None, -one.egfr), default=None)


def _function(
    patient: Any, code: str, value: float | None, unit: str, at: datetime
) -> KidneyFunction | None:
    if value is None or not 0 < value < 10_000:
        return None
    if code in EGFR:
        return KidneyFunction(value, at) if unit.lower().startswith("ml/min") else None
    factor = _MG_PER_DL.get(unit.lower().replace("µ", "u").replace("μ", "u"))
    age = patient.age_on(timezone.localdate(at))
    if code not in CREATININE or factor is None or age is None or age < ADULT:
        return None
    if patient.gender not in ("M", "F"):
        return None
    creatinine = value * factor
    egfr = ckd_epi_2021(creatinine, age=age, female=patient.gender == "F")
    return KidneyFunction(egfr, at, creatinine)


def _cards(question: Question, limit: int) -> Iterator[Card]:
    wanted = [one for one in question.drafts if one.contrast]
    found = newest_function(question) if wanted else None
    if found is None or found.egfr >= limit:
        return
    for draft in wanted:
        yield _card(draft, found, limit)


def _card(draft: DraftOrder, found: KidneyFunction, limit: int) -> Card:
    day = timezone.localdate(found.at)
    ago = (timezone.localdate() - day).days
    plain = draft.job_type.removesuffix("_CONTRAST")
    lines = [
        said(f"검사일 {day} ({ago}일 전)", f"Measured on {day} ({ago} days ago)"),
        said(f"기준: eGFR {limit} 미만", f"Limit: eGFR below {limit}")
        + " mL/min/1.73 m² (ACR Manual on Contrast Media)",
    ]
    if found.creatinine is not None:
        lines.append(
            said("크레아티닌에서 계산(CKD-EPI 2021): ", "From the creatinine (CKD-EPI 2021): ")
            + f"{found.creatinine:.2f} mg/dL"
        )
    suggestions: tuple[OrderSuggestion, ...] = ()
    if plain != draft.job_type:
        label = said("조영제 없이: ", "Without contrast: ") + examination_name(plain)
        suggestions = (
            OrderSuggestion(label, job_role="RIS", job_type=plain, instead_of=draft.reference),
        )
    return Card(
        rule=CdsRule.KIDNEY_FUNCTION,
        indicator=Indicator.WARNING,
        summary=said(
            f"조영제 주의: eGFR {found.egfr:.0f} mL/min/1.73 m² ({day})",
            f"Contrast agent with poor kidney function: eGFR {found.egfr:.0f} "
            f"mL/min/1.73 m² on {day}",
        ),
        detail=listed(lines),
        suggestions=suggestions,
    )


register(
    RuleDeclaration(
        code=CdsRule.KIDNEY_FUNCTION,
        name_ko="신장 기능 저하와 조영제",
        name_en="Contrast agent with poor kidney function",
        hooks=ORDER_HOOKS,
        cards=_cards,
        limit=RuleLimit(usual=30, least=10, most=90, unit="mL/min/{1.73_m2}"),
    )
)
