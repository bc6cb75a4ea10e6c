"""Which rules the hospital uses, what became of their cards, which clients it believes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from audit import services as audit
from common.errors import ConflictError, ErrorCode, InvalidInput, NotFound
from common.person import Person
from fhir.cds_hooks.rules import RULES, RuleDeclaration
from fhir.choices import CardOutcome, CdsRule
from fhir.models import CdsCard, CdsClient, CdsFeedback, CdsRuleSetting
from rbac.permissions import Permission

COUNTED_DAYS = 90


@dataclass(frozen=True, slots=True)
class RuleOverview:
    """``shown``, ``accepted``, ``overridden``: cards of the last 90 days, of patients whom the
    reader may see. ``reasons``: how often each override reason was given."""

    declared: RuleDeclaration
    enabled: bool
    limit: int | None
    version: int
    shown: int
    accepted: int
    overridden: int
    reasons: Mapping[str, int]


def rules_overview(actor: Person) -> list[RuleOverview]:
    """Every rule; three queries."""
    since = timezone.now() - timedelta(days=COUNTED_DAYS)
    cards = CdsCard.objects.visible_to(actor).filter(shown_at__gte=since).order_by()
    shown = dict(cards.values_list("rule").annotate(Count("pk")))
    outcomes: Counter[tuple[str, str]] = Counter()
    reasons: dict[str, Counter[str]] = {rule: Counter() for rule in CdsRule.values}
    told = CdsFeedback.objects.filter(card__in=cards.values("pk")).order_by()
    counted = told.values_list("card__rule", "outcome", "reason")
    for rule, outcome, reason, number in counted.annotate(Count("card", distinct=True)):
        outcomes[rule, outcome] += number
        if outcome == CardOutcome.OVERRIDDEN:
            reasons[rule][reason] += number
    settings = {one.rule: one for one in CdsRuleSetting.objects.all()}
    return [
        _overview(
            declared,
            settings.get(declared.code),
            shown=shown.get(declared.code, 0),
            accepted=outcomes[declared.code, CardOutcome.ACCEPTED],
            overridden=outcomes[declared.code, CardOutcome.OVERRIDDEN],
            reasons=reasons[declared.code],
        )
        for declared in RULES.values()
    ]


def _overview(
    declared: RuleDeclaration, setting: CdsRuleSetting | None, **counts: Any
) -> RuleOverview:
    usual = declared.limit.usual if declared.limit else None
    return RuleOverview(
        declared=declared,
        enabled=setting.enabled if setting else True,
        limit=setting.limit if setting and setting.limit is not None else usual,
        version=setting.version if setting else 0,
        **counts,
    )


def rule_change(
    *, actor: Person, rule: str, expected: int, enabled: bool | None, limit: int | None
) -> RuleOverview:
    """Switch a rule on or off, or change its limit.

    Raises NotFound, InvalidInput (no limit, or out of bounds), ConflictError.
    """
    if rule not in CdsRule.values:
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"rule {rule[:24]}", "rule")
    bounds = RULES[CdsRule(rule)].limit
    if limit is not None and (bounds is None or not bounds.least <= limit <= bounds.most):
        allowed = f"from {bounds.least} to {bounds.most}" if bounds else "the rule has none"
        raise InvalidInput(ErrorCode.VALIDATION, allowed, "limit")
    given = {name: value for name, value in (("enabled", enabled), ("limit", limit))
             if value is not None}  # fmt: skip
    with transaction.atomic():
        CdsRuleSetting.objects.get_or_create(rule=rule, defaults={"version": 0})
        setting = CdsRuleSetting.objects.select_for_update().get(rule=rule)
        setting.save_versioned(expected=expected, **given)
        _record(actor, "cds.setting", "cds_rule", rule, Permission.OPERATE, given)
    return next(one for one in rules_overview(actor) if one.declared.code == rule)


def feedback_list(actor: Person) -> QuerySet[CdsFeedback]:
    """The newest first, of patients whom the reader may see."""
    rows = CdsFeedback.objects.visible_to(actor)
    return rows.select_related("card__patient", "card__user", "card__client")


def clients_list(actor: Person) -> QuerySet[CdsClient]:
    return CdsClient.objects.visible_to(actor, Permission.MANAGE_USERS)


def client_get(actor: Person, pk: int) -> CdsClient:
    """Raises NotFound."""
    found = clients_list(actor).filter(pk=pk).first()
    if found is None:
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"CDS client {pk}", "id")
    return found


def client_create(*, actor: Person, **fields: Any) -> CdsClient:
    """Raises ConflictError: the issuer is known already."""
    try:
        with transaction.atomic():
            client = CdsClient.objects.create(**fields)
            detail = {"issuer": client.issuer, "jwks_url": client.jwks_url}
            _record(actor, "cds_client.create", "cds_client", client.pk, _TRUST, detail)
    except IntegrityError:
        raise ConflictError(ErrorCode.DUPLICATE, "the issuer is known already", "issuer") from None
    return client


def client_change(*, actor: Person, pk: int, expected: int, **fields: Any) -> CdsClient:
    """Raises NotFound, ConflictError (changed since it was read, the issuer is known already)."""
    client_get(actor, pk)
    try:
        with transaction.atomic():
            client = CdsClient.objects.select_for_update().get(pk=pk)
            client.save_versioned(expected=expected, **fields)
            _record(actor, "cds_client.change", "cds_client", pk, _TRUST, fields)
    except IntegrityError:
        raise ConflictError(ErrorCode.DUPLICATE, "the issuer is known already", "issuer") from None
    return client


_TRUST = Permission.MANAGE_USERS
"""A client says for whom it asks: who may believe one may as well give out accounts."""


def _record(
    actor: Person, action: str, kind: str, key: str | int, right: Permission, detail: dict[str, Any]
) -> None:
    audit.record(
        actor=actor, action=action, object_type=kind, object_id=key, permission=right, detail=detail
    )
