"""Read orders; everything a person reads goes through ``visible_to``."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from acct import selectors as accounts
from common.errors import ErrorCode, NotFound
from common.once import once
from common.person import Person
from ocs import result_schemas
from ocs.choices import TRANSITIONS, JobRole, OrderStatus
from ocs.models import Order, OrderHistory, OrderNote
from rbac.permissions import Permission, Role, Scope
from rbac.selectors import roles_with, scope_for

GENETIC = "GENETIC"
DUPLICATE_WITHIN = timedelta(hours=24)
OPEN = [status for status, following in TRANSITIONS.items() if following]
UNDONE = [status for status in OPEN if status != OrderStatus.RESULT_READY]
_SETS = Path(__file__).parent / "data" / "order_sets.json"
_WORK: dict[str, Permission] = {
    JobRole.RIS: Permission.WORK_RIS_ORDER,
    JobRole.LIS: Permission.WORK_LIS_ORDER,
    JobRole.TREATMENT: Permission.CREATE_ORDER,
    JobRole.CONSULT: Permission.CREATE_ORDER,
}


def orders_visible_to(user: Person) -> QuerySet[Order]:
    return Order.objects.visible_to(user).select_related("patient", "ordered_by", "assigned_to")


def orders_open_of(user: Person, patient: Any) -> QuerySet[Order]:
    """Neither confirmed nor cancelled, the newest first."""
    return orders_visible_to(user).filter(patient=patient, status__in=OPEN)


def order_get(user: Person, pk: int) -> Order:
    """Raises NotFound for what this person may not see."""
    order = orders_visible_to(user).filter(pk=pk).first()
    if order is None:
        raise NotFound(ErrorCode.ORDER_NOT_FOUND, f"order {pk}", "id")
    return order


def order_by_accession(accession_number: str) -> Order | None:
    """The order of a DICOM Accession Number (0008,0050), for matching; not filtered by rights."""
    return orders_by_accession([accession_number]).get(accession_number)


def orders_by_accession(accession_numbers: Collection[str]) -> dict[str, Order]:
    """As ``order_by_accession``, of several, by their numbers."""
    named = Order.objects.select_related("patient").filter(accession_number__in=accession_numbers)
    return {order.accession_number: order for order in named}


def patients_of_accessions(accession_numbers: Collection[str]) -> set[int]:
    """Ids of the patients of these orders; not filtered by rights."""
    found = Order.objects.filter(accession_number__in=accession_numbers)
    return set(found.values_list("patient_id", flat=True))


def order_for_handler(pk: int) -> Order:
    """For a delivered event; not filtered by rights."""
    return Order.objects.select_related("patient").get(pk=pk)


def imaging_orders(pks: Iterable[int]) -> QuerySet[Order]:
    """Those of radiology among the orders, for handlers; not filtered by rights."""
    named = Order.objects.filter(pk__in=list(pks), job_role=JobRole.RIS)
    return named.select_related("patient", "ordered_by").order_by("pk")


def imaging_orders_open() -> QuerySet[Order]:
    """Orders of radiology without a result, for the modality worklist; not filtered by rights."""
    undone = Order.objects.filter(job_role=JobRole.RIS, status__in=UNDONE)
    return undone.select_related("patient", "ordered_by").order_by("pk")


def sees_order(user: Person, order: Order) -> bool:
    return orders_visible_to(user).filter(pk=order.pk).exists()


def department_of(order: Order) -> QuerySet[Any]:
    """Those whose right it is to work the order."""
    return accounts.users_with(_WORK[order.job_role])


def roles_opened_to(job_role: str) -> list[Role]:
    """To whom an order opens its patient: the department that images or measures.

    Treatments and consultations are for any doctor, which is no department: a restricted patient
    is shared with the doctor who is asked.
    """
    return roles_with(_WORK[job_role]) if job_role in (JobRole.RIS, JobRole.LIS) else []


def orderer_of(order: Order) -> QuerySet[Any]:
    return accounts.users_list().filter(pk=order.ordered_by_id, is_active=True)


def participants_of(order: Order) -> QuerySet[Any]:
    """The orderer and all who moved the order."""
    return accounts.users_list().filter(pk__in=order_history(order).values("actor"), is_active=True)


def order_history(order: Order) -> QuerySet[OrderHistory]:
    return OrderHistory.objects.filter(order=order).select_related("actor")


def step_permission(job_role: str, to_status: str) -> Permission:
    """The right that moves an order of ``job_role`` to ``to_status``.

    Treatments and consultations are worked by doctors, who are those that hold create_order.
    Cancelling needs create_order and is for the orderer alone.
    """
    if to_status == OrderStatus.CONFIRMED:
        return Permission.CONFIRM_ORDER
    if to_status == OrderStatus.CANCELLED:
        return Permission.CREATE_ORDER
    if to_status == OrderStatus.RESULT_READY and job_role == JobRole.LIS:
        return Permission.ENTER_LAB_RESULT
    return _WORK[job_role]


def may_step(user: Person, order: Order, to_status: str) -> bool:
    """Whether this person has the right to the step; whether it is possible now is not asked.

    Cancelling, and confirming the answer to a consultation, is for whoever ordered it.
    """
    scope = scope_for(user, step_permission(order.job_role, to_status))
    reached = scope is Scope.ALL or scope.value == order.job_role.lower()
    answered = to_status == OrderStatus.CONFIRMED and order.job_role == JobRole.CONSULT
    orderers = answered or to_status == OrderStatus.CANCELLED
    return reached and (not orderers or order.ordered_by_id == user.pk)


def is_own_consultation(user_id: int, order: Order) -> bool:
    """A consultation is another doctor's work than that of the one who asks for it."""
    return order.job_role == JobRole.CONSULT and order.ordered_by_id == user_id


