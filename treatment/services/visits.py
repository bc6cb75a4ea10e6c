"""Follow-up visits: planned, reminded of, held or missed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from acct import selectors as accounts
from alert import services as alerts
from alert.choices import Kind
from common.errors import BusinessError, ErrorCode
from common.person import Person
from emr import selectors as patients
from rbac.permissions import Permission
from treatment import selectors
from treatment.choices import VISIT_TRANSITIONS, RecordAction, VisitStatus
from treatment.models import Visit
from treatment.services.course_records import (
    patient_for,
    patient_kept,
    refused,
    row_change,
    row_create,
    row_lock,
    row_recorded,
)

REMINDED_BEFORE = timedelta(hours=24)
MISSED_AFTER = timedelta(hours=12)
PLANNED_AHEAD = timedelta(days=3650)


@transaction.atomic
def visit_create(
    *,
    actor: Person,
    patient: int,
    planned_at: datetime,
    clinician: int | None = None,
    **fields: Any,
) -> Visit:
    """Plan a visit; ``clinician`` is the actor by default. Raises NotFound, InvalidInput."""
    seen = patient_for(actor, patient)
    _check_planned(planned_at)
    doctor = actor.pk if clinician is None else _clinician_for(seen.pk, clinician)
    visit: Visit = row_create(
        Visit, actor=actor, patient=seen, planned_at=planned_at, clinician_id=doctor, **fields
    )
    return visit


@transaction.atomic
def visit_update(*, actor: Person, pk: int, expected: int, **changes: Any) -> Visit:
    """Change a planned visit. Raises NotFound, ConflictError, BusinessError, InvalidInput."""
    visit: Visit = row_lock(Visit, actor=actor, pk=pk)
    patient_kept(visit, changes)
    if visit.status != VisitStatus.PLANNED:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"visit is {visit.status}", "status")
    if "planned_at" in changes:
        _check_planned(changes["planned_at"])
    if changes.get("clinician") is not None:
        changes["clinician_id"] = _clinician_for(visit.patient_id, changes["clinician"])
    changes.pop("clinician", None)
    row_change(visit, actor, expected, **changes)
    return visit


@transaction.atomic
def visit_move(*, actor: Person, pk: int, expected: int, status: str, note: str = "") -> Visit:
    """Raises NotFound, ConflictError, BusinessError, InvalidInput (a visit that is yet to come)."""
    visit: Visit = row_lock(Visit, actor=actor, pk=pk)
    if status not in VISIT_TRANSITIONS[visit.status]:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"{visit.status} to {status}", "status")
    today = timezone.localdate()
    early = timezone.localdate(visit.planned_at) > today
    if status == VisitStatus.MISSED:
        early = visit.planned_at > timezone.now()
    if early and status != VisitStatus.CANCELLED:
        raise refused("the visit is yet to come", "status")
    changes = {"status": status} | ({"note": note} if note else {})
    row_change(visit, actor, expected, action=RecordAction.MOVED, **changes)
    return visit


def visits_remind(now: datetime) -> None:
    """Alert of visits that are near, and mark those as missed that nobody recorded.

    Running it again changes nothing: alerts are sent once for each time of a visit.
    """
    for visit in selectors.visits_planned(now, now + REMINDED_BEFORE):
        with transaction.atomic():
            _alert(visit, Kind.VISIT_SOON)
    for pk in selectors.visits_overdue(now - MISSED_AFTER):
        _visit_missed(pk, now - MISSED_AFTER)


@transaction.atomic
def _visit_missed(pk: int, before: datetime) -> None:
    """Unless somebody moved or recorded it meanwhile."""
    visit = Visit.objects.select_for_update().live().filter(pk=pk).first()
    if visit is None or visit.status != VisitStatus.PLANNED or visit.planned_at >= before:
        return
    visit.save_versioned(expected=visit.version, status=VisitStatus.MISSED)
    row_recorded(visit, None, RecordAction.MOVED)
    _alert(visit, Kind.VISIT_MISSED)


def _alert(visit: Visit, kind: Kind) -> None:
    """The doctor who is responsible, and the patient if they have an account."""
    for user_id in {visit.clinician_id, visit.patient.user_id}:
        if user_id is None:
            continue
        alerts.notify(
            user_id=user_id,
            kind=kind,
            dedup_key=f"{kind}:{visit.pk}:{visit.planned_at:%Y%m%dT%H%M}",
            params={"visit_id": visit.pk},
            link=selectors.link_to(visit.patient_id),
        )


def _check_planned(at: datetime) -> None:
    now = timezone.now()
    if not now < at <= now + PLANNED_AHEAD:
        raise refused("a visit is planned for the next ten years", "planned_at")


def _clinician_for(patient_id: int, user_id: int) -> int:
    """Raises InvalidInput for who does not record treatments or does not see the patient."""
    doctors = accounts.users_with(Permission.RECORD_TREATMENT)
    doctor = next((one for one in doctors if one.pk == user_id), None)
    seen = doctor and patients.patients_visible_to(doctor).filter(pk=patient_id).exists()
    if doctor is None or not seen:
        raise refused("no doctor who sees this patient", "clinician")
    return user_id
