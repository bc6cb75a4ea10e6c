"""The only place that changes patients; ``charting`` writes what is recorded about them."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from acct import selectors as accounts
from alert import services as alert
from alert.choices import Kind
from audit import services as audit
from common.errors import ConflictError, ErrorCode, PermissionDenied
from common.outbox.services import publish
from common.person import Person
from emr import selectors
from emr.choices import ChangeAction
from emr.events import PATIENT_CHANGED, PATIENT_RENAMED
from emr.models import Patient
from emr.services.announcing import patient_announce
from emr.services.care_teams import care_team_add
from emr.services.charting import change_record, encounter_create, snapshot
from emr.services.prescribing import prescription_create
from openemr.openemr_records import PATIENT_FIELDS
from rbac import services as grants
from rbac.epochs import rights_changing
from rbac.permissions import Permission

__all__ = [
    "break_glass_by_mrn",
    "care_team_add",
    "encounter_create",
    "patient_announce",
    "patient_break_glass",
    "patient_create",
    "patient_update",
    "prescription_create",
]


def patient_create(*, actor: Person, **fields: Any) -> Patient:
    """Register a patient. Raises ConflictError when the MRN is taken.

    Whoever creates a restricted patient becomes the first of the care team.
    """
    try:
        with transaction.atomic():
            patient = Patient.objects.create(**fields)
            if patient.restricted:
                care_team_add(patient=patient, user_id=actor.pk)
            _keep(actor, patient, ChangeAction.CREATE, {})
            audit.record(
                actor=actor,
                action="patient.create",
                object_type="patient",
                object_id=patient.pk,
                patient_id=patient.pk,
                permission=Permission.EDIT_PATIENT,
            )
            patient_announce(patient.pk)
            _identity_changed(patient.pk)
    except IntegrityError:
        raise ConflictError(ErrorCode.DUPLICATE, "the MRN is taken", "patient_id") from None
    return patient


@transaction.atomic
def patient_update(*, actor: Person, pk: int, expected: int, **changes: Any) -> Patient:
    """Change a patient that still has version ``expected``; the MRN never changes.

    Restricting a patient makes the actor part of the care team; only the care team may lift it,
    so that a broken glass does not open the record for everybody. Raises NotFound, ConflictError,
    PermissionDenied.
    """
    selectors.patient_get(actor, pk, Permission.EDIT_PATIENT)
    patient = Patient.objects.select_for_update().get(pk=pk)
    before, after = patient.restricted, changes.get("restricted", patient.restricted)
    if before and not after and not selectors.in_care_team(actor, patient):
        raise PermissionDenied("only the care team lifts a restriction", "restricted")
    was = snapshot(patient)
    patient.save_versioned(expected=expected, **changes)
    _keep(actor, patient, ChangeAction.UPDATE, was)
    if after and not before:
        rights_changing()
        care_team_add(patient=patient, user_id=actor.pk)
    if "full_name" in changes:
        publish(PATIENT_RENAMED, aggregate=f"patient:{pk}", payload={"patient_id": pk})
    audit.record(
        actor=actor,
        action="patient.update",
        object_type="patient",
        object_id=pk,
        patient_id=pk,
        permission=Permission.EDIT_PATIENT,
        detail={"fields": sorted(changes)},
    )
    if changes.keys() & set(PATIENT_FIELDS):
        patient_announce(pk)
        _identity_changed(pk)
    return patient


def _identity_changed(pk: int) -> None:
    publish(PATIENT_CHANGED, aggregate=f"duplicates:patient:{pk}", payload={"patient_id": pk})


def _keep(actor: Person, patient: Patient, action: str, before: dict[str, Any]) -> None:
    change_record(
        actor=actor,
        kind="patient",
        row=patient,
        patient_id=patient.pk,
        action=action,
        before=before,
    )


def break_glass_by_mrn(*, actor: Person, patient_id: str, reason: str) -> Any:
    """``patient_break_glass`` for the exact MRN. Raises NotFound, BusinessError."""
    found = selectors.restricted_patient_numbered(actor, patient_id)
    return patient_break_glass(actor=actor, pk=found.pk, reason=reason)


@transaction.atomic
def patient_break_glass(*, actor: Person, pk: int, reason: str) -> Any:
    """Open a restricted patient for an hour and tell everybody who reviews that; the grant.

    Raises NotFound when the patient is not restricted, BusinessError after too many times.
    """
    patient = selectors.restricted_patient_get(actor, pk)
    Patient.objects.select_for_update().get(pk=patient.pk)
    grant = grants.grant_break_glass(actor=actor, patient_id=patient.pk, reason=reason)
    for reviewer in accounts.users_with(Permission.REVIEW_GLASS):
        alert.notify(
            user_id=reviewer.pk,
            kind=Kind.GLASS_BROKEN,
            dedup_key=f"glass:{grant.pk}",
            params={"patient": patient.pk, "by": actor.pk},
            link="/admin/glass",
        )
    return grant