def may_release(user: Person, order: Order) -> bool:
    """A confirmed result is the patient's to read: of a genetic one a doctor decides that."""
    released_by_doctor = scope_for(user, Permission.CONFIRM_ORDER) is Scope.ALL
    return order.job_type != GENETIC or released_by_doctor


def result_shown(user: Person, order: Order) -> bool:
    """Patients see a result once it is confirmed, everybody else as soon as it is there."""
    own = scope_for(user, Permission.VIEW_ORDER) is Scope.OWN
    return not own or order.status == OrderStatus.CONFIRMED


def has_result(user: Person, order: Order) -> bool:
    """Whether a result is out, and this person sees it."""
    out = order.status in (OrderStatus.RESULT_READY, OrderStatus.CONFIRMED)
    return out and result_shown(user, order)


def work_permission(job_role: str) -> Permission:
    return _WORK[job_role]


def may_work(user: Person, order: Order) -> bool:
    return scope_for(user, _WORK[order.job_role]) is not Scope.NONE


def may_note(user: Person, order: Order) -> bool:
    """Those who order and those who work the order."""
    return may_work(user, order) or user.has_permission(Permission.CREATE_ORDER)


def assignees_of(order: Order) -> list[Any]:
    """Those who may work the order and see it."""
    return [
        user
        for user in department_of(order)
        if sees_order(user, order) and not is_own_consultation(user.pk, order)
    ]


def people(ids: set[Any]) -> QuerySet[Any]:
    return accounts.users_list().filter(pk__in=ids, is_active=True)


def assignee_of(order: Order) -> Any:
    return people({order.assigned_to_id}).first()


def notes_of(user: Person, order: Order) -> QuerySet[OrderNote]:
    return OrderNote.objects.visible_to(user).filter(order=order).select_related("author", "order")


def orders_overdue(now: datetime) -> QuerySet[Order]:
    """Not done at their due time, and nobody was alerted; not filtered by rights."""
    late = Order.objects.filter(due_at__lt=now, overdue_alerted_at=None, status__in=UNDONE)
    return late.select_related("patient").order_by("due_at")


def possible_duplicates(user: Person, patient: int, job_type: str) -> QuerySet[Order]:
    """Open orders of the same for the same patient within a day, that the person sees."""
    since = timezone.now() - DUPLICATE_WITHIN
    same = orders_visible_to(user).filter(patient=patient, job_type=job_type)
    return same.filter(ordered_at__gte=since, status__in=OPEN)


@once
def order_sets() -> dict[str, dict[str, Any]]:
    """What is ordered together, by the id of the set."""
    found: dict[str, dict[str, Any]] = json.loads(_SETS.read_text(encoding="utf-8"))
    return found


def order_set_get(set_id: str) -> dict[str, Any]:
    """Raises NotFound."""
    found = order_sets().get(set_id)
    if found is None:
        raise NotFound(ErrorCode.ORDER_SET_NOT_FOUND, f"order set {set_id}", "id")
    return found


def result_schema_get(job_type: str, version: int | None = None) -> result_schemas.Schema:
    """Raises NotFound for a job type without a schema; its result is any object."""
    schema = result_schemas.schema_of(job_type, version)
    if schema is None:
        raise NotFound(ErrorCode.RESULT_SCHEMA_NOT_FOUND, f"result schema {job_type}", "job_type")
    return schema


def orders_with_result(user: Person) -> QuerySet[Order]:
    """Of those that the person sees: all for the staff, confirmed ones for the patient."""
    mine = orders_visible_to(user)
    own = scope_for(user, Permission.VIEW_ORDER) is Scope.OWN
    return mine.filter(status=OrderStatus.CONFIRMED) if own else mine
