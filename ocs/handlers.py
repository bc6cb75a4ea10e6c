"""What this app does when something happened."""

from __future__ import annotations

from common.outbox.registry import Event, subscribe
from ocs.events import ORDER_CREATED, ORDER_MOVED
from ocs.services import notify_department, notify_participants


@subscribe(ORDER_CREATED, queue="django_tasks")
def alert_department(event: Event) -> None:
    notify_department(order_id=event.payload["order_id"])


@subscribe(ORDER_MOVED, queue="django_tasks")
def alert_participants(event: Event) -> None:
    notify_participants(**event.payload)
