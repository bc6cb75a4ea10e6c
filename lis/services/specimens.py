"""Specimens: taken, received or rejected, with their label."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.errors import BusinessError, ErrorCode, InvalidInput, PermissionDenied
from common.person import Person
from lis import selectors
from lis.choices import SpecimenState
from lis.models import Specimen
from ocs import services as ocs
from ocs.services.printing import code_128
from rbac.permissions import Permission

OLDEST = timedelta(days=30)
MOST = 99


@transaction.atomic
def specimen_collect(
    *, actor: Person, order_id: int, kind: str, collected_at: datetime | None = None
) -> Specimen:
    """A tube of an open laboratory order. Raises NotFound, PermissionDenied, BusinessError."""
    order = selectors.lab_order_get(actor, order_id)
    allowed = (Permission.WORK_LIS_ORDER, Permission.RECORD_VITALS)
    if not any(actor.has_permission(each) for each in allowed):
        raise PermissionDenied("to take a specimen needs work_lis_order or record_vitals")
    at, now = collected_at or timezone.now(), timezone.now()
    if not now - OLDEST < at <= now:
        raise InvalidInput(ErrorCode.VALIDATION, "within the last 30 days", "collected_at")
    ocs.order_lock(order)
    if order.status not in ("ORDERED", "ACCEPTED", "IN_PROGRESS"):
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"a specimen when {order.status}")
    number = Specimen.objects.filter(order=order.pk).count() + 1
    if number > MOST:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "too many specimens of one order")
    specimen = Specimen.objects.create(
        order_id=order.pk,
        number=f"{order.accession_number}-{number:02d}",
        kind=kind,
        collected_at=at,
        collected_by_id=actor.pk,
    )
    _record(specimen, order.patient_id, actor, "specimen.collect")
    return specimen


@transaction.atomic
def specimen_move(
    *, actor: Person, specimen_id: int, state: str, reason: str = "", note: str = ""
) -> Specimen:
    """Receive or reject it in the laboratory. A rejected one stays so."""
    specimen = selectors.specimen_get(actor, specimen_id)
    if not actor.has_permission(Permission.WORK_LIS_ORDER):
        raise PermissionDenied(f"needs {Permission.WORK_LIS_ORDER}")
    specimen.refresh_from_db(from_queryset=Specimen.objects.select_for_update())
    if state == SpecimenState.RECEIVED and specimen.state != SpecimenState.COLLECTED:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"receive {specimen.state}", "state")
    if specimen.state == SpecimenState.REJECTED:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "rejected already", "state")
    changes: dict[str, Any] = {"state": state}
    if state == SpecimenState.RECEIVED:
        changes |= {"received_at": timezone.now(), "received_by_id": actor.pk}
    else:
        changes |= {"rejected_at": timezone.now(), "rejected_by_id": actor.pk}
        changes |= {"reject_reason": reason, "reject_note": note}
    specimen.save_versioned(expected=specimen.version, **changes)
    _record(specimen, specimen.order.patient_id, actor, f"specimen.{state.lower()}")
    return specimen


def specimen_label(*, actor: Person, specimen_id: int) -> dict[str, str]:
    """The number and its barcode; the label names no patient."""
    specimen = selectors.specimen_get(actor, specimen_id)
    _record(specimen, specimen.order.patient_id, actor, "specimen.label")
    return {"number": specimen.number, "barcode": code_128(specimen.number)}


def _record(specimen: Specimen, patient_id: int, actor: Person, action: str) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="specimen",
        object_id=specimen.pk,
        patient_id=patient_id,
        permission=Permission.VIEW_ORDER,
    )
