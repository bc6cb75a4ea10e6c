"""Writes the rows of a patient's record: one way to create, change and delete them all.

Each change leaves a ``RecordChange`` and an audit record. ``POLICIES`` says who may write what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from audit import services as audit
from common.errors import ErrorCode, InvalidInput, PermissionDenied
from common.person import Person
from emr import selectors
from emr.choices import ChangeAction
from emr.models import (
    Allergy,
    ClinicalRow,
    Encounter,
    Note,
    Patient,
    Prescription,
    Problem,
    RecordChange,
    Vitals,
)
from emr.services.announcing import patient_announce
from rbac.permissions import Permission

_BOOKKEEPING = {"id", "version", "created_at", "updated_at", "phone_reversed", "client_id"}


@dataclass(frozen=True, slots=True)
class Policy:
    """``own_only``: nobody but the author changes a row."""

    permission: Permission
    own_only: bool = False


POLICIES: dict[type[ClinicalRow], Policy] = {
    Encounter: Policy(Permission.EDIT_ENCOUNTER),
    Prescription: Policy(Permission.CREATE_PRESCRIPTION),
    Vitals: Policy(Permission.RECORD_VITALS),
    Allergy: Policy(Permission.EDIT_ENCOUNTER),
    Problem: Policy(Permission.EDIT_ENCOUNTER),
    Note: Policy(Permission.EDIT_ENCOUNTER, own_only=True),
}


def encounter_create(*, actor: Person, patient: int, **fields: Any) -> Encounter:
    """Record a visit of a patient the actor sees. Raises NotFound."""
    encounter: Encounter = row_create(actor=actor, model=Encounter, patient=patient, **fields)
    return encounter


@transaction.atomic
def row_create(*, actor: Person, model: type[ClinicalRow], patient: int, **fields: Any) -> Any:
    """Write a row about a patient the actor sees. Raises NotFound, InvalidInput."""
    permission = POLICIES[model].permission
    seen = selectors.patient_get(actor, patient, permission)
    _check_encounter(seen, fields)
    _check_times(seen, fields)
    _sign(model, fields)
    row = model(patient=seen, **fields)
    setattr(row, f"{model.author_field}_id", actor.pk)
    _check_row(row)
    row.save(force_insert=True)
    _written(actor, row, ChangeAction.CREATE, permission, {})
    return row


@transaction.atomic
def row_update(
    *, actor: Person, model: type[ClinicalRow], pk: int, expected: int, **changes: Any
) -> Any:
    """Change a row that still has version ``expected``.

    Raises NotFound, ConflictError, PermissionDenied (a note of somebody else), InvalidInput.
    """
    row, permission = _locked(actor, model, pk)
    _check_encounter(row.patient, changes)
    _check_times(row.patient, changes)
    _sign(model, changes)
    days = row.days if model is Prescription else None
    if days is not None and changes.get("days", days) > days:
        raise InvalidInput(ErrorCode.VALIDATION, "longer is another prescription", "days")
    before = snapshot(row)
    for name, value in changes.items():
        setattr(row, name, value)
    _check_row(row)
    row.save_versioned(expected=expected)
    _written(actor, row, ChangeAction.UPDATE, permission, before)
    return row


@transaction.atomic
def row_delete(
    *, actor: Person, model: type[ClinicalRow], pk: int, expected: int, reason: str
) -> None:
    """Hide a row from every list; it stays with who, when and why. Raises as ``row_update``."""
    row, permission = _locked(actor, model, pk)
    before = snapshot(row)
    row.save_versioned(
        expected=expected,
        deleted_at=timezone.now(),
        deleted_by_id=actor.pk,
        deleted_reason=reason,
    )
    _written(actor, row, ChangeAction.DELETE, permission, before)


def change_record(
    *,
    actor: Person | None,
    kind: str,
    row: Any,
    patient_id: int,
    action: str,
    before: dict[str, Any],
) -> list[str]:
    """Keep what the row was and is; the names of what differs. ``actor``: None for OpenEMR."""
    after = snapshot(row)
    values = {
        name: [before.get(name), value]
        for name, value in after.items()
        if before.get(name) != value
    }
    RecordChange.objects.create(
        patient_id=patient_id,
        kind=kind,
        row_id=row.pk,
        version=row.version,
        action=action,
        actor_id=actor.pk if actor else None,
        values=values,
    )
    return sorted(values)


def snapshot(row: models.Model) -> dict[str, Any]:
    """All that a row says, by the names of its columns."""
    fields = (field for field in row._meta.concrete_fields if field.name not in _BOOKKEEPING)
    return {field.attname: field.value_from_object(row) for field in fields}


def _locked(actor: Person, model: type[ClinicalRow], pk: int) -> tuple[Any, Permission]:
    policy = POLICIES[model]
    selectors.row_get(actor, model, pk, policy.permission)
    row = model.objects.select_for_update().get(pk=pk)
    if policy.own_only and getattr(row, f"{model.author_field}_id") != actor.pk:
        raise PermissionDenied("only its author changes it", model.author_field)
    if row.deleted_at is not None:
        selectors.row_missing(model, pk)
    return row, policy.permission


def _written(
    actor: Person, row: ClinicalRow, action: str, permission: str, before: dict[str, Any]
) -> None:
    kind = row._meta.model_name or ""
    changed = change_record(
        actor=actor, kind=kind, row=row, patient_id=row.patient_id, action=action, before=before
    )
    if row.goes_to_openemr:
        patient_announce(row.patient_id, kind)
    audit.record(
        actor=actor,
        action=f"{kind}.{action}",
        object_type=kind,
        object_id=row.pk,
        patient_id=row.patient_id,
        permission=permission,
        detail={"fields": changed} if action == ChangeAction.UPDATE else None,
    )


def _check_row(row: ClinicalRow) -> None:
    if fault := row.contradiction():
        field, what = fault
        raise InvalidInput(ErrorCode.VALIDATION, what, field)


def _check_encounter(patient: Patient, fields: dict[str, Any]) -> None:
    """An encounter is given by its id and is the patient's own."""
    if "encounter" in fields:
        fields["encounter_id"] = pk = fields.pop("encounter")
        if pk is not None and selectors.encounter_of_patient(patient, pk) is None:
            raise InvalidInput(ErrorCode.VALIDATION, "no encounter of this patient", "encounter")


def _check_times(patient: Patient, fields: dict[str, Any]) -> None:
    """Nothing happened to a patient before birth."""
    for name in ("started_at", "measured_at", "onset_date"):
        at = fields.get(name)
        if at is not None:
            day = at if name.endswith("_date") else timezone.localdate(at)
            if day < patient.birth_date:
                raise InvalidInput(ErrorCode.VALIDATION, "lies before the patient's birth", name)


def _sign(model: type[ClinicalRow], fields: dict[str, Any]) -> None:
    if model is Note:
        fields["signed_at"] = timezone.now()
