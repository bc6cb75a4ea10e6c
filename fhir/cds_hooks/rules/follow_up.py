"""A follow-up visit that is due soon, or was due and was not made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from fhir.cds_hooks.hook_cards import Card, CardLink, listed, said
from fhir.cds_hooks.rules.declared_rules import (
    CHART_HOOKS,
    Question,
    RuleDeclaration,
    RuleLimit,
    register,
)
from fhir.choices import CdsRule, Indicator
from treatment.selectors import link_to, visits_due

SHOWN = 5


def _cards(question: Question, days: int) -> Iterator[Card]:
    now = timezone.now()
    until = now + timedelta(days=days)
    visits = list(visits_due(question.person, question.patient, until)[:SHOWN])
    if not visits:
        return
    first = visits[0]
    day = timezone.localdate(first.planned_at).isoformat()
    late = first.planned_at < now
    yield Card(
        rule=CdsRule.FOLLOW_UP,
        indicator=Indicator.WARNING if late else Indicator.INFO,
        summary=said(
            f"추적 진료 예정일이 지났습니다: {day}", f"Follow-up visit overdue since {day}"
        )
        if late
        else said(f"추적 진료 예정: {day}", f"Follow-up visit due on {day}"),
        detail=listed(
            f"{timezone.localtime(one.planned_at):%Y-%m-%d %H:%M} · {one.purpose}" for one in visits
        ),
        links=(CardLink(said("치료 경과", "Course of treatment"), link_to(question.patient.pk)),),
    )


register(
    RuleDeclaration(
        code=CdsRule.FOLLOW_UP,
        name_ko="추적 진료 예정",
        name_en="Follow-up due",
        hooks=CHART_HOOKS,
        cards=_cards,
        limit=RuleLimit(usual=7, least=0, most=90, unit="d"),
    )
)
