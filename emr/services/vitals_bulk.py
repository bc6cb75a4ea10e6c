"""Vital signs of many patients at once: each row is stored or refused for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from common.errors import AppError, ConflictError, ErrorCode
from common.person import Person
from emr import selectors
from emr.choices import BulkOutcome
from emr.models import Vitals
from emr.services.charting import row_create
from rbac.permissions import Permission


@dataclass(frozen=True, slots=True)
class Entered:
    outcome: BulkOutcome
    row: Vitals | None = None
    error: AppError | None = None


def vitals_enter(*, actor: Person, client_id: UUID, **fields: Any) -> Entered:
    """Store a row once, however often it is sent with this ``client_id`` by this person.

    Raises nothing that is about the row itself: a refusal is an outcome.
    """
    try:
        return _stored(actor, client_id, fields) or _create(actor, client_id, fields)
    except AppError as error:
        return Entered(BulkOutcome.REFUSED, error=error)


def _create(actor: Person, client_id: UUID, fields: dict[str, Any]) -> Entered:
    try:
        with transaction.atomic():
            row = row_create(actor=actor, model=Vitals, client_id=client_id, **fields)
    except IntegrityError:  # the same row, sent twice at once
        found = _stored(actor, client_id, fields)
        if found is None:
            raise
        return found
    return Entered(BulkOutcome.CREATED, row)


def _stored(actor: Person, client_id: UUID, fields: dict[str, Any]) -> Entered | None:
    """The row of an earlier attempt. Raises ConflictError if that one said something else.

    One that was corrected since says something else by right.
    """
    earlier = Vitals.objects.filter(recorded_by_id=actor.pk, client_id=client_id)
    row = earlier.select_related("patient", "recorded_by", "deleted_by").first()
    if row is None:
        return None
    selectors.patient_get(actor, row.patient_id, Permission.RECORD_VITALS)
    said = {"patient_id" if name == "patient" else name: fields[name] for name in fields}
    if row.version == 1 and any(getattr(row, name) != value for name, value in said.items()):
        raise ConflictError(ErrorCode.IDEMPOTENCY_MISMATCH, f"vitals {row.pk}", "client_id")
    return Entered(BulkOutcome.STORED, row)
