"""What a hook is answered with: cards, their suggestions and links (CDS Hooks 2.0)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.conf import settings
from django.utils.translation import get_language

from fhir.choices import CdsRule, Indicator
from fhir.services.resources.codes import EXAMINATIONS, ORDER_CATEGORIES
from fhir.services.resources.elements import Json, coding, compact, concept
from ocs.choices import EXAMINATIONS as EXAMINATION_NAMES

BASE = settings.FHIR_IDENTIFIER_BASE
SOURCE = "NeuroNova CDSS"
SUMMARY_MAX = 139
"""Of characters: a summary has less than 140."""
EXAMINATION_SYSTEM = f"{BASE}/examination"
REASON_SYSTEM = f"{BASE}/cds-override-reason"
RULE_SYSTEM = f"{BASE}/cds-rule"

OVERRIDE_REASONS = {
    "benefit-outweighs-risk": ("이득이 위험보다 큼", "The benefit outweighs the risk"),
    "emergency": ("응급 상황", "Emergency"),
    "already-considered": ("이미 알고 검토함", "Known and considered already"),
    "not-applicable": ("이 환자에게 해당하지 않음", "Does not apply to this patient"),
    "data-outdated": ("기록이 오래되었거나 틀림", "The data are outdated or wrong"),
}
"""By code, in Korean and English."""


def said(ko: str, en: str) -> str:
    """The text in the language of the request."""
    return ko if (get_language() or "ko").startswith("ko") else en


def examination_name(job_type: str) -> str:
    """Of an examination of ours its name; another is the orderer's words."""
    names = EXAMINATION_NAMES.get(job_type)
    return said(names["ko"], names["en"]) if names else job_type


@dataclass(frozen=True, slots=True)
class CardLink:
    """``path``: in the web application, with ids only."""

    label: str
    path: str

    def to_json(self) -> Json:
        url = f"{settings.PUBLIC_BASE_URL}{self.path}"
        return {"label": self.label, "url": url, "type": "absolute"}


@dataclass(frozen=True, slots=True)
class OrderSuggestion:
    """To order something, in place of a draft or besides: ``job_role`` and ``job_type`` of ours.

    ``instead_of``: the reference of the draft that is given up (``ServiceRequest/id``). Without a
    ``job_type`` it is given up for nothing.
    """

    label: str
    job_role: str = ""
    job_type: str = ""
    instead_of: str = ""
    recommended: bool = False
    uuid: UUID = field(default_factory=uuid4)

    def to_json(self, subject: Json) -> Json:
        actions: list[Json] = []
        if self.job_type:
            name = examination_name(self.job_type)
            actions.append(
                {
                    "type": "create",
                    "description": said(f"{name} 오더", f"Order: {name}"),
                    "resource": subject | self._order(),
                }
            )
        if self.instead_of:
            what = said("작성 중인 오더 취소", "Give up the draft order")
            actions.append({"type": "delete", "description": what, "resourceId": self.instead_of})
        return compact(
            {
                "label": self.label,
                "uuid": str(self.uuid),
                "isRecommended": self.recommended or None,
                "actions": actions,
            }
        )

    def _order(self) -> Json:
        meaning = EXAMINATIONS.get(self.job_type, (self.job_type,))[0]
        category = ORDER_CATEGORIES.get(self.job_role)
        return compact(
            {
                "resourceType": "ServiceRequest",
                "status": "draft",
                "intent": "proposal",
                "category": [category] if category else [],
                "code": concept(EXAMINATION_SYSTEM, self.job_type, meaning, text=meaning),
            }
        )


@dataclass(frozen=True, slots=True)
class Card:
    """``title`` and ``detail`` are in the language of the request; ``detail`` is Markdown."""

    rule: CdsRule
    indicator: Indicator
    summary: str
    detail: str = ""
    suggestions: tuple[OrderSuggestion, ...] = ()
    links: tuple[CardLink, ...] = ()
    uuid: UUID = field(default_factory=uuid4)

    def to_json(self, subject: Json, topic: str) -> Json:
        """``subject``: elements of an order that is suggested; ``topic``: the name of the rule."""
        suggestions = [one.to_json(subject) for one in self.suggestions]
        return compact(
            {
                "uuid": str(self.uuid),
                "summary": shortened(self.summary),
                "detail": self.detail,
                "indicator": self.indicator.value,
                "source": {
                    "label": SOURCE,
                    "url": settings.PUBLIC_BASE_URL,
                    "topic": coding(RULE_SYSTEM, self.rule.value, topic),
                },
                "suggestions": suggestions,
                "selectionBehavior": "at-most-one" if suggestions else None,
                "overrideReasons": [
                    coding(REASON_SYSTEM, code, said(*texts))
                    for code, texts in OVERRIDE_REASONS.items()
                ],
                "links": [one.to_json() for one in self.links],
            }
        )


def shortened(text: str) -> str:
    """To less than 140 characters."""
    return text if len(text) <= SUMMARY_MAX else f"{text[: SUMMARY_MAX - 1]}…"


def listed(lines: Iterable[str]) -> str:
    """A Markdown list."""
    return "\n".join(f"- {escaped(line)}" for line in lines)


def escaped(text: str) -> str:
    """What people wrote, as plain text in Markdown, on one line."""
    marked = "".join(f"\\{char}" if char in "\\`*_{}[]<>()#+!|~" else char for char in text)
    return " ".join(marked.split())
