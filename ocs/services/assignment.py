"""Who does an order, and what those who do it tell each other."""

from __future__ import annotations

from django.db import transaction

from audit import services as audit
from common.errors import BusinessError, ErrorCode, InvalidInput, PermissionDenied
from common.outbox.services import publish
from common.person import Person
from ocs import selectors
from ocs.choices import TRANSITIONS
from ocs.events import ORDER_ASSIGNED
from ocs.models import Order, OrderNote
from rbac.permissions import Permission


@transaction.atomic
def order_assign(*, actor: Person, order_id: int, user_id: int | None) -> Order:
    """Give an open order to one of those who may work it, or to nobody.

    Raises NotFound, PermissionDenied (the actor does not work such orders), BusinessError (it has
    ended), InvalidInput (somebody who may not work it or does not see it).
    """
    order = selectors.order_get(actor, order_id)
    permission = selectors.work_permission(order.job_role)
    if not selectors.may_work(actor, order):
        raise PermissionDenied(f"to assign a {order.job_role} order needs {permission}")
    order.refresh_from_db(from_queryset=Order.objects.select_for_update())
    if not TRANSITIONS[order.status]:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"assign when {order.status}", "status")
    if user_id is not None and all(one.pk != user_id for one in selectors.assignees_of(order)):
        raise InvalidInput(ErrorCode.VALIDATION, "nobody who works this order", "user")
    if order.assigned_to_id == user_id:
        return order
    before = order.assigned_to_id
    order.save_versioned(expected=order.version, assigned_to_id=user_id)
    order.refresh_from_db(fields=["assigned_to"])
    _record(order, actor, "order.assign", permission, {"from": before, "to": user_id})
    if user_id is not None:
        publish(
            ORDER_ASSIGNED,
            aggregate=f"order:{order.pk}",
            payload={"order_id": order.pk, "user_id": user_id, "actor_id": actor.pk},
        )
    return order


@transaction.atomic
def order_note_add(*, actor: Person, order_id: int, text: str) -> OrderNote:
    """For those who order and those who work the order. Raises NotFound, PermissionDenied."""
    order = selectors.order_get(actor, order_id)
    if not selectors.may_note(actor, order):
        raise PermissionDenied(f"a note on a {order.job_role} order")
    note = OrderNote.objects.create(order=order, author_id=actor.pk, text=text)
    _record(order, actor, "order.note", Permission.VIEW_ORDER, {"note": note.pk})
    return note


def _record(
    order: Order, actor: Person, action: str, permission: Permission, detail: dict[str, int | None]
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="order",
        object_id=order.pk,
        patient_id=order.patient_id,
        permission=permission,
        detail=detail,
    )
