"""Results of many orders at once, for instruments that send faster than one after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from audit import services as audit
from common.outbox.services import publish_all
from common.person import Person
from ocs import selectors
from ocs.choices import OrderStatus
from ocs.events import ORDER_MOVED
from ocs.models import Order, OrderHistory

_WAY = [
    OrderStatus.ORDERED,
    OrderStatus.ACCEPTED,
    OrderStatus.IN_PROGRESS,
    OrderStatus.RESULT_READY,
]
Finished = tuple[Order, dict[str, Any], int | None]


def orders_locked(*, actor: Person, job_role: str, accession_numbers: Collection[str]) -> list[Any]:
    """The open orders of these numbers whose result the actor may bring, locked, with patients."""
    seen = Order.objects.visible_to(actor).filter(accession_number__in=accession_numbers)
    ids = list(
        seen.filter(job_role=job_role, status__in=selectors.UNDONE).values_list("pk", flat=True)
    )
    list(Order.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    rows = Order.objects.select_related("patient").filter(pk__in=ids, status__in=selectors.UNDONE)
    steps = (OrderStatus.ACCEPTED, OrderStatus.RESULT_READY)
    return [
        order for order in rows if all(selectors.may_step(actor, order, step) for step in steps)
    ]


@transaction.atomic
def orders_result_put(*, actor: Person, finished: list[Finished]) -> None:
    """Bring orders of ``orders_locked`` to RESULT_READY, with what was checked already.

    As ``order_transition`` does step by step; of the steps in between, which nobody can see, there
    is a history and a record but no event.
    """
    if not finished:
        return
    steps = [(order, *step) for order, _, _ in finished for step in _steps(order.status)]
    orders = _finish(finished)
    OrderHistory.objects.bulk_create(
        OrderHistory(order=order, from_status=before, to_status=after, actor_id=actor.pk)
        for order, before, after in steps
    )
    _record(actor, steps)
    publish_all(
        ORDER_MOVED,
        [
            (
                f"order:{order.pk}",
                {"order_id": order.pk, "to_status": order.status, "actor_id": actor.pk},
            )
            for order in orders
        ],
    )


def _finish(finished: list[Finished]) -> list[Order]:
    """What they have in common is one statement for each way that they came."""
    alike: dict[tuple[int, int | None], list[int]] = defaultdict(list)
    for order, result, schema_version in finished:
        order.result = result
        alike[len(_steps(order.status)), schema_version].append(order.pk)
        order.status = OrderStatus.RESULT_READY
    for (steps, schema_version), ids in alike.items():
        Order.objects.filter(pk__in=ids).update(
            status=OrderStatus.RESULT_READY,
            result_schema_version=schema_version,
            version=F("version") + steps,
            updated_at=timezone.now(),
        )
    orders = [order for order, _, _ in finished]
    Order.objects.bulk_update(orders, ["result"])
    return orders


def _steps(status: str) -> list[tuple[str, str]]:
    way = _WAY[_WAY.index(OrderStatus(status)) :]
    return list(pairwise(way))


def _record(actor: Person, steps: list[tuple[Order, str, str]]) -> None:
    def records(permission: str) -> Iterator[dict[str, Any]]:
        for order, before, after in steps:
            if selectors.step_permission(order.job_role, after) == permission:
                yield {
                    "action": "order.transition",
                    "object_type": "order",
                    "object_id": order.pk,
                    "patient_id": order.patient_id,
                    "detail": {"from": before, "to": after},
                }

    for permission in sorted({selectors.step_permission(o.job_role, to) for o, _, to in steps}):
        audit.record_all(actor=actor, permission=permission, records=records(permission))
