"""What a rule is, and all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from common.person import Person
from fhir.cds_hooks.draft_orders import DraftOrder
from fhir.cds_hooks.hook_cards import Card, said
from fhir.cds_hooks.prefetched import Prefetch
from fhir.choices import CdsRule, Hook

CHART_HOOKS = frozenset({Hook.PATIENT_VIEW, Hook.ENCOUNTER_START})
ORDER_HOOKS = frozenset({Hook.ORDER_SELECT, Hook.ORDER_SIGN})


@dataclass(frozen=True, slots=True)
class Question:
    """What a hook asks about a patient whom the person may see. ``drafts``: of an order hook."""

    person: Person
    patient: Any
    hook: Hook
    drafts: tuple[DraftOrder, ...]
    prefetch: Prefetch


@dataclass(frozen=True, slots=True)
class RuleLimit:
    """A number that the administrator may change, from ``least`` to ``most``."""

    usual: int
    least: int
    most: int
    unit: str


@dataclass(frozen=True, slots=True)
class RuleDeclaration:
    """``cards``: what the rule says, by its limit (0 for a rule without one)."""

    code: CdsRule
    name_ko: str
    name_en: str
    hooks: frozenset[Hook]
    cards: Callable[[Question, int], Iterable[Card]]
    limit: RuleLimit | None = None

    @property
    def name(self) -> str:
        return said(self.name_ko, self.name_en)


RULES: dict[CdsRule, RuleDeclaration] = {}


def register(declared: RuleDeclaration) -> None:
    RULES[declared.code] = declared
