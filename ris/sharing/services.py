"""Shares a patient or a study with another user, and ends a share."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from acct import selectors as accounts
from alert import services as alerts
from alert.choices import Kind
from common.errors import ErrorCode, InvalidInput, NotFound, PermissionDenied
from common.person import Person
from emr import selectors as patients
from pacs.index.studies import study_get
from rbac import selectors as rights, services as grants
from rbac.permissions import Permission
from ris.sharing.selectors import REACHED


@transaction.atomic
def share_create(
    *,
    actor: Person,
    grantee: int,
    expires_at: datetime,
    patient: int | None = None,
    study_instance_uid: str | None = None,
    reason: str = "",
) -> Any:
    """Let another user see a patient, or one study, until ``expires_at``; they are alerted.

    Raises NotFound (patient, study, user), PermissionDenied (a restricted patient is shared by the
    care team alone: a broken glass opens the record to one user), InvalidInput.
    """
    subject = _patient_shared(actor, patient, study_instance_uid)
    if subject.restricted and not patients.in_care_team(actor, subject):
        raise PermissionDenied("only the care team shares a restricted patient", "patient")
    person = accounts.user_get(grantee)
    needed = Permission.VIEW_STUDY if study_instance_uid else Permission.VIEW_PATIENT
    if person.pk == actor.pk or rights.scope_for(person, needed) not in REACHED:
        raise InvalidInput(ErrorCode.VALIDATION, "a share does not reach this user", "grantee")
    grant = grants.grant_share(
        actor=actor,
        grantee_id=person.pk,
        patient_id=subject.pk,
        study_instance_uid=study_instance_uid,
        expires_at=expires_at,
        reason=reason,
    )
    about = {"study_instance_uid": study_instance_uid} if study_instance_uid else {}
    alerts.notify(
        user_id=person.pk,
        kind=Kind.SHARE_RECEIVED,
        dedup_key=f"share:{grant.pk}",
        params={"patient": subject.pk, "by": actor.pk, **about},
        link=f"/studies/{study_instance_uid}" if about else f"/patients/{subject.pk}",
    )
    return grant


def _patient_shared(actor: Person, patient: int | None, study_instance_uid: str | None) -> Any:
    if study_instance_uid is None:
        return patients.patient_get(actor, patient or 0, Permission.SHARE_PATIENT)
    return study_get(actor, study_instance_uid, Permission.SHARE_PATIENT).patient


@transaction.atomic
def share_end(*, actor: Person, share_id: int) -> None:
    """By who gave it, or who may share and sees the patient. Raises NotFound."""
    grant = rights.share_get(share_id)
    seen = patients.patients_visible_to(actor, Permission.SHARE_PATIENT)
    may = grant.granted_by_id == actor.pk or seen.filter(pk=grant.patient_id or 0).exists()
    if not may:
        raise NotFound(ErrorCode.GRANT_NOT_FOUND, f"share {share_id}", "id")
    grants.grant_revoke(actor=actor, grant_id=share_id)
