"""A person says which side of a conflict stays: it goes to the other."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.errors import (
    BusinessError,
    ConflictError,
    ErrorCode,
    InvalidInput,
    PermissionDenied,
)
from common.person import Person
from emr import selectors
from emr.choices import ConflictSide
from emr.models import Patient, RecordLink, SyncConflict
from emr.openemr_sync.linked_kinds import KINDS, NOT_HERE, digest_of, fitted, from_json
from emr.openemr_sync.patient_links import fields_of, take_over
from emr.openemr_sync.record_sync import row_take
from emr.services import patient_announce
from emr.services.charting import POLICIES
from openemr.openemr_records import digest


@transaction.atomic
def conflict_resolve(*, actor: Person, pk: int, keep: str, shown: str = "") -> SyncConflict:
    """One side stays and goes to the other.

    ``shown``: ``SyncConflict.shown`` of what the person saw, if they say so.
    Raises NotFound, PermissionDenied (rows of this kind are not theirs to change), BusinessError
    (resolved before), ConflictError (a side was changed since), InvalidInput (OpenEMR's side
    cannot stand here).
    """
    conflict = selectors.conflict_get(actor, pk)
    patient = Patient.objects.select_for_update().get(pk=conflict.link.patient_id)
    conflict.refresh_from_db()
    if conflict.resolved_at is not None:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "it is resolved", "keep")
    if shown and shown != conflict.shown:
        raise _changed("shown")
    resolve = _patient_resolve if conflict.record is None else _row_resolve
    resolve(actor, patient, conflict, keep)
    conflict.kept, conflict.resolved_at = keep, timezone.now()
    conflict.resolved_by_id = actor.pk
    conflict.save()
    audit.record(
        actor=actor,
        action="patient.conflict_resolve",
        object_type="patient",
        object_id=patient.pk,
        patient_id=patient.pk,
        detail={"conflict": conflict.pk, "keep": keep, "kind": conflict.kind},
    )
    patient_announce(patient.pk)
    return conflict


def _changed(field: str) -> ConflictError:
    return ConflictError(ErrorCode.VERSION_CONFLICT, "a side was changed since", field)


def _patient_resolve(actor: Person, patient: Patient, conflict: SyncConflict, keep: str) -> None:
    if digest(fields_of(patient)) != conflict.ours_digest:
        raise _changed("keep")
    link = conflict.link
    link.theirs_digest, link.ours_digest = conflict.theirs_digest, ""
    if keep == ConflictSide.THEIRS:
        day = conflict.theirs["birth_date"]
        theirs = conflict.theirs | {"birth_date": date.fromisoformat(day) if day else None}
        take_over(patient, theirs, actor)
        link.ours_digest = digest(fields_of(patient))
    link.save()


def _row_resolve(actor: Person, patient: Patient, conflict: SyncConflict, keep: str) -> None:
    link: Any = conflict.record
    one = KINDS[link.kind]
    permission = POLICIES[one.model].permission
    if not actor.has_permission(permission):
        raise PermissionDenied(f"to choose needs {permission}", "keep")
    row = one.model.objects.select_for_update().get(pk=link.row_id)
    if digest_of(_by_their_numbers(one.fields_of(row), patient), row) != conflict.ours_digest:
        raise _changed("keep")
    link.theirs_digest, link.ours_digest, link.values = conflict.theirs_digest, "", {}
    if keep == ConflictSide.THEIRS:
        theirs = dict(conflict.theirs)
        removed = theirs.pop("removed")
        fields, faults = fitted(one, patient, _by_our_ids(from_json(one.model, theirs), patient))
        if fields is None:
            raise InvalidInput(ErrorCode.VALIDATION, "it cannot stand here", faults[0]["field"])
        row_take(one, row, fields, removed, actor)
        link.faults = faults
        link.ours_digest = digest_of(_by_their_numbers(one.fields_of(row), patient), row)
    link.save()


def _by_their_numbers(fields: dict[str, Any], patient: Patient) -> dict[str, Any]:
    if fields.get("encounter"):
        links = RecordLink.objects.filter(patient=patient, kind="encounter")
        found = links.filter(row_id=fields["encounter"]).first()
        fields = fields | {"encounter": found.number if found else None}
    return fields


def _by_our_ids(fields: dict[str, Any], patient: Patient) -> dict[str, Any]:
    if fields.get("encounter"):
        links = RecordLink.objects.filter(patient=patient, kind="encounter")
        found = links.filter(number=fields["encounter"]).first()
        fields = fields | {"encounter": found.row_id if found else NOT_HERE}
    return fields
