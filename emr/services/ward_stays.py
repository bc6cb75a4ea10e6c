"""Wards and who lies in which of their beds: the only place that changes them.

A bed holds one patient and a patient one bed; a move closes one stay and opens the next.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from audit import services as audit
from common.errors import BusinessError, ConflictError, ErrorCode, InvalidInput, PermissionDenied
from common.person import Person
from emr import selectors
from emr.choices import ChangeAction, EncounterKind
from emr.models import BedStay, Encounter, Patient, Ward
from emr.selectors import ward_stays
from emr.services.announcing import patient_announce
from emr.services.charting import change_record, snapshot
from rbac.permissions import Permission

IN_BED = (EncounterKind.INPATIENT, EncounterKind.EMERGENCY)


@transaction.atomic
def ward_create(*, actor: Person, **fields: Any) -> Ward:
    """Raises ConflictError when the code is taken."""
    try:
        with transaction.atomic():
            ward: Ward = Ward.objects.create(**fields)
    except IntegrityError:
        raise ConflictError(ErrorCode.DUPLICATE, "the code is taken", "code") from None
    _ward_recorded(actor, ward, "ward.create", sorted(fields))
    return ward


@transaction.atomic
def ward_update(*, actor: Person, pk: int, expected: int, **changes: Any) -> Ward:
    """Raises NotFound, ConflictError, BusinessError (somebody lies in a bed that would go)."""
    ward_stays.ward_get(actor, pk, Permission.MANAGE_WARDS)
    ward = Ward.objects.select_for_update().get(pk=pk)
    beds = set(changes.get("beds", ward.beds)) if changes.get("active", ward.active) else set()
    held = set(BedStay.objects.occupying().filter(ward=ward).values_list("bed", flat=True))
    if kept := sorted(held - beds):
        field = "beds" if changes.get("active", ward.active) else "active"
        raise BusinessError(ErrorCode.BED_IN_USE, f"occupied: {', '.join(kept)}", field)
    ward.save_versioned(expected=expected, **changes)
    _ward_recorded(actor, ward, "ward.update", sorted(changes))
    return ward


def _ward_recorded(actor: Person, ward: Ward, action: str, fields: list[str]) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="ward",
        object_id=ward.pk,
        permission=Permission.MANAGE_WARDS,
        detail={"fields": fields},
    )


@transaction.atomic
def bed_take(
    *,
    actor: Person,
    encounter: int,
    ward: int,
    bed: str,
    started_at: datetime | None = None,
    reason: str = "",
) -> BedStay:
    """Put the patient of an open inpatient or emergency encounter into a free bed.

    Raises NotFound, InvalidInput (no such bed, no open stay of this kind, before the encounter),
    BusinessError (the bed is occupied, or the patient lies in another).
    """
    visit = selectors.row_get(actor, Encounter, encounter, Permission.PLACE_PATIENT)
    Patient.objects.select_for_update().get(pk=visit.patient_id)
    at = started_at or timezone.now()
    if visit.kind not in IN_BED or (visit.ended_at and visit.ended_at <= timezone.now()):
        raise InvalidInput(ErrorCode.VALIDATION, "not an open inpatient encounter", "encounter")
    if at < visit.started_at:
        raise InvalidInput(ErrorCode.VALIDATION, "before the encounter starts", "started_at")
    if BedStay.objects.occupying().filter(encounter__patient=visit.patient_id).exists():
        raise BusinessError(ErrorCode.BED_OCCUPIED, "the patient lies in another bed", "encounter")
    stay = _stay_open(actor, visit, ward, bed, at, reason)
    _stay_recorded(actor, stay, "bed.take")
    return stay


@transaction.atomic
def bed_change(
    *, actor: Person, pk: int, expected: int, ward: int, bed: str, reason: str = ""
) -> BedStay:
    """Transfer: the stay ends and another begins, at the same time. Raises as ``bed_take``."""
    stay, now = _stay_locked(actor, pk), timezone.now()
    _stay_close(actor, stay, expected, now)
    moved = _stay_open(actor, stay.encounter, ward, bed, now, reason)
    _stay_recorded(actor, moved, "bed.change", {"from": stay.pk})
    return moved


@transaction.atomic
def bed_leave(
    *, actor: Person, pk: int, expected: int, discharge: bool = False, reason: str = ""
) -> BedStay:
    """End the stay, and with ``discharge`` the encounter too.

    Raises NotFound, ConflictError, PermissionDenied: who places patients does not end encounters.
    """
    if discharge and not actor.has_permission(Permission.EDIT_ENCOUNTER):
        raise PermissionDenied(f"a discharge needs {Permission.EDIT_ENCOUNTER}")
    stay, now = _stay_locked(actor, pk), timezone.now()
    stay.reason = reason or stay.reason
    _stay_close(actor, stay, expected, now)
    if discharge:
        visit = Encounter.objects.select_for_update().get(pk=stay.encounter_id)
        before = snapshot(visit)
        visit.save_versioned(expected=visit.version, ended_at=now)
        change_record(
            actor=actor,
            kind="encounter",
            row=visit,
            patient_id=visit.patient_id,
            action=ChangeAction.UPDATE,
            before=before,
        )
        audit.record(
            actor=actor,
            action="encounter.update",
            object_type="encounter",
            object_id=visit.pk,
            patient_id=visit.patient_id,
            permission=Permission.EDIT_ENCOUNTER,
            detail={"fields": ["ended_at"]},
        )
        patient_announce(visit.patient_id, "encounter")
        stay.encounter = visit
    _stay_recorded(actor, stay, "bed.leave", {"discharge": discharge})
    return stay


def _stay_locked(actor: Person, pk: int) -> BedStay:
    seen = ward_stays.stay_get(actor, pk, Permission.PLACE_PATIENT)
    Patient.objects.select_for_update().get(pk=seen.encounter.patient_id)
    stay: BedStay | None = BedStay.objects.select_for_update().occupying().filter(pk=pk).first()
    if stay is None:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "the stay is over", "id")
    return stay


def _stay_close(actor: Person, stay: BedStay, expected: int, at: datetime) -> None:
    stay.save_versioned(expected=expected, open=None, ended_at=at, ended_by_id=actor.pk)


def _stay_open(
    actor: Person, visit: Encounter, ward_id: int, bed: str, at: datetime, reason: str
) -> BedStay:
    ward = ward_stays.ward_get(actor, ward_id)
    Ward.objects.select_for_update().get(pk=ward.pk)
    if not ward.active or bed not in ward.beds:
        raise InvalidInput(ErrorCode.VALIDATION, "no such bed in this ward", "bed")
    here = BedStay.objects.filter(ward=ward, bed=bed)
    staying = list(here.occupying().values_list("pk", flat=True))
    here.filter(open=True).exclude(pk__in=staying).update(open=None)
    try:
        with transaction.atomic():
            stay: BedStay = BedStay.objects.create(
                encounter=visit,
                ward=ward,
                bed=bed,
                started_at=at,
                reason=reason,
                placed_by_id=actor.pk,
            )
    except IntegrityError:
        raise BusinessError(ErrorCode.BED_OCCUPIED, "the bed is occupied", "bed") from None
    return stay


def _stay_recorded(
    actor: Person, stay: BedStay, action: str, detail: dict[str, Any] | None = None
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="bed_stay",
        object_id=stay.pk,
        patient_id=stay.encounter.patient_id,
        permission=Permission.PLACE_PATIENT,
        detail=detail,
    )
