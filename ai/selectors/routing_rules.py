"""Read routing rules, and what came of them."""

from __future__ import annotations

from django.db.models import QuerySet

from ai.models import RoutingDecision, RoutingRule
from common.errors import ErrorCode, NotFound
from common.person import Person
from rbac.permissions import Permission


def rule_list(user: Person) -> QuerySet[RoutingRule]:
    return RoutingRule.objects.visible_to(user, Permission.MANAGE_MODELS)


def rule_get(user: Person, rule_id: int) -> RoutingRule:
    """Raises NotFound."""
    rule = rule_list(user).filter(pk=rule_id).first()
    if rule is None:
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"rule {rule_id}", "id")
    return rule


def decision_list(user: Person) -> QuerySet[RoutingDecision]:
    """Of studies that this person sees, the newest first."""
    return RoutingDecision.objects.visible_to(user).select_related("study__patient", "rule", "job")
