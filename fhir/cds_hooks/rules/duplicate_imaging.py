"""Imaging of the same part by the same modality, done a short while ago or ordered already."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from fhir.cds_hooks.draft_orders import DraftOrder, draft_of, same_place
from fhir.cds_hooks.hook_cards import (
    Card,
    CardLink,
    OrderSuggestion,
    examination_name,
    listed,
    said,
)
from fhir.cds_hooks.rules.declared_rules import (
    ORDER_HOOKS,
    Question,
    RuleDeclaration,
    RuleLimit,
    register,
)
from fhir.choices import CdsRule, Indicator
from ocs.selectors import UNDONE, orders_open_of
from pacs.index.studies import studies_visible_to

SHOWN = 3


def _cards(question: Question, days: int) -> Iterator[Card]:
    imaging = [one for one in question.drafts if one.modality and one.body_part]
    if not imaging:
        return
    since = timezone.localdate() - timedelta(days=days)
    seen = studies_visible_to(question.person).filter(patient=question.patient)
    recent = seen.filter(study_date__gte=since).select_related("order")
    studies = list(recent.prefetch_related("series").order_by("-study_date", "-pk")[:50])
    orders = orders_open_of(question.person, question.patient)
    waiting = list(orders.filter(job_role="RIS", status__in=UNDONE)[:50])
    for draft in imaging:
        done = [one for one in studies if _same_study(draft, one)]
        ordered = [one for one in waiting if _same_order(draft, one)]
        if done or ordered:
            yield _card(draft, done, ordered)


def _same_study(draft: DraftOrder, study: Any) -> bool:
    parts = {one.body_part.strip().upper() for one in study.series.all()}
    if study.order is not None:
        parts.add(study.order.body_part or draft_of("", study.order.job_type).body_part)
    modalities = {one.modality for one in study.series.all()}
    places = parts - {""} or {draft_of("", study.description).body_part}
    return draft.modality in modalities and any(same_place(draft.body_part, one) for one in places)


def _same_order(draft: DraftOrder, order: Any) -> bool:
    other = draft_of("", order.job_type)
    part = order.body_part or other.body_part
    return draft.modality == other.modality and same_place(draft.body_part, part)


def _card(draft: DraftOrder, studies: list[Any], orders: list[Any]) -> Card:
    if studies:
        day = studies[0].study_date.isoformat()
        ago = (timezone.localdate() - studies[0].study_date).days
        summary = said(
            f"같은 부위의 {draft.modality} 검사가 {ago}일 전({day})에 있습니다.",
            f"{draft.modality} of the same part was done {ago} days ago ({day}).",
        )
    else:
        name = examination_name(orders[0].job_type)
        summary = said(
            f"같은 부위의 {draft.modality} 오더가 이미 있습니다: {name}",
            f"{draft.modality} of the same part is ordered already: {name}",
        )
    lines = [f"{one.study_date} · {one.description or draft.modality}" for one in studies[:SHOWN]]
    lines += [
        f"{one.accession_number} · {examination_name(one.job_type)}" for one in orders[:SHOWN]
    ]
    links = [
        CardLink(said(f"{one.study_date} 영상", f"Study of {one.study_date}"),
                 f"/studies/{one.study_instance_uid}")
        for one in studies[:SHOWN]
    ]  # fmt: skip
    links += [
        CardLink(said(f"오더 {one.accession_number}", f"Order {one.accession_number}"),
                 f"/orders/{one.pk}")
        for one in orders[:SHOWN]
    ]  # fmt: skip
    return Card(
        rule=CdsRule.DUPLICATE_IMAGING,
        indicator=Indicator.WARNING,
        summary=summary,
        detail=listed(lines),
        links=tuple(links),
        suggestions=(
            OrderSuggestion(said("오더하지 않기", "Do not order"), instead_of=draft.reference),
        ),
    )


register(
    RuleDeclaration(
        code=CdsRule.DUPLICATE_IMAGING,
        name_ko="중복 영상 검사",
        name_en="Duplicate imaging",
        hooks=ORDER_HOOKS,
        cards=_cards,
        limit=RuleLimit(usual=30, least=1, most=365, unit="d"),
    )
)
