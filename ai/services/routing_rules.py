"""The administration of routing rules and of the queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from ai.models import QueueSetting, RoutingRule
from ai.selectors.routing_rules import rule_get
from ai.services import catalogue
from audit import services as audit
from common.errors import BusinessError, ConflictError, ErrorCode, InvalidInput
from common.person import Person
from rbac.permissions import Permission


@transaction.atomic
def rule_create(*, actor: Person, **fields: Any) -> RoutingRule:
    """Raises InvalidInput (the model), ConflictError (the name is taken)."""
    rule = RoutingRule(**fields)
    model_check(rule)
    _saved(rule.save)
    _record(actor, "ai_rule.create", rule.pk, {"fields": sorted(fields)})
    return rule


@transaction.atomic
def rule_update(*, actor: Person, rule_id: int, expected: int, **changes: Any) -> RoutingRule:
    """Raises NotFound, InvalidInput (the model), ConflictError (changed since, the name)."""
    rule_get(actor, rule_id)
    rule = RoutingRule.objects.select_for_update().get(pk=rule_id)
    now = {"model_id": rule.model_id, "model_version": rule.model_version}
    model = {name: changes.get(name, value) for name, value in now.items()}
    if model != now:
        model_check(RoutingRule(**model))
    _saved(lambda: rule.save_versioned(expected=expected, **changes))
    _record(actor, "ai_rule.update", rule.pk, {"fields": sorted(changes)})
    return rule


@transaction.atomic
def rule_delete(*, actor: Person, rule_id: int) -> None:
    """Raises NotFound, BusinessError (jobs name it)."""
    try:
        with transaction.atomic():
            rule_get(actor, rule_id).delete()
    except ProtectedError:
        raise BusinessError(ErrorCode.AI_RULE_IN_USE, f"rule {rule_id}", "id") from None
    _record(actor, "ai_rule.delete", rule_id, {})


def model_check(rule: RoutingRule) -> None:
    """It is there, and runs on images alone. Raises InvalidInput, ExternalError."""
    known = [each for each in catalogue.offered().models if each.id == rule.model_id]
    if not known:
        raise InvalidInput(ErrorCode.VALIDATION, "no such model", "model_id")
    if known[0].kind in ("rule", "assist"):
        raise InvalidInput(ErrorCode.VALIDATION, "this model needs more than images", "model_id")
    if rule.model_version and rule.model_version not in [each.version for each in known]:
        raise InvalidInput(ErrorCode.VALIDATION, "no such version", "model_version")


@transaction.atomic
def queue_setting_change(*, actor: Person, expected: int, queued_per_user: int) -> QueueSetting:
    """Raises ConflictError (changed since it was read)."""
    QueueSetting.objects.get_or_create(pk=1, defaults={"version": 0})
    setting = QueueSetting.objects.select_for_update().get(pk=1)
    setting.save_versioned(expected=expected, queued_per_user=queued_per_user)
    changes = {"queued_per_user": queued_per_user}
    _record(actor, "ai_queue.setting", setting.pk, changes, "ai_queue")
    return setting


def _saved(save: Callable[[], None]) -> None:
    try:
        with transaction.atomic():
            save()
    except IntegrityError:
        raise ConflictError(ErrorCode.DUPLICATE, "the name is taken", "name") from None


def _record(
    actor: Person, action: str, pk: int, detail: dict[str, Any], object_type: str = "ai_rule"
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type=object_type,
        object_id=pk,
        permission=Permission.MANAGE_MODELS,
        detail=detail,
    )
