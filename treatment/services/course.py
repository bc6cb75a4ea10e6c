"""What happens in a treatment and to its patient: events, adverse events, performance, survival."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from common.person import Person
from treatment import selectors
from treatment.choices import EVENTS_OF, CourseEventKind, PlanStatus, VitalStatus
from treatment.ctcae import DEATH, term_named
from treatment.models import AdverseEvent, CourseEvent, LifeStatus, PerformanceStatus, Plan
from treatment.services.course_records import (
    check_happened,
    check_order,
    patient_for,
    patient_kept,
    refused,
    row_change,
    row_create,
    row_lock,
)


@transaction.atomic
def event_create(*, actor: Person, plan: int, **fields: Any) -> CourseEvent:
    """Record what happened in a treatment that has begun. Raises NotFound, InvalidInput."""
    found: Plan = row_lock(Plan, actor=actor, pk=plan)
    _check_event(found, fields)
    event: CourseEvent = row_create(
        CourseEvent, actor=actor, patient=found.patient, plan=found, **fields
    )
    return event


@transaction.atomic
def event_update(*, actor: Person, pk: int, expected: int, **changes: Any) -> CourseEvent:
    """Raises NotFound, ConflictError, InvalidInput; the plan of an event never changes."""
    event: CourseEvent = row_lock(CourseEvent, actor=actor, pk=pk)
    if changes.pop("plan", event.plan_id) != event.plan_id:
        raise refused("the plan of an event never changes", "plan")
    names = ("kind", "occurred_on", "cycle", "fractions")
    _check_event(event.plan, {name: getattr(event, name) for name in names} | changes)
    row_change(event, actor, expected, **changes)
    return event


def _check_event(plan: Plan, fields: Mapping[str, Any]) -> None:
    kind, day = fields["kind"], fields["occurred_on"]
    if EVENTS_OF.get(kind, plan.kind) != plan.kind:
        raise refused(f"not an event of {plan.kind}", "kind")
    if plan.started_on is None:
        raise refused(f"the treatment is {plan.status} and was not begun", "plan")
    check_happened(plan.patient, day, "occurred_on")
    check_order(plan.started_on, day, "occurred_on")
    ended = plan.status in (PlanStatus.COMPLETED, PlanStatus.STOPPED)
    if ended and kind != CourseEventKind.COMPLICATION and day > plan.ended_on:
        raise refused("lies after the end of the treatment", "occurred_on")
    for name, of in (
        ("cycle", CourseEventKind.CYCLE_GIVEN),
        ("fractions", CourseEventKind.FRACTIONS_GIVEN),
    ):
        if kind == of and fields.get(name) is None:
            raise refused("is missing", name)
    if fields.get("fractions") and plan.fractions and fields["fractions"] > plan.fractions:
        raise refused("more fractions than were planned", "fractions")


@transaction.atomic
def adverse_event_create(
    *, actor: Person, patient: int, plan: int | None = None, **fields: Any
) -> AdverseEvent:
    """Raises NotFound, InvalidInput (dates, a grade that the term does not have)."""
    seen = patient_for(actor, patient)
    if plan is not None and not selectors.plan_of_patient(seen.pk, plan):
        raise refused("no treatment of this patient", "plan")
    named = _checked_adverse(seen, fields)
    event: AdverseEvent = row_create(
        AdverseEvent, actor=actor, patient=seen, plan_id=plan, **fields | named
    )
    return event


@transaction.atomic
def adverse_event_update(*, actor: Person, pk: int, expected: int, **changes: Any) -> AdverseEvent:
    """Raises NotFound, ConflictError, InvalidInput."""
    event: AdverseEvent = row_lock(AdverseEvent, actor=actor, pk=pk)
    patient_kept(event, changes)
    if "plan" in changes:
        changes["plan_id"] = changes.pop("plan")
        if changes["plan_id"] and not selectors.plan_of_patient(
            event.patient_id, changes["plan_id"]
        ):
            raise refused("no treatment of this patient", "plan")
    known = {name: getattr(event, name) for name in ("term", "grade", "onset_on", "ended_on")}
    named = _checked_adverse(event.patient, known | changes)
    row_change(event, actor, expected, **changes | named)
    return event


def _checked_adverse(patient: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The term as CTCAE spells it."""
    check_happened(patient, fields["onset_on"], "onset_on")
    check_happened(patient, fields.get("ended_on"), "ended_on")
    check_order(fields["onset_on"], fields.get("ended_on"), "ended_on")
    known = term_named(fields["term"])
    if known and not known.lowest <= fields["grade"] <= known.highest:
        grades = f"{known.lowest} to {known.highest}"
        raise refused(f"CTCAE gives this term the grades {grades}", "grade")
    if fields["grade"] == DEATH and fields.get("ended_on") is None:
        raise refused("grade 5 is death, which has a day", "ended_on")
    return {"term": known.term if known else fields["term"].strip()}


@transaction.atomic
def performance_create(*, actor: Person, patient: int, **fields: Any) -> PerformanceStatus:
    """Raises NotFound, InvalidInput (a day in the future, no scale)."""
    seen = patient_for(actor, patient)
    _check_performance(seen, fields)
    row: PerformanceStatus = row_create(PerformanceStatus, actor=actor, patient=seen, **fields)
    return row


@transaction.atomic
def performance_update(
    *, actor: Person, pk: int, expected: int, **changes: Any
) -> PerformanceStatus:
    """Raises NotFound, ConflictError, InvalidInput."""
    row: PerformanceStatus = row_lock(PerformanceStatus, actor=actor, pk=pk)
    patient_kept(row, changes)
    known = {name: getattr(row, name) for name in ("assessed_on", "karnofsky", "ecog")}
    _check_performance(row.patient, known | changes)
    row_change(row, actor, expected, **changes)
    return row


def _check_performance(patient: Any, fields: Mapping[str, Any]) -> None:
    check_happened(patient, fields["assessed_on"], "assessed_on")
    if fields.get("karnofsky") is None and fields.get("ecog") is None:
        raise refused("give Karnofsky, ECOG or both", "karnofsky")


@transaction.atomic
def life_status_create(*, actor: Person, patient: int, status: str, on: date, **fields: Any) -> Any:
    """Raises NotFound, InvalidInput: nobody dies twice or is seen alive after death."""
    seen = patient_for(actor, patient)
    check_happened(seen, on, "on")
    known = selectors.life_statuses_locked(seen.pk)
    died = next((row.on for row in known if row.status == VitalStatus.DECEASED), None)
    if died is not None and (status == VitalStatus.DECEASED or on > died):
        raise refused("the patient's death is recorded; remove that record first", "on")
    if status == VitalStatus.DECEASED and any(row.on > on for row in known):
        raise refused("the patient was seen alive after that day", "on")
    return row_create(LifeStatus, actor=actor, patient=seen, status=status, on=on, **fields)
