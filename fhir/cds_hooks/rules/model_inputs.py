"""What one more test would let a model say, where the patient has part of its inputs already."""

from __future__ import annotations

from collections.abc import Iterator

from ai.choices import OfferKind
from ai.services.catalogue import Available, rules_available
from ai.services.fact_offers import Missing
from fhir.cds_hooks.hook_cards import (
    Card,
    CardLink,
    OrderSuggestion,
    examination_name,
    listed,
    said,
)
from fhir.cds_hooks.rules.declared_rules import ORDER_HOOKS, Question, RuleDeclaration, register
from fhir.choices import CdsRule, Indicator

DEMOGRAPHIC = "patient"
"""The kind of source of facts that every patient has."""


def _cards(question: Question, _: int) -> Iterator[Card]:
    drafted = {one.job_type for one in question.drafts}
    for available in rules_available(question.person, question.patient) if drafted else ():
        offers = [one for one in _missing(available) if one.offer.job_type not in drafted]
        if offers:
            yield _card(question, available, offers)


def _missing(available: Available) -> list[Missing]:
    """What can be ordered, if something besides age and sex is known."""
    begun = any(fact.source.kind != DEMOGRAPHIC for fact in available.facts.values())
    wanted = [*available.missing, *available.absent] if begun else []
    return [one for one in wanted if one.offer.kind == OfferKind.ORDER and one.offer.job_type]


def _card(question: Question, available: Available, missing: list[Missing]) -> Card:
    manifest = available.manifest
    model = said(manifest.name_ko or manifest.name, manifest.name)
    tests = {one.offer.job_type: one.offer.job_role for one in missing}
    names = ", ".join(examination_name(one) for one in tests)
    return Card(
        rule=CdsRule.MODEL_INPUTS,
        indicator=Indicator.INFO,
        summary=said(f"{model}에 필요한 검사: {names}", f"{model} would need: {names}"),
        detail=listed(said(one.label_ko or one.label, one.label) for one in missing),
        suggestions=tuple(
            OrderSuggestion(
                said("추가 오더: ", "Order as well: ") + examination_name(job_type),
                job_role=job_role,
                job_type=job_type,
            )
            for job_type, job_role in tests.items()
        ),
        links=(
            CardLink(said("환자 기록", "Patient's record"), f"/patients/{question.patient.pk}"),
        ),
    )


register(
    RuleDeclaration(
        code=CdsRule.MODEL_INPUTS,
        name_ko="AI 모델에 필요한 검사",
        name_en="Missing inputs of a model",
        hooks=ORDER_HOOKS,
        cards=_cards,
    )
)
