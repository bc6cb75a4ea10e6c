"""The only place that changes orders: their creation and their steps.

``results`` checks what is entered, ``assignment`` is who does an order and their notes,
``order_alerts`` tells people.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.errors import BusinessError, ErrorCode, InvalidInput, PermissionDenied
from common.outbox.services import publish
from common.person import Person
from emr import selectors as patients
from ocs import selectors
from ocs.choices import (
    PART_OF,
    PLACED_TREATMENTS,
    TRANSITIONS,
    UNPAIRED,
    JobRole,
    OrderStatus,
)
from ocs.events import ORDER_AMENDED, ORDER_CREATED, ORDER_MOVED
from ocs.models import Order, OrderHistory
from ocs.services.results import result_checked
from rbac import services as access
from rbac.permissions import Permission

ACCESS_AFTER_ORDER = timedelta(days=7)
"""How long those who worked an order still see its patient once it has ended."""
FURTHEST_DUE = timedelta(days=731)
_WORKED = (OrderStatus.ACCEPTED, OrderStatus.IN_PROGRESS, OrderStatus.RESULT_READY)


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
    reason: str = "",
    **fields: Any,
) -> Order:
    """Order something for a patient the actor sees.

    ``accession_number`` and ``ordered_at`` are for sample data; by default both are made here.
    ``reason``: why, although the same is ordered already.
    Raises NotFound (patient), InvalidInput (an encounter of another patient, a part of the body or
    a side where it makes no sense, an impossible due time).
    """
    _site_check(fields)
    _due_check(fields.get("due_at"), ordered_at or timezone.now())
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
    _record_step(order, actor, "", reason, Permission.CREATE_ORDER)
    access.order_access_open(
        actor=actor,
        order_id=order.pk,
        patient_id=seen.pk,
        roles=selectors.roles_opened_to(order.job_role),
    )
    _publish(ORDER_CREATED, order)
    return order


def _site_check(fields: dict[str, Any]) -> None:
    """A part of the body where something is done at one; a side where the part has sides."""
    part, side = fields.get("body_part", ""), fields.get("laterality", "")
    placed = fields["job_role"] == JobRole.RIS or fields["job_type"] in PLACED_TREATMENTS
    if not placed and (part or side):
        name = "body_part" if part else "laterality"
        raise InvalidInput(ErrorCode.VALIDATION, "not for this kind of order", name)
    part = part or PART_OF.get(fields["job_type"], "")
    if side and (not part or part in UNPAIRED):
        raise InvalidInput(ErrorCode.VALIDATION, "needs a body part that has sides", "laterality")


def _due_check(due_at: datetime | None, ordered_at: datetime) -> None:
    if due_at is not None and not ordered_at < due_at < ordered_at + FURTHEST_DUE:
        raise InvalidInput(ErrorCode.VALIDATION, "after now and within two years", "due_at")


@transaction.atomic
def order_set_apply(
    *,
    actor: Person,
    set_id: str,
    patient: int,
    rows: Sequence[int] | None = None,
    clinical_info: str = "",
    reason: str = "",
) -> list[Order]:
    """Order a set, or its ``rows``, for one patient, or nothing.

    Raises NotFound (set, patient), InvalidInput (a row that the set does not have).
    """
    orders = selectors.order_set_get(set_id)["orders"]
    wanted = range(len(orders)) if rows is None else sorted(set(rows))
    if wanted[-1] >= len(orders):
        raise InvalidInput(ErrorCode.VALIDATION, f"the set has {len(orders)} orders", "rows")
    said = {"clinical_info": clinical_info, "reason": reason}
    return [order_create(actor=actor, patient=patient, **orders[row] | said) for row in wanted]


@transaction.atomic
def order_transition(
    *,
    actor: Person,
    order_id: int,
    to_status: str,
    reason: str = "",
    result: dict[str, Any] | None = None,
    by_right_of: str = "",
) -> Order:
    """Move an order one step, under a row lock, with a history row.

    ``by_right_of``: the step whose right is asked instead, for whoever verifies a result.
    Raises NotFound (not visible), PermissionDenied (not this person's step), BusinessError (not
    possible from the present state, one's own consultation), InvalidInput (a result that its type
    does not allow).
    """
    order = selectors.order_get(actor, order_id)
    permission = selectors.step_permission(order.job_role, by_right_of or to_status)
    if not selectors.may_step(actor, order, by_right_of or to_status):
        raise PermissionDenied(f"{order.job_role} order to {to_status} needs {permission}")
    if to_status in _WORKED and selectors.is_own_consultation(actor.pk, order):
        raise BusinessError(ErrorCode.OWN_CONSULTATION, f"order {order_id}")
    if to_status == OrderStatus.CONFIRMED and not selectors.may_release(actor, order):
        raise PermissionDenied("a doctor releases a genetic result to the patient", "job_type")
    order_lock(order)
    before = order.status
    if to_status not in TRANSITIONS[before]:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"{before} to {to_status}", "status")
    changes: dict[str, Any] = {"status": to_status}
    if to_status == OrderStatus.ACCEPTED and order.job_role == JobRole.CONSULT:
        given = order.assigned_to_id
        changes["assigned_to_id"] = given if given and given != order.ordered_by_id else actor.pk
    if to_status == OrderStatus.RESULT_READY:
        changes["result"], changes["result_schema_version"] = result_checked(order, result)
    order.save_versioned(expected=order.version, **changes)
    _record_step(order, actor, before, reason, permission)
    _access_end(order, actor, before)
    _publish(ORDER_MOVED, order, to_status=to_status, actor_id=actor.pk)
    return order


def order_lock(order: Order) -> None:
    """For an app above that changes what belongs to an order, in its transaction."""
    order.refresh_from_db(from_queryset=Order.objects.select_for_update())


@transaction.atomic
def order_result_amend(
    *,
    actor: Person,
    order_id: int,
    result: dict[str, Any],
    reason: str,
    by_right_of: str = OrderStatus.RESULT_READY,
) -> Order:
    """Correct a result that is out; the state stays, the history says who and why.

    ``by_right_of``: see ``order_transition``.
    Raises NotFound, PermissionDenied, BusinessError (no result yet), InvalidInput.
    """
    order = selectors.order_get(actor, order_id)
    permission = selectors.step_permission(order.job_role, by_right_of)
    if not selectors.may_step(actor, order, by_right_of):
        raise PermissionDenied(f"to amend a {order.job_role} result needs {permission}")
    order_lock(order)
    if order.status not in (OrderStatus.RESULT_READY, OrderStatus.CONFIRMED):
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"amend when {order.status}", "status")
    stored, version = result_checked(order, result)
    order.save_versioned(expected=order.version, result=stored, result_schema_version=version)
    _record_step(order, actor, order.status, reason, permission)
    _publish(ORDER_AMENDED, order, actor_id=actor.pk)
    return order


def _access_end(order: Order, actor: Person, before: str) -> None:
    """An order that nobody had accepted leaves no access behind."""
    if TRANSITIONS[order.status]:
        return
    lasts = ACCESS_AFTER_ORDER if before != OrderStatus.ORDERED else timedelta()
    access.order_access_end(actor=actor, order_id=order.pk, ends_at=timezone.now() + lasts)


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
