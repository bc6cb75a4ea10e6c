"""The molecular results for an integrated diagnosis of a glioma are there, and nobody asked for it.

Model MG (WHO 2021): IDH, and what decides after it, are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ai.selectors.jobs import jobs_of_model
from ai.selectors.patient_facts import KnownFact
from ai.services.catalogue import rules_available
from fhir.cds_hooks.hook_cards import Card, CardLink, listed, said
from fhir.cds_hooks.rules.declared_rules import CHART_HOOKS, Question, RuleDeclaration, register
from fhir.choices import CdsRule, Indicator

MODEL = "MG"
DECIDES = {
    "mutant": ("codeletion_1p19q", "atrx"),
    "wildtype": ("tert_promoter", "egfr", "chr7_10", "h3"),
}
"""By the state of IDH: one of these settles the entity."""


def _cards(question: Question, _: int) -> Iterator[Card]:
    for available in rules_available(question.person, question.patient):
        manifest = available.manifest
        if manifest.id != MODEL:
            continue
        given = {one.name for one in manifest.inputs.facts if one.given} | {"age"}
        known = {name: fact for name, fact in available.facts.items() if name not in given}
        waits = [one for one in available.missing if one.what not in given]
        if waits or not _ready(known) or _asked(question, known):
            continue
        labels = {one.name: said(one.label_ko, one.label) for one in manifest.inputs.facts}
        yield Card(
            rule=CdsRule.INTEGRATED_DIAGNOSIS,
            indicator=Indicator.INFO,
            summary=said(
                "교종 통합 진단(WHO 2021)에 필요한 분자 검사 결과가 있습니다.",
                "The molecular results for an integrated diagnosis (WHO 2021) are there.",
            ),
            detail=listed(
                f"{labels.get(name, name)}: {fact.value} ({fact.at})"
                for name, fact in known.items()
            ),
            links=(
                CardLink(
                    said("환자 기록에서 요청", "Ask for it in the record"),
                    f"/patients/{question.patient.pk}?tab=imaging",
                ),
            ),
        )


def _ready(known: Mapping[str, KnownFact]) -> bool:
    idh = known.get("idh")
    return idh is not None and any(name in known for name in DECIDES.get(str(idh.value), ()))


def _asked(question: Question, known: Mapping[str, KnownFact]) -> bool:
    """Whether a run that is not rejected was given the same results."""
    values = {name: fact.value for name, fact in known.items()}
    jobs = jobs_of_model(question.person, question.patient, MODEL)
    return any(values.items() <= _values(job.facts).items() for job in jobs)


def _values(facts: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: fact.get("value") for name, fact in (facts or {}).items()}


register(
    RuleDeclaration(
        code=CdsRule.INTEGRATED_DIAGNOSIS,
        name_ko="통합 진단 준비됨",
        name_en="Integrated diagnosis ready",
        hooks=CHART_HOOKS,
        cards=_cards,
    )
)
