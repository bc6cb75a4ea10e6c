"""What is the same for every record: created, changed and removed with history and audit."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from audit import services as audit
from common.errors import ErrorCode, InvalidInput
from common.person import Person
from emr import selectors as patients
from rbac.permissions import Permission
from treatment import selectors
from treatment.choices import RecordAction
from treatment.models import CourseRow, Revision


def refused(detail: str, field: str) -> InvalidInput:
    return InvalidInput(ErrorCode.VALIDATION, detail, field)


def patient_for(actor: Person, patient: int) -> Any:
    """The patient, if the actor may record their treatment. Raises NotFound."""
    return patients.patient_get(actor, patient, Permission.RECORD_TREATMENT)


def check_happened(patient: Any, day: date | None, field: str) -> None:
    """Raises InvalidInput for a day before birth or after today by the hospital's calendar."""
    if day is None:
        return
    if day < patient.birth_date:
        raise refused("lies before the patient's birth", field)
    if day > timezone.localdate():
        raise refused("lies in the future", field)


def check_order(first: date | None, last: date | None, field: str) -> None:
    """Raises InvalidInput when ``last`` lies before ``first``."""
    if first is not None and last is not None and last < first:
        raise refused(f"lies before {first.isoformat()}", field)


def patient_kept(row: CourseRow, changes: dict[str, Any]) -> None:
    """Take ``patient`` out of the changes. Raises InvalidInput for another one than the row's."""
    if changes.pop("patient", row.patient_id) != row.patient_id:
        raise refused("the patient of a record never changes", "patient")


def row_create(model: type[CourseRow], *, actor: Person, patient: Any, **fields: Any) -> Any:
    row = model.objects.create(patient=patient, recorded_by_id=actor.pk, **fields)
    row_recorded(row, actor, RecordAction.CREATED)
    return row


def row_lock(model: type[CourseRow], *, actor: Person, pk: int) -> Any:
    """The row, locked until the transaction ends. Raises NotFound."""
    selectors.record_get(model, actor, pk, Permission.RECORD_TREATMENT)
    row = model.objects.select_for_update().live().filter(pk=pk).first()
    if row is None:
        raise selectors.unknown(model, pk)
    return row


def row_change(
    row: Any,
    actor: Person | None,
    expected: int,
    *,
    action: RecordAction = RecordAction.CHANGED,
    reason: str = "",
    **changes: Any,
) -> None:
    """Raises ConflictError when the row has another version than ``expected``."""
    row.save_versioned(expected=expected, **changes)
    row_recorded(row, actor, action, reason)


@transaction.atomic
def row_remove(
    model: type[CourseRow], *, actor: Person, pk: int, expected: int, reason: str, **changes: Any
) -> None:
    """Take a row out of every list; table and history keep it. Raises NotFound, ConflictError."""
    row = row_lock(model, actor=actor, pk=pk)
    removed = {"removed_at": timezone.now(), **changes}
    row_change(row, actor, expected, action=RecordAction.REMOVED, reason=reason, **removed)


def row_recorded(row: Any, actor: Person | None, action: RecordAction, reason: str = "") -> None:
    """The history row and the audit record of one change."""
    Revision.objects.create(
        kind=row.record,
        row=row.pk,
        patient_id=row.patient_id,
        action=action,
        version=row.version,
        actor_id=actor.pk if actor else None,
        reason=reason,
        values=model_to_dict(row, exclude=["id", "patient", "live"]),
    )
    audit.record(
        actor=actor,
        action=f"{row.record}.{action}",
        object_type=row.record,
        object_id=row.pk,
        patient_id=row.patient_id,
        permission=Permission.RECORD_TREATMENT if actor else "",
        detail={"version": row.version},
    )
