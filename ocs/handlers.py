"""What this app does when something happened."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from alert.choices import Part
from alert.selectors import About, describes, person
from common.outbox.registry import Event, subscribe
from common.person import Person
from emr.choices import WardTaskKind
from emr.selectors.patient_summary import summary_part
from emr.selectors.timeline import timeline_source
from emr.selectors.ward_board import WardTask, ward_tasks
from ocs import selectors
from ocs.choices import EXAMINATIONS, Priority
from ocs.events import ORDER_AMENDED, ORDER_ASSIGNED, ORDER_CREATED, ORDER_MOVED
from ocs.serializers import OrderOut
from ocs.services.order_alerts import (
    notify_amended,
    notify_assignee,
    notify_department,
    notify_participants,
    tells_participants,
)
from rbac.permissions import Permission

SUMMARISED = 20


@subscribe(ORDER_CREATED, queue="django_tasks")
def alert_department(event: Event) -> None:
    notify_department(order_id=event.payload["order_id"])


@subscribe(ORDER_MOVED, queue="django_tasks", wants=tells_participants)
def alert_participants(event: Event) -> None:
    notify_participants(**event.payload)


@subscribe(ORDER_ASSIGNED, queue="django_tasks")
def alert_assignee(event: Event) -> None:
    notify_assignee(**event.payload)


@subscribe(ORDER_AMENDED, queue="django_tasks")
def alert_amended(event: Event) -> None:
    notify_amended(**event.payload)


@describes("order_id")
def alert_orders(user: Person, ids: set[Any]) -> Mapping[Any, About]:
    found = selectors.orders_visible_to(user).filter(pk__in=ids)
    return {
        order.pk: {
            "patient": order.patient.brief,
            "order": {
                "id": order.pk,
                "accession_number": order.accession_number,
                "examination": EXAMINATIONS.get(
                    order.job_type, {"ko": order.job_type, "en": order.job_type}
                ),
            },
            "people": [person(Part.ORDERED, order.ordered_by)],
        }
        for order in found
    }


@timeline_source("order", at="ordered_at", described=lambda row: (row.job_type, row.status))
def orders_of(user: Person, patient: Any) -> QuerySet[Any]:
    return selectors.orders_visible_to(user).filter(patient=patient)


@ward_tasks
def ward_orders(user: Person, ids: Collection[int]) -> Iterable[WardTask]:
    """Orders of the patients that are not over, the next due first."""
    now = timezone.now()
    waiting = selectors.orders_visible_to(user).filter(patient__in=ids, status__in=selectors.OPEN)
    for order in waiting.order_by(F("due_at").asc(nulls_last=True), "ordered_at"):
        late = order.due_at is not None and order.due_at < now
        yield WardTask(
            patient_id=order.patient_id,
            kind=WardTaskKind.ORDER,
            id=order.pk,
            label=EXAMINATIONS.get(order.job_type, {"ko": order.job_type, "en": order.job_type}),
            state=order.status,
            at=order.ordered_at,
            due_at=order.due_at,
            overdue=late and order.status in selectors.UNDONE,
            urgent=order.priority != Priority.ROUTINE,
        )


@summary_part("orders", Permission.VIEW_ORDER, OrderOut)
def orders_open(user: Person, patient: Any) -> list[Any]:
    return list(selectors.orders_open_of(user, patient)[:SUMMARISED])
