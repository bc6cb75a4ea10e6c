"""Treatments: what is planned, what was begun, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from alert import services as alerts
from alert.choices import Kind
from common.errors import BusinessError, ErrorCode, NotFound
from common.outbox.services import publish
from common.person import Person
from ocs import selectors as orders
from treatment import selectors
from treatment.choices import (
    PLAN_TRANSITIONS,
    CourseEventKind,
    PlanStatus,
    RecordAction,
    TreatmentKind,
)
from treatment.events import PLAN_ENDED
from treatment.models import CourseEvent, Plan
from treatment.services.course_records import (
    check_happened,
    check_order,
    patient_for,
    patient_kept,
    refused,
    row_change,
    row_create,
    row_lock,
    row_remove,
)

FIELDS_OF: dict[str, tuple[str, ...]] = {
    TreatmentKind.SURGERY: ("extent_of_resection", "resection_percent"),
    TreatmentKind.RADIOTHERAPY: ("total_dose_gy", "fractions", "technique", "target"),
    TreatmentKind.CHEMOTHERAPY: ("regimen", "drugs", "cycles"),
}
HIGHEST_FRACTION_GY = 30
"""A single fraction of radiosurgery does not reach it."""


@transaction.atomic
def plan_create(*, actor: Person, patient: int, order: int | None = None, **fields: Any) -> Plan:
    """Plan a treatment of a patient the actor sees.

    Raises NotFound (patient), InvalidInput (details of another kind, a foreign order, dates).
    """
    seen = patient_for(actor, patient)
    _check_details(fields)
    check_order(seen.birth_date, fields.get("planned_on"), "planned_on")
    linked = _order_for(actor, seen.pk, order)
    plan: Plan = row_create(Plan, actor=actor, patient=seen, order_id=linked, **fields)
    return plan


@transaction.atomic
def plan_update(*, actor: Person, pk: int, expected: int, **changes: Any) -> Plan:
    """Change a plan that has not ended.

    Raises NotFound, ConflictError, BusinessError, InvalidInput (another patient or
    kind, details of another kind, a foreign order, dates).
    """
    plan: Plan = row_lock(Plan, actor=actor, pk=pk)
    patient_kept(plan, changes)
    if not PLAN_TRANSITIONS[plan.status]:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"plan is {plan.status}", "status")
    if changes.get("kind", plan.kind) != plan.kind:
        raise refused("the kind of a treatment never changes", "kind")
    known = {name: getattr(plan, name) for name in FIELDS_OF[plan.kind]}
    _check_details(known | changes | {"kind": plan.kind})
    check_order(plan.patient.birth_date, changes.get("planned_on"), "planned_on")
    if "order" in changes:
        changes["order_id"] = _order_for(actor, plan.patient_id, changes.pop("order"))
    row_change(plan, actor, expected, **changes)
    return plan


@transaction.atomic
def plan_move(
    *, actor: Person, pk: int, expected: int, status: str, on: date, reason: str = ""
) -> Plan:
    """Start, complete or stop a treatment on a day; stopping has a reason.

    Raises NotFound, ConflictError (changed meanwhile), BusinessError (not possible from the
    present state), InvalidInput (dates, no reason, an extent of resection that is missing).
    """
    plan: Plan = row_lock(Plan, actor=actor, pk=pk)
    if status not in PLAN_TRANSITIONS[plan.status]:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"{plan.status} to {status}", "status")
    check_happened(plan.patient, on, "on")
    changes: dict[str, Any] = {"status": status}
    if status == PlanStatus.ACTIVE:
        changes["started_on"] = on
    else:
        changes |= {"ended_on": on, "stop_reason": reason if status == PlanStatus.STOPPED else ""}
        _check_end(plan, status, on, reason)
    row_change(plan, actor, expected, action=RecordAction.MOVED, **changes)
    if status != PlanStatus.ACTIVE:
        payload = {"plan_id": plan.pk, "actor_id": actor.pk}
        publish(PLAN_ENDED, aggregate=f"plan:{plan.pk}", payload=payload)
    return plan


def plan_remove(*, actor: Person, pk: int, expected: int, reason: str) -> None:
    """Raises BusinessError for a plan in which something happened: that would hang in the air."""
    with transaction.atomic():
        plan: Plan = row_lock(Plan, actor=actor, pk=pk)
        if plan.events.live().exists() or plan.adverse_events.live().exists():
            raise BusinessError(ErrorCode.INVALID_TRANSITION, f"plan {pk} has events", "id")
        row_remove(Plan, actor=actor, pk=pk, expected=expected, reason=reason)


@transaction.atomic
def orderer_alert(*, plan_id: int, actor_id: int) -> None:
    """Tell who ordered the treatment that it has ended, unless they ended it."""
    plan = selectors.plan_for_handler(plan_id)
    if plan.order is not None and plan.order.ordered_by_id != actor_id:
        alerts.notify(
            user_id=plan.order.ordered_by_id,
            kind=Kind.TREATMENT_ENDED,
            dedup_key=f"plan:{plan_id}:ended",
            params={"plan_id": plan_id, "by": actor_id},
            link=selectors.link_to(plan.patient_id),
        )


def _check_end(plan: Plan, status: str, on: date, reason: str) -> None:
    check_order(plan.started_on, on, "on")
    if status == PlanStatus.STOPPED and not reason.strip():
        raise refused("why was the treatment stopped?", "reason")
    surgery = plan.kind == TreatmentKind.SURGERY
    if status == PlanStatus.COMPLETED and surgery and not plan.extent_of_resection:
        raise refused("a completed operation has an extent", "extent_of_resection")
    later = CourseEvent.objects.live().filter(plan=plan, occurred_on__gt=on)
    if later.exclude(kind=CourseEventKind.COMPLICATION).exists():
        raise refused("an event of this treatment was recorded after that day", "on")


def _order_for(actor: Person, patient_id: int, order: int | None) -> int | None:
    """Raises InvalidInput for what is no treatment order of this patient."""
    if order is None:
        return None
    try:
        found = orders.order_get(actor, order)
    except NotFound:
        raise refused("no treatment order of this patient", "order") from None
    if found.patient_id != patient_id or found.job_role != "TREATMENT":
        raise refused("no treatment order of this patient", "order")
    if found.status == "CANCELLED":
        raise refused("the order was cancelled", "order")
    return found.pk


def _check_details(values: Mapping[str, Any]) -> None:
    """Raises InvalidInput for details of another kind, or for what the kind cannot do without."""
    kind = values["kind"]
    for other, names in FIELDS_OF.items():
        for name in names:
            if other != kind and values.get(name) not in (None, "", []):
                raise refused(f"not a detail of {kind}", name)
    if kind == TreatmentKind.RADIOTHERAPY:
        _check_dose(values.get("total_dose_gy"), values.get("fractions"))
    if kind == TreatmentKind.CHEMOTHERAPY:
        _check_drugs(values)


def _check_dose(dose: Decimal | None, fractions: int | None) -> None:
    if dose is None:
        raise refused("a radiotherapy has a total dose", "total_dose_gy")
    if not fractions:
        raise refused("a radiotherapy has fractions", "fractions")
    if dose / fractions > HIGHEST_FRACTION_GY:
        raise refused(f"more than {HIGHEST_FRACTION_GY} Gy a fraction", "total_dose_gy")


def _check_drugs(values: Mapping[str, Any]) -> None:
    drugs, cycles = values.get("drugs") or [], values.get("cycles") or []
    if not values.get("regimen") and not drugs:
        raise refused("a chemotherapy has a regimen or drugs", "regimen")
    if len({drug.casefold() for drug in drugs}) < len(drugs):
        raise refused("a drug is named twice", "drugs")
    seen = set()
    for dose in cycles:
        if dose["drug"] not in drugs:
            raise refused("a dose of a drug that is not among the drugs", "cycles")
        key = (dose["cycle"], dose["day"], dose["drug"])
        if key in seen:
            raise refused("two doses of one drug on one day of a cycle", "cycles")
        seen.add(key)
