"""Grants and revokes access to single patients and studies."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from audit import services as audit
from common.errors import BusinessError, ErrorCode, InvalidInput, NotFound, PermissionDenied
from common.person import Person
from rbac import selectors
from rbac.epochs import rights_changing
from rbac.models import Grant, GrantKind, OrderAccess
from rbac.permissions import Permission, Role

BREAK_GLASS_LIFETIME = timedelta(minutes=60)
LONGEST_SHARE = timedelta(days=366)


@transaction.atomic
def grant_share(
    *,
    actor: Person,
    grantee_id: int,
    expires_at: datetime,
    patient_id: int,
    study_instance_uid: str | None = None,
    reason: str = "",
) -> Grant:
    """Share a patient, or only a study of the patient, until ``expires_at``.

    Raises InvalidInput if that is past or more than LONGEST_SHARE ahead.
    """
    if not timezone.now() < expires_at <= timezone.now() + LONGEST_SHARE:
        raise InvalidInput(
            ErrorCode.VALIDATION, "the end is in the future, at most a year ahead", "expires_at"
        )
    grant = Grant.objects.create(
        kind=GrantKind.SHARED,
        grantee_id=grantee_id,
        patient_id=patient_id,
        study_instance_uid=study_instance_uid,
        reason=reason,
        granted_by_id=actor.pk,
        expires_at=expires_at,
    )
    _record_share(grant, actor, "grant.create")
    return grant


@transaction.atomic
def grant_revoke(*, actor: Person, grant_id: int) -> None:
    """End a share now; the next request already sees nothing. Raises NotFound."""
    grant = (
        Grant.objects.valid().select_for_update().filter(pk=grant_id, kind=GrantKind.SHARED).first()
    )
    if grant is None:
        raise NotFound(ErrorCode.GRANT_NOT_FOUND, f"share {grant_id}", "id")
    _end(grant)
    _record_share(grant, actor, "grant.revoke")


def _end(grant: Grant) -> None:
    rights_changing(grant.grantee_id)
    grant.revoked_at = timezone.now()
    grant.save(update_fields=["revoked_at"])


def _record_share(grant: Grant, actor: Person, action: str) -> None:
    detail = {"grantee": grant.grantee_id, "study": grant.study_instance_uid}
    _record(grant, actor, action, Permission.SHARE_PATIENT, detail)


def _record(
    grant: Grant, actor: Person, action: str, permission: Permission, detail: dict[str, Any]
) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="grant",
        object_id=grant.pk,
        patient_id=grant.patient_id,
        permission=permission,
        detail=detail,
    )


def order_access_open(*, actor: Person, order_id: int, patient_id: int, roles: list[Role]) -> None:
    """In the transaction of a new order: its patient is open to those who work it."""
    for role in roles:
        access, created = OrderAccess.objects.get_or_create(
            order_id=order_id,
            role=role,
            defaults={"patient_id": patient_id, "opened_by_id": actor.pk},
        )
        if created:
            _record_access(access, actor, "access.open")


def order_access_end(*, actor: Person, order_id: int, ends_at: datetime) -> None:
    """In the transaction that ends the order. An end that is not ahead counts at once."""
    accesses = list(OrderAccess.objects.select_for_update().filter(order_id=order_id))
    if accesses and ends_at <= timezone.now():
        rights_changing()
    for access in accesses:
        access.ends_at = ends_at
        access.save(update_fields=["ends_at"])
        _record_access(access, actor, "access.end")


def _record_access(access: OrderAccess, actor: Person, action: str) -> None:
    ends_at = access.ends_at.isoformat() if access.ends_at else None
    audit.record(
        actor=actor,
        action=action,
        object_type="order",
        object_id=access.order_id,
        patient_id=access.patient_id,
        detail={"role": access.role, "ends_at": ends_at},
    )


def grants_move(*, from_patient_id: int, to_patient_id: int) -> None:
    """In the transaction that merges the two patients."""
    for model in (Grant, OrderAccess):
        model.objects.filter(patient_id=from_patient_id).update(patient_id=to_patient_id)


@transaction.atomic
def grant_break_glass(*, actor: Person, patient_id: int, reason: str) -> Grant:
    """Open a restricted patient for 60 minutes. The audit record proves the reason's text.

    The caller holds the lock of the patient. Raises BusinessError when the user did so too often
    within a day and nobody has reviewed it.
    """
    unreviewed = Grant.objects.filter(
        kind=GrantKind.BREAK_GLASS,
        grantee_id=actor.pk,
        patient_id=patient_id,
        created_at__gt=timezone.now() - timedelta(days=1),
        reviewed_at__isnull=True,
    )
    if unreviewed.count() >= settings.GLASS_OPENINGS_PER_DAY:
        raise BusinessError(ErrorCode.GLASS_LIMIT)
    grant = Grant.objects.create(
        kind=GrantKind.BREAK_GLASS,
        grantee_id=actor.pk,
        patient_id=patient_id,
        reason=reason,
        granted_by_id=actor.pk,
        expires_at=timezone.now() + BREAK_GLASS_LIFETIME,
    )
    digest = sha256(reason.encode()).hexdigest()
    _record_glass(grant, actor, "patient.break_glass", {"reason_sha256": digest})
    return grant


@transaction.atomic
def glass_end(*, actor: Person, grant_id: int) -> None:
    """Close a glass now, by who broke it or who reviews it. Raises NotFound."""
    grant = selectors.glass_get(actor, grant_id)
    open_now = Grant.objects.valid().select_for_update().filter(pk=grant.pk).first()
    if open_now is None:
        raise NotFound(ErrorCode.GLASS_NOT_FOUND, f"break-glass {grant_id}", "id")
    _end(open_now)
    _record_glass(grant, actor, "glass.end", {"grantee": grant.grantee_id})


@transaction.atomic
def glass_review(*, actor: Person, grant_id: int, outcome: str, comment: str) -> Grant:
    """Say once whether breaking the glass was justified; nobody judges what they did themselves.

    Raises NotFound, PermissionDenied, BusinessError (reviewed before).
    """
    selectors.glass_get(actor, grant_id)
    grant = Grant.objects.select_for_update().get(pk=grant_id)
    if grant.grantee_id == actor.pk:
        raise PermissionDenied("somebody else reviews it")
    if grant.reviewed_at is not None:
        raise BusinessError(ErrorCode.GLASS_REVIEWED)
    grant.reviewed_at, grant.reviewed_by_id = timezone.now(), actor.pk
    grant.review_outcome, grant.review_comment = outcome, comment
    grant.save()
    _record_glass(grant, actor, "glass.review", {"outcome": outcome})
    return grant


def _record_glass(grant: Grant, actor: Person, action: str, detail: dict[str, Any]) -> None:
    own = grant.grantee_id == actor.pk
    permission = Permission.BREAK_GLASS if own else Permission.REVIEW_GLASS
    _record(grant, actor, action, permission, detail)
