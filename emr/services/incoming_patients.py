"""Patients of other hospitals: staged, compared with ours, and resolved by a person one by one.

Nobody is linked, changed or merged by itself: only a person's earlier decision about the same
number of the same source is an exact match.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.errors import BusinessError, ErrorCode, InvalidInput, NotFound
from common.outbox.services import publish
from common.person import Person
from emr import selectors, services
from emr.choices import IncomingDecision, IncomingState, RunState
from emr.events import INCOMING_RUN
from emr.models import IncomingPatient, IncomingRun
from emr.selectors import likeness
from rbac.permissions import Permission

STEP = 200
MOST_CANDIDATES = 10
Checked = tuple[dict[str, Any], str]
"""The row as it may stand here, and why it may not: the name of the field."""


@transaction.atomic
def run_request(*, actor: Person, source: str, rows: list[Checked]) -> IncomingRun:
    """Stage the rows; comparing them follows. One that was sent before takes its new values."""
    run = IncomingRun.objects.create(source=source, requested_by_id=actor.pk, total=len(rows))
    numbers = {payload["external_id"] for payload, reason in rows if not reason}
    known = IncomingPatient.objects.select_for_update().filter(
        source=source, external_id__in=numbers
    )
    there = {row.external_id: row for row in known.order_by("pk")}
    staged: dict[str, IncomingPatient] = {}
    bad: list[IncomingPatient] = []
    for line, (payload, found) in enumerate(rows, start=1):
        reason = found or (payload["external_id"] in staged and "external_id: sent twice") or ""
        number = None if reason else payload["external_id"]
        row = there.get(number) or IncomingPatient(source=source, external_id=number)
        row.run, row.line = run, line
        _stage(row, payload, reason)
        if number is None:
            bad.append(row)
        else:
            staged[number] = row
    fresh = [row for row in staged.values() if row.pk is None]
    IncomingPatient.objects.bulk_create([*fresh, *bad], batch_size=500)
    again = [row for row in staged.values() if row.external_id in there]
    changed = ["run", "line", "payload", "state", "reason", "candidates"]
    IncomingPatient.objects.bulk_update(again, changed, batch_size=500)
    publish(INCOMING_RUN, aggregate=f"incoming_run:{run.pk}", payload={"run_id": run.pk})
    audit.record(
        actor=actor,
        action="incoming.request",
        object_type="incoming_run",
        object_id=run.pk,
        permission=Permission.EDIT_PATIENT,
    )
    return run


def _stage(row: IncomingPatient, payload: dict[str, Any], reason: str) -> None:
    """What a person rejected stays rejected until it is sent with other values."""
    decided = row.state == IncomingState.REJECTED and row.resolved_by_id is not None
    if decided and row.payload == payload:
        return
    row.payload, row.reason, row.candidates = payload, reason, []
    if reason:
        row.state = IncomingState.REJECTED
    elif row.patient_id is not None:
        row.state = IncomingState.MATCHED_EXACT
    else:
        row.state = IncomingState.WAITING


def run_continue(*, run_id: int) -> None:
    """Compare what waits, in steps that a dead worker does not lose."""
    run = IncomingRun.objects.get(pk=run_id)
    waiting = IncomingPatient.objects.filter(run=run, state=IncomingState.WAITING)
    while page := list(waiting.order_by("line", "pk")[:STEP]):
        _compare(page)
        run.done = run.total - waiting.count()
        run.save(update_fields=["done"])
    _finish(run, RunState.DONE)


def run_fail(*, run_id: int) -> None:
    _finish(IncomingRun.objects.get(pk=run_id), RunState.FAILED)


def _finish(run: IncomingRun, state: RunState) -> None:
    run.state, run.finished_at = state, timezone.now()
    if state == RunState.DONE:
        run.done = run.total
    run.save()


def _compare(page: list[IncomingPatient]) -> None:
    for row in page:
        likely = likeness.likely_patients(_person(row.payload))[:MOST_CANDIDATES]
        row.candidates = [
            {"patient": one.patient.pk, "score": one.score, "alike": one.alike} for one in likely
        ]
        row.state = IncomingState.CANDIDATES if likely else IncomingState.NEW
    with transaction.atomic():
        for row in page:
            waiting = IncomingPatient.objects.filter(pk=row.pk, state=IncomingState.WAITING)
            waiting.update(state=row.state, candidates=row.candidates)


def _person(payload: dict[str, Any]) -> likeness.Identity:
    return likeness.Identity(
        full_name=payload["full_name"],
        birth_date=date.fromisoformat(payload["birth_date"]),
        gender=payload["gender"],
        phone=payload.get("phone", ""),
    )


@transaction.atomic
def row_resolve(
    *,
    actor: Person,
    pk: int,
    decision: str,
    patient: int | None = None,
    patient_id: str = "",
    reason: str = "",
) -> IncomingPatient:
    """A person says who it is. ``patient``: whom to link; ``patient_id``: the MRN of a new one.

    Raises NotFound, BusinessError (resolved already, or compared soon), InvalidInput,
    ConflictError (the MRN is taken, the patient was merged).
    """
    row = IncomingPatient.objects.visible_to(actor).select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound(ErrorCode.RECORD_NOT_FOUND, f"incoming patient {pk}", "id")
    if row.state not in (IncomingState.CANDIDATES, IncomingState.NEW):
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"it is {row.state}", "id")
    resolve = _RESOLVERS[IncomingDecision(decision)]
    resolve(actor, row, patient, patient_id, reason)
    row.resolved_by_id, row.resolved_at = actor.pk, timezone.now()
    row.save()
    audit.record(
        actor=actor,
        action=f"incoming.{decision}",
        object_type="incoming_patient",
        object_id=pk,
        permission=Permission.EDIT_PATIENT,
        patients=[row.patient_id],
    )
    return row


def _link(actor: Person, row: IncomingPatient, patient: int | None, *_: str) -> None:
    if patient is None:
        raise InvalidInput(ErrorCode.VALIDATION, "whom to link", "patient")
    row.patient = selectors.patient_get(actor, patient, Permission.EDIT_PATIENT)
    row.state = IncomingState.RESOLVED


def _create(actor: Person, row: IncomingPatient, _: int | None, mrn: str, __: str) -> None:
    if not mrn:
        raise InvalidInput(ErrorCode.VALIDATION, "the MRN of the new patient", "patient_id")
    names = ("full_name", "gender", "phone", "address")
    fields = {name: row.payload[name] for name in names if name in row.payload}
    born = date.fromisoformat(row.payload["birth_date"])
    row.patient = services.patient_create(actor=actor, patient_id=mrn, birth_date=born, **fields)
    row.state = IncomingState.RESOLVED


def _reject(_: Person, row: IncomingPatient, __: int | None, ___: str, reason: str) -> None:
    if not reason:
        raise InvalidInput(ErrorCode.VALIDATION, "why", "reason")
    row.state, row.reason = IncomingState.REJECTED, reason


_RESOLVERS: dict[IncomingDecision, Callable[..., None]] = {
    IncomingDecision.LINK: _link,
    IncomingDecision.CREATE: _create,
    IncomingDecision.REJECT: _reject,
}
