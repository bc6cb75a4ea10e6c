"""Read laboratory work; everything a person reads goes through ``visible_to``."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber

from common.errors import ErrorCode, NotFound
from common.person import Person
from lis.choices import MessageState, ResultState
from lis.models import CriticalValue, InboundMessage, LabValue, ResultVersion, Specimen
from ocs import selectors as orders
from rbac.permissions import Permission

Row = TypeVar("Row")
NEWEST = 6
"""Values of one analyte in the table of all."""


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


def results_out(user: Person) -> QuerySet[ResultVersion]:
    """The verified versions of results that the person sees, amended ones too."""
    seen = ResultVersion.objects.filter(order__in=orders.orders_with_result(user))
    found = seen.exclude(verified_at=None).exclude(state=ResultState.ENTERED)
    return found.select_related("order").defer("entered", "values")


def values_visible_to(user: Person) -> QuerySet[LabValue]:
    """With ``before``: what the value was until it was amended."""
    earlier = LabValue.objects.filter(
        order=OuterRef("order"), code=OuterRef("code"), current=False
    ).order_by("-id")
    rows: Any = LabValue.objects.visible_to(user).filter(current=True).select_related("order")
    found: QuerySet[LabValue] = rows.annotate(before=Subquery(earlier.values("text")[:1]))
    return found


def analytes_of(user: Person, patient_id: int) -> list[dict[str, Any]]:
    """What was measured of a patient: the newest values of each analyte, the newest first."""
    same, newest_first = F("code"), [F("at").desc(), F("id").desc()]
    rows: Any = values_visible_to(user).filter(patient=patient_id)
    ranked = rows.annotate(
        rank=Window(RowNumber(), partition_by=same, order_by=newest_first),
        total=Window(Count("id"), partition_by=same),
    )
    found: dict[str, dict[str, Any]] = {}
    for row in ranked.filter(rank__lte=NEWEST).order_by("-at", "-id"):
        one = found.setdefault(
            row.code, {"code": row.code, "count": row.total, "unit": row.unit, "values": []}
        )
        one["values"].append(row)
    return list(found.values())


def criticals_visible_to(user: Person) -> QuerySet[CriticalValue]:
    rows = CriticalValue.objects.visible_to(user, Permission.CRITICAL_RESULT)
    return rows.select_related("order", "patient").prefetch_related("attempts__by")


def criticals_open_of(user: Person, patient_id: int) -> QuerySet[CriticalValue]:
    """Not yet read back by anybody."""
    waiting = CriticalValue.objects.open().values("pk")
    return criticals_visible_to(user).filter(patient=patient_id, pk__in=waiting)


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
