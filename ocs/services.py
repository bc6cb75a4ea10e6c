"""The only place that changes orders."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from alert import services as alerts
from alert.choices import Kind
from audit import services as audit
from common.errors import BusinessError, ErrorCode, InvalidInput, PermissionDenied
from common.outbox.services import publish
from common.person import Person
from emr import selectors as patients
from ocs import selectors
from ocs.choices import TRANSITIONS, JobRole, OrderStatus, Priority
from ocs.events import ORDER_CREATED, ORDER_MOVED
from ocs.models import Order, OrderHistory
from rbac import services as access
from rbac.permissions import Permission

ACCESS_AFTER_ORDER = timedelta(days=7)
"""How long those who worked an order still see its patient once it has ended."""
_NEW_ORDER_ALERTS: dict[str, Kind] = {
    Priority.ROUTINE: Kind.ORDER_WAITING,
    Priority.URGENT: Kind.ORDER_URGENT,
    Priority.STAT: Kind.ORDER_STAT,
}


def _accession_number(order: Order) -> str:
    """Date and row number: unique without a counter, 16 characters (DICOM VR SH)."""
    return f"{timezone.localtime(order.ordered_at):%y%m%d}{order.pk:010d}"


@transaction.atomic
def order_create(
    *,
    actor: Person,
    patient: int,
    encounter: int | None = None,
    accession_number: str | None = None,
    ordered_at: datetime | None = None,
    **fields: Any,
) -> Order:
    """Order something for a patient the actor sees.

    ``accession_number`` and ``ordered_at`` are for sample data; by default both are made here.
    Raises NotFound (patient), InvalidInput (an encounter of another patient).
    """
    seen = patients.patient_get(actor, patient)
    if encounter is not None and patients.encounter_of_patient(seen, encounter) is None:
        raise InvalidInput(ErrorCode.VALIDATION, "no encounter of this patient", "encounter")
    order = Order.objects.create(
        patient=seen,
        encounter_id=encounter,
        accession_number=accession_number or uuid.uuid4().hex[:16],
        ordered_by_id=actor.pk,
        ordered_at=ordered_at or timezone.now(),
        **fields,
    )
    if accession_number is None:
        order.accession_number = _accession_number(order)
        order.save(update_fields=["accession_number"])
    _record_step(order, actor, "", "", Permission.CREATE_ORDER)
    access.order_access_open(
        actor=actor,
        order_id=order.pk,
        patient_id=seen.pk,
        roles=selectors.roles_opened_to(order.job_role),
    )
    _publish(ORDER_CREATED, order)
    return order


@transaction.atomic
def order_transition(
    *,
    actor: Person,
    order_id: int,
    to_status: str,
    reason: str = "",
    result: dict[str, Any] | None = None,
) -> Order:
    """Move an order one step, under a row lock, with a history row.

    Raises NotFound (not visible), PermissionDenied (not this person's step), BusinessError (not
    possible from the present state), InvalidInput (a laboratory result without values).
    """
    order = selectors.order_get(actor, order_id)
    permission = selectors.step_permission(order.job_role, to_status)
    if not selectors.may_step(actor, order, to_status):
        raise PermissionDenied(f"{order.job_role} order to {to_status} needs {permission}")
    order.refresh_from_db(from_queryset=Order.objects.select_for_update())
    before = order.status
    if to_status not in TRANSITIONS[before]:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"{before} to {to_status}", "status")
    changes: dict[str, Any] = {"status": to_status}
    if to_status == OrderStatus.RESULT_READY:
        if order.job_role == JobRole.LIS and not result:
            raise InvalidInput(ErrorCode.VALIDATION, "a laboratory result has values", "result")
        changes["result"] = result
    order.save_versioned(expected=order.version, **changes)
    _record_step(order, actor, before, reason, permission)
    _access_end(order, actor, before)
    _publish(ORDER_MOVED, order, to_status=to_status, actor_id=actor.pk)
    return order


def _access_end(order: Order, actor: Person, before: str) -> None:
    """An order that nobody had accepted leaves no access behind."""
    if TRANSITIONS[order.status]:
        return
    lasts = ACCESS_AFTER_ORDER if before != OrderStatus.ORDERED else timedelta()
    access.order_access_end(actor=actor, order_id=order.pk, ends_at=timezone.now() + lasts)


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
    return f"/orders?order={order.pk}"


def _publish(topic: str, order: Order, **payload: Any) -> None:
    publish(topic, aggregate=f"order:{order.pk}", payload={"order_id": order.pk, **payload})


def _record_step(
    order: Order, actor: Person, before: str, reason: str, permission: Permission
) -> None:
    """The history row and the audit record of one step."""
    OrderHistory.objects.create(
        order=order, from_status=before, to_status=order.status, actor_id=actor.pk, reason=reason
    )
    audit.record(
        actor=actor,
        action="order.transition" if before else "order.create",
        object_type="order",
        object_id=order.pk,
        patient_id=order.patient_id,
        permission=permission,
        detail={"from": before, "to": order.status},
    )
