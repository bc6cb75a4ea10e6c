"""The only place that changes patients; ``charting`` writes what is recorded about them."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ManyToOneRel

from acct import selectors as accounts
from alert import services as alert
from alert.choices import Kind
from audit import services as audit
from common.errors import BusinessError, ConflictError, ErrorCode, PermissionDenied
from common.outbox.services import publish
from common.person import Person
from emr import selectors
from emr.choices import ChangeAction
from emr.events import PATIENT_MERGED, PATIENT_RENAMED
from emr.models import CareTeamMember, Patient
from emr.services.announcing import patient_announce
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
    "merge_settle",
    "patient_announce",
    "patient_break_glass",
    "patient_create",
    "patient_merge",
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
    return patient


def _keep(actor: Person, patient: Patient, action: str, before: dict[str, Any]) -> None:
    change_record(
        actor=actor,
        kind="patient",
        row=patient,
        patient_id=patient.pk,
        action=action,
        before=before,
    )


@transaction.atomic
def patient_merge(*, actor: Person, pk: int, into: int, expected: int) -> Patient:
    """Two records of one person become one: all that belongs to ``pk`` belongs to ``into`` now.

    ``expected`` is the version of the duplicate. The one record is restricted if either was, and
    the care teams are one; who sees it by a broken glass does not become part of it.
    Raises NotFound, ConflictError, BusinessError (the same record, or both have a login).
    """
    for each in (pk, into):
        selectors.patient_get(actor, each, Permission.MATCH_STUDY)
    locked = Patient.objects.select_for_update().in_bulk([pk, into])
    duplicate, patient = locked[pk], locked[into]
    merged_meanwhile = duplicate.merged_into_id or patient.merged_into_id
    if duplicate is patient or merged_meanwhile or (duplicate.user_id and patient.user_id):
        raise BusinessError(ErrorCode.INVALID_TRANSITION, "these records cannot be merged", "into")
    rights_changing()
    login, restricted = duplicate.user_id, duplicate.restricted or patient.restricted
    duplicate.save_versioned(
        expected=expected, merged_into=patient, user_id=None, restricted=restricted
    )
    patient.save_versioned(
        expected=patient.version, user_id=login or patient.user_id, restricted=restricted
    )
    _move_rows(duplicate, patient)
    grants.grants_move(from_patient_id=pk, to_patient_id=into)
    publish(
        PATIENT_MERGED,
        aggregate=f"patient:{into}",
        payload={"patient_id": into, "duplicate_id": pk},
    )
    audit.record(
        actor=actor,
        action="patient.merge",
        object_type="patient",
        object_id=pk,
        patient_id=into,
        permission=Permission.MATCH_STUDY,
    )
    return patient


@transaction.atomic
def merge_settle(*, duplicate_id: int) -> None:
    """After a merge: take along what was being written for the duplicate while it committed."""
    duplicate = Patient.objects.select_related("merged_into").get(pk=duplicate_id)
    patient = duplicate.merged_into
    if patient is not None:
        _move_rows(duplicate, patient)
        grants.grants_move(from_patient_id=duplicate.pk, to_patient_id=patient.pk)


def _move_rows(duplicate: Patient, patient: Patient) -> None:
    """Every row of every app that refers to the duplicate, whatever apps there are."""
    team = CareTeamMember.objects.filter(patient=patient).values_list("user_id", flat=True)
    CareTeamMember.objects.filter(patient=duplicate, user_id__in=list(team)).delete()
    for relation in Patient._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and not relation.one_to_one:
            name = relation.field.name
            rows = relation.related_model._base_manager.filter(**{name: duplicate})
            rows.update(**{name: patient})


def care_team_add(*, patient: Patient, user_id: int) -> None:
    CareTeamMember.objects.get_or_create(patient=patient, user_id=user_id)


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
