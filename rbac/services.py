"""Grants and revokes access to single patients and studies."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.errors import ErrorCode, InvalidInput, NotFound
from common.person import Person
from rbac.epochs import rights_changing
from rbac.models import Grant, GrantKind
from rbac.permissions import Permission

BREAK_GLASS_LIFETIME = timedelta(minutes=60)


@transaction.atomic
def grant_share(
    *,
    actor: Person,
    grantee_id: int,
    expires_at: datetime,
    patient_id: int | None = None,
    study_instance_uid: str | None = None,
    reason: str = "",
) -> Grant:
    """Share one patient or one study until ``expires_at``; InvalidInput if that is past."""
    if expires_at <= timezone.now():
        raise InvalidInput(ErrorCode.VALIDATION, "expires_at lies in the past", "expires_at")
    grant = Grant.objects.create(
        kind=GrantKind.SHARED,
        grantee_id=grantee_id,
        patient_id=patient_id,
        study_instance_uid=study_instance_uid,
        reason=reason,
        granted_by_id=actor.pk,
        expires_at=expires_at,
    )
    audit.record(
        actor=actor,
        action="grant.create",
        object_type="grant",
        object_id=grant.pk,
        patient_id=patient_id,
        permission=Permission.MANAGE_USERS,
        detail={"grantee": grantee_id, "study": study_instance_uid},
    )
    return grant


@transaction.atomic
def grant_revoke(*, actor: Person, grant_id: int, patient_id: int) -> None:
    """End a share of this patient now; the next request already sees nothing. Raises NotFound."""
    grant = (
        Grant.objects.select_for_update()
        .filter(pk=grant_id, patient_id=patient_id, kind=GrantKind.SHARED, revoked_at=None)
        .first()
    )
    if grant is None:
        raise NotFound(ErrorCode.GRANT_NOT_FOUND, f"grant {grant_id}", "grant_id")
    rights_changing(grant.grantee_id)
    grant.revoked_at = timezone.now()
    grant.save(update_fields=["revoked_at"])
    audit.record(
        actor=actor,
        action="grant.revoke",
        object_type="grant",
        object_id=grant_id,
        patient_id=patient_id,
        permission=Permission.MANAGE_USERS,
        detail={"grantee": grant.grantee_id},
    )


def grants_move(*, from_patient_id: int, to_patient_id: int) -> None:
    """In the transaction that merges the two patients."""
    Grant.objects.filter(patient_id=from_patient_id).update(patient_id=to_patient_id)


@transaction.atomic
def grant_break_glass(*, actor: Person, patient_id: int, reason: str) -> Grant:
    """Open a restricted patient for 60 minutes; the reason is kept with the record."""
    grant = Grant.objects.create(
        kind=GrantKind.BREAK_GLASS,
        grantee_id=actor.pk,
        patient_id=patient_id,
        reason=reason,
        granted_by_id=actor.pk,
        expires_at=timezone.now() + BREAK_GLASS_LIFETIME,
    )
    audit.record(
        actor=actor,
        action="patient.break_glass",
        object_type="grant",
        object_id=grant.pk,
        patient_id=patient_id,
        permission=Permission.BREAK_GLASS,
    )
    return grant
