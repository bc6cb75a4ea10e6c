"""Read laboratory work; everything a person reads goes through ``visible_to``."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import QuerySet

from common.errors import ErrorCode, NotFound
from common.person import Person
from lis.choices import MessageState
from lis.models import CriticalValue, InboundMessage, LabValue, ResultVersion, Specimen
from ocs import selectors as orders
from rbac.permissions import Permission

Row = TypeVar("Row")


def lab_order_get(user: Person, order_id: int) -> Any:
    """Raises NotFound for what this person may not see and for any other order."""
    order = orders.order_get(user, order_id)
    if order.job_role != "LIS":
        raise NotFound(ErrorCode.ORDER_NOT_FOUND, f"laboratory order {order_id}", "id")
    return order


def specimens_of(user: Person, order: Any) -> QuerySet[Specimen]:
    return Specimen.objects.visible_to(user).filter(order=order.pk)


def specimen_get(user: Person, specimen_id: int) -> Specimen:
    """Raises NotFound."""
    rows = Specimen.objects.visible_to(user).select_related("order")
    found: Specimen = _found(rows.filter(pk=specimen_id).first(), f"specimen {specimen_id}")
    return found


def versions_of(user: Person, order: Any) -> QuerySet[ResultVersion]:
    rows = ResultVersion.objects.visible_to(user, Permission.ENTER_LAB_RESULT)
    return rows.filter(order=order.pk).select_related("order", "entered_by", "verified_by")


def version_get(user: Person, version_id: int) -> ResultVersion:
    """Raises NotFound."""
    rows = ResultVersion.objects.visible_to(user, Permission.CONFIRM_ORDER)
    rows = rows.select_related("order", "entered_by")
    found: ResultVersion = _found(rows.filter(pk=version_id).first(), f"result {version_id}")
    return found


def values_visible_to(user: Person) -> QuerySet[LabValue]:
    return LabValue.objects.visible_to(user).filter(current=True).select_related("order")


def criticals_visible_to(user: Person) -> QuerySet[CriticalValue]:
    rows = CriticalValue.objects.visible_to(user, Permission.CRITICAL_RESULT)
    return rows.select_related("order", "patient").prefetch_related("attempts__by")


def critical_get(user: Person, critical_id: int) -> CriticalValue:
    """Raises NotFound."""
    row: CriticalValue | None = criticals_visible_to(user).filter(pk=critical_id).first()
    found: CriticalValue = _found(row, f"critical value {critical_id}")
    return found


def critical_for_handler(critical_id: int) -> CriticalValue:
    """For a delivered event; not filtered by rights."""
    found: CriticalValue = CriticalValue.objects.select_related("order").get(pk=critical_id)
    return found


def criticals_open() -> QuerySet[CriticalValue]:
    """For the escalation; not filtered by rights."""
    return CriticalValue.objects.open().select_related("order").order_by("id")


def messages_visible_to(user: Person) -> QuerySet[InboundMessage]:
    """What is of an order that the person does not see is not theirs either."""
    rows = InboundMessage.objects.visible_to(user, Permission.ENTER_LAB_RESULT)
    unseen = rows.exclude(order=None).exclude(order__in=orders.orders_visible_to(user))
    found: QuerySet[InboundMessage] = rows.exclude(pk__in=unseen.values("pk"))
    return found.select_related("order", "received_by")


def message_get(user: Person, message_id: int) -> InboundMessage:
    """Raises NotFound."""
    row: InboundMessage | None = messages_visible_to(user).filter(pk=message_id).first()
    return _found(row, f"message {message_id}")


WAITING = (MessageState.HELD, MessageState.PARTIAL)


def _found(row: Row | None, detail: str) -> Row:
    if row is None:
        raise NotFound(ErrorCode.LAB_ITEM_NOT_FOUND, detail, "id")
    return row
