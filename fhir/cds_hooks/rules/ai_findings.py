"""Results of AI that nobody has reviewed, or that show a risk the hospital calls urgent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from ai.selectors.study_results import StudyResult, results_for_patient
from fhir.cds_hooks.hook_cards import Card, CardLink, listed, said
from fhir.cds_hooks.rules.declared_rules import (
    CHART_HOOKS,
    Question,
    RuleDeclaration,
    RuleLimit,
    register,
)
from fhir.choices import CdsRule, Indicator
from ris.reading.entries import is_urgent, setting_now

SHOWN = 5


def _cards(question: Question, days: int) -> Iterator[Card]:
    """One card for all of them, of the last ``days``."""
    since = timezone.now() - timedelta(days=days)
    results = results_for_patient(question.person, question.patient.pk, since)
    limit = setting_now().urgent_risk
    urgent = [one for one in results if is_urgent(one, limit)]
    unread = [one for one in results if one.waits_for_review]
    shown = urgent + [one for one in unread if one not in urgent]
    if not shown:
        return
    first = _name(shown[0])
    others = len(shown) - 1
    more = said(f" 외 {others}건", f" and {others} more") if others else ""
    if urgent:
        summary = said(
            f"위험도가 높은 AI 결과: {first}{more}", f"AI result of high risk: {first}{more}"
        )
    else:
        summary = said(
            f"검토하지 않은 AI 결과: {first}{more}", f"AI result not reviewed yet: {first}{more}"
        )
    yield Card(
        rule=CdsRule.AI_FINDINGS,
        indicator=Indicator.WARNING if urgent else Indicator.INFO,
        summary=summary,
        detail=listed(_line(one) for one in shown[:SHOWN]),
        links=tuple(CardLink(_name(one), f"/ai/jobs/{one.job}") for one in shown[:SHOWN]),
    )


def _name(result: StudyResult) -> str:
    names = result.model.model_manifest
    name = str(names.get("name") or result.model.model_id)
    return said(str(names.get("name_ko") or name), name)


def _line(result: StudyResult) -> str:
    made = timezone.localdate(result.model.created_at).isoformat()
    risk = "" if result.risk_score is None else f" · {result.risk_score:.0%}"
    state = (
        said("검토 대기", "waits for review")
        if result.waits_for_review
        else said("승인됨", "approved")
    )
    return f"{_name(result)} · {made}{risk} · {state}"


register(
    RuleDeclaration(
        code=CdsRule.AI_FINDINGS,
        name_ko="검토하지 않았거나 위험도가 높은 AI 결과",
        name_en="AI results not reviewed or of high risk",
        hooks=CHART_HOOKS,
        cards=_cards,
        limit=RuleLimit(usual=90, least=1, most=3650, unit="d"),
    )
)
