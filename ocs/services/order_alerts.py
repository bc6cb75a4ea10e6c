"""Tells people about orders, once and by right."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from alert import services as alerts
from alert.choices import Kind
from ocs import selectors
from ocs.choices import OrderStatus, Priority
from ocs.models import Order

OVERDUE_BATCH = 500
_NEW_ORDER_ALERTS: dict[str, Kind] = {
    Priority.ROUTINE: Kind.ORDER_WAITING,
    Priority.URGENT: Kind.ORDER_URGENT,
    Priority.STAT: Kind.ORDER_STAT,
}


@transaction.atomic
def notify_department(*, order_id: int) -> None:
    """Alert those who work a new order of their department and may see its patient.

    One alert per urgent and per STAT order. Routine orders share one alert: the next alert
    comes after the last was read. Nobody gets an alert of an order that was accepted meanwhile.
    """
    order = selectors.order_for_handler(order_id)
    if order.status != OrderStatus.ORDERED:
        return
    kind = _NEW_ORDER_ALERTS[order.priority]
    routine = kind is Kind.ORDER_WAITING
    for user in selectors.department_of(order).exclude(pk=order.ordered_by_id):
        if selectors.sees_order(user, order):
            alerts.notify(
                user_id=user.pk,
                kind=kind,
                dedup_key=f"order:{order.pk}",
                params={} if routine else {"order_id": order.pk},
                link="/orders" if routine else _link(order),
                until_read=routine,
            )


def tells_participants(payload: dict[str, Any]) -> bool:
    return payload["to_status"] in (OrderStatus.RESULT_READY, OrderStatus.CANCELLED)


@transaction.atomic
def notify_participants(*, order_id: int, to_status: str, actor_id: int) -> None:
    """Alert the orderer of a result, and all who had to do with the order of its cancellation.

    Never whoever did it. Those who may not see the order now learn only that it has changed.
    """
    order = selectors.order_for_handler(order_id)
    if to_status == OrderStatus.RESULT_READY:
        kind, people = Kind.ORDER_RESULT, selectors.orderer_of(order)
    elif to_status == OrderStatus.CANCELLED:
        kind, people = Kind.ORDER_CANCELLED, selectors.participants_of(order)
    else:
        return
    for user in people.exclude(pk=actor_id):
        named = selectors.sees_order(user, order)
        alerts.notify(
            user_id=user.pk,
            kind=kind if named else Kind.ORDER_CHANGED,
            dedup_key=f"order:{order.pk}:{to_status}",
            params={"order_id": order.pk} | ({"by": actor_id} if named else {}),
            link=_link(order),
        )


def _link(order: Order) -> str:
    return f"/orders/{order.pk}"


@transaction.atomic
def notify_assignee(*, order_id: int, user_id: int, actor_id: int) -> None:
    """Alert whoever an order was given to by somebody else, once for each order."""
    order = selectors.order_for_handler(order_id)
    user = selectors.assignee_of(order)
    if user is None or user.pk != user_id or user_id == actor_id:
        return
    if selectors.sees_order(user, order):
        _notify(user.pk, Kind.ORDER_ASSIGNED, order, f"assigned:{user_id}", by=actor_id)


@transaction.atomic
def notify_amended(*, order_id: int, actor_id: int) -> None:
    """Alert the orderer of a result that was corrected, once for each correction."""
    order = selectors.order_for_handler(order_id)
    for user in selectors.orderer_of(order).exclude(pk=actor_id):
        kind = Kind.ORDER_AMENDED if selectors.sees_order(user, order) else Kind.ORDER_CHANGED
        _notify(user.pk, kind, order, f"amended:{order.version}", by=actor_id)


@transaction.atomic
def overdue_orders_alert() -> None:
    """Alert the orderer and whoever has it of each open order past its due time, once."""
    now = timezone.now()
    for order in selectors.orders_overdue(now)[:OVERDUE_BATCH]:
        people = {order.ordered_by_id, order.assigned_to_id} - {None}
        for user in selectors.people(people):
            if selectors.sees_order(user, order):
                _notify(user.pk, Kind.ORDER_OVERDUE, order, "overdue")
        Order.objects.filter(pk=order.pk).update(overdue_alerted_at=now)


def _notify(user_id: int, kind: Kind, order: Order, key: str, **params: int) -> None:
    alerts.notify(
        user_id=user_id,
        kind=kind,
        dedup_key=f"order:{order.pk}:{key}",
        params={"order_id": order.pk, **params},
        link=_link(order),
    )
