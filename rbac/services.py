"""Grants access to single patients and studies, and makes the hospital's own roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain, count
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.text import slugify

from audit import services as audit
from common.errors import (
    BusinessError,
    ConflictError,
    ErrorCode,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from common.person import Person
from rbac import matrix, selectors
from rbac.epochs import rights_changing
from rbac.models import CustomRole, Grant, GrantKind, OrderAccess
from rbac.permissions import Permission, Role, Scope

BREAK_GLASS_LIFETIME = timedelta(minutes=60)
LONGEST_SHARE = timedelta(days=366)
ROLES_LOCK_WAIT_S = 10


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


@contextmanager
def rights_change(actor: Person, permission: Permission) -> Iterator[Any]:
    """The transaction of a change of what a role or its holder may; the actor as they are now.

    One at a time, so that two administrators cannot lower each other at once. Raises
    PermissionDenied if the actor holds ``permission`` no more, BusinessError if nobody were left
    who manages users and roles.
    """
    with _alone(), transaction.atomic():
        now = selectors.person_now(actor)
        if not now.has_permission(permission):
            raise PermissionDenied(f"needs the permission {permission}")
        yield now
        if not selectors.administered():
            raise BusinessError(ErrorCode.LAST_ADMINISTRATOR)


@contextmanager
def _alone() -> Iterator[None]:
    name = "CONCAT(DATABASE(), '.roles')"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT GET_LOCK({name}, %s)", [ROLES_LOCK_WAIT_S])
        if cursor.fetchone() != (1,):
            raise ConflictError(ErrorCode.VERSION_CONFLICT, "another change of roles is under way")
        try:
            yield
        finally:
            cursor.execute(f"SELECT RELEASE_LOCK({name})")


def role_create(*, actor: Person, base_role: str, **fields: Any) -> CustomRole:
    """A role of the hospital's own; ``fields`` as of the model. Raises InvalidInput, ConflictError
    (a name is taken), PermissionDenied (wider than the actor's).
    """
    with rights_change(actor, Permission.MANAGE_ROLES) as now:
        role = CustomRole(base_role=base_role, **_tidied(fields))
        role.code = _free_code(role.name_en)
        _check_role(now, role)
        role.save()
        _record_role(role, actor, "role.create", {"after": _role_fields(role)})
    return role


def role_update(*, actor: Person, code: str, expected: int, **changes: Any) -> CustomRole:
    """Change a role that still has version ``expected``; it counts at its holders' next request.

    Raises NotFound, InvalidInput, ConflictError, BusinessError, PermissionDenied (wider than the
    actor's, before or after; the permissions of the role that the actor holds).
    """
    with rights_change(actor, Permission.MANAGE_ROLES) as now:
        role = _role_locked(now, code)
        before = _role_fields(role)
        role.save_versioned(expected=expected, **_tidied(changes))
        _check_role(now, role)
        after = _role_fields(role)
        changed = [name for name in after if after[name] != before[name]]
        if {"removed", "added"} & set(changed):
            if now.custom_role_id == role.pk:
                raise PermissionDenied("the role you hold is changed by another administrator")
            rights_changing()
        detail = {
            "before": {name: before[name] for name in changed},
            "after": {name: after[name] for name in changed},
        }
        _record_role(role, actor, "role.update", detail)
    return role


def role_retire(*, actor: Person, code: str) -> None:
    """Nobody can be given the role any more. Raises NotFound, BusinessError (somebody holds it),
    PermissionDenied (wider than the actor's).
    """
    with rights_change(actor, Permission.MANAGE_ROLES) as now:
        role = _role_locked(now, code)
        if role.users.exists():
            raise BusinessError(ErrorCode.ROLE_HELD, f"role {code}")
        role.save_versioned(expected=role.version, active=False)
        _record_role(role, actor, "role.retire", {"before": _role_fields(role)})


def _role_locked(actor: Person, code: str) -> CustomRole:
    role = CustomRole.objects.select_for_update().get(pk=selectors.custom_role_get(code).pk)
    selectors.check_no_wider(actor, role.base_role, role)
    return role


def _tidied(fields: dict[str, Any]) -> dict[str, Any]:
    """Permissions once each, in the order of the catalogue; menu entries once each."""
    tidied = dict(fields)
    for name in {"removed", "added"} & fields.keys():
        tidied[name] = [p.value for p in Permission if p in fields[name]]
    if "menu_order" in fields:
        tidied["menu_order"] = list(dict.fromkeys(fields["menu_order"]))
    return tidied


def _free_code(name: str) -> str:
    """From the English name; codes of retired roles are not used again."""
    stem = slugify(name)[:50] or "role"
    taken = {
        *Role,
        *CustomRole.objects.filter(code__startswith=stem).values_list("code", flat=True),
    }
    codes = chain([stem], (f"{stem}-{number}" for number in count(2)))
    return next(code for code in codes if code not in taken)


def _check_role(actor: Person, role: CustomRole) -> None:
    ceiling = matrix.CEILINGS[Role(role.base_role)]
    nothing_to_remove = [
        p for p in role.removed if matrix.scope(role.base_role, p) is Scope.NONE or p in role.added
    ]
    if nothing_to_remove:
        detail = f"{role.base_role} does not have {nothing_to_remove[0]}, or it is added too"
        raise InvalidInput(ErrorCode.VALIDATION, detail, "removed")
    if above := [p for p in role.added if p not in ceiling]:
        detail = f"{above[0]} is above the ceiling of {role.base_role}"
        raise InvalidInput(ErrorCode.VALIDATION, detail, "added")
    for name in ("name_ko", "name_en"):
        same = CustomRole.objects.active().filter(**{name: getattr(role, name)})
        if same.exclude(pk=role.pk).exists():
            raise ConflictError(ErrorCode.DUPLICATE, "another role has this name", name)
    selectors.check_no_wider(actor, role.base_role, role)


def check_given(actor: Person, role: str, custom_role: CustomRole | None) -> None:
    """Within ``rights_change``: whether the actor may give somebody these two. Raises InvalidInput
    (the custom role is retired, or of another base), PermissionDenied (wider than the actor's).
    """
    if custom_role:
        custom_role.refresh_from_db()
        if not custom_role.active or custom_role.base_role != role:
            detail = f"{custom_role.code} is retired, or its base is not {role}"
            raise InvalidInput(ErrorCode.VALIDATION, detail, "custom_role")
    selectors.check_no_wider(actor, role, custom_role)


def _role_fields(role: CustomRole) -> dict[str, Any]:
    names = ("code", "name_ko", "name_en", "base_role", "removed", "added", "menu_order")
    return {name: getattr(role, name) for name in names}


def _record_role(role: CustomRole, actor: Person, action: str, detail: dict[str, Any]) -> None:
    audit.record(
        actor=actor,
        action=action,
        object_type="role",
        object_id=role.code,
        permission=Permission.MANAGE_ROLES,
        detail=detail,
    )
