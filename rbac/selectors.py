"""Permissions and grants of users, for all apps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Min, QuerySet
from django.utils import timezone

from common.errors import ErrorCode, NotFound
from common.person import Person
from rbac import matrix
from rbac.menus import MENUS, MenuEntry
from rbac.models import Grant, GrantKind, OrderAccess
from rbac.permissions import Permission, Role, Scope


def scope_for(user: Person, permission: str) -> Scope:
    """The scope of the permission; NONE for an anonymous or inactive user."""
    return matrix.scope(user.role, permission) if user.is_active else Scope.NONE


def role_scope(role: str, permission: Permission) -> Scope:
    return matrix.scope(role, permission)


def roles_with(permission: Permission) -> list[Role]:
    """The roles that hold the right, however far it reaches."""
    return [role for role in Role if matrix.scope(role, permission) is not Scope.NONE]


def grants_of(user_id: int) -> QuerySet[Grant]:
    """Shares and broken glasses that the user has now, with a patient; they are few.

    Whether a share opens its patient: ``emr.selectors.grants_that_open``.
    """
    return Grant.objects.valid_for(user_id).filter(patient_id__isnull=False).order_by()


def ordered_patient_ids(role: str) -> QuerySet[OrderAccess, int]:
    """Patients whom an order opens to the role that works it (subquery)."""
    return OrderAccess.objects.valid().filter(role=role).values_list("patient_id", flat=True)


def first_expiry(user_id: int) -> datetime | None:
    """When the first grant of the user or access by any order ends; None if none does."""
    grant = Grant.objects.valid_for(user_id).aggregate(at=Min("expires_at"))["at"]
    ending = OrderAccess.objects.filter(ends_at__gt=timezone.now())
    access = ending.aggregate(at=Min("ends_at"))["at"]
    return min((end for end in (grant, access) if end), default=None)


def shares_visible_to(user: Person) -> QuerySet[Grant]:
    return Grant.objects.visible_to(user).select_related("grantee", "granted_by")


def share_get(grant_id: int) -> Grant:
    """A share that is valid now; not filtered by rights. Raises NotFound."""
    grant = Grant.objects.valid().filter(pk=grant_id, kind=GrantKind.SHARED).first()
    if grant is None:
        raise NotFound(ErrorCode.GRANT_NOT_FOUND, f"share {grant_id}", "id")
    return grant


def glasses_visible_to(user: Person) -> QuerySet[Grant]:
    """Glasses that the user broke, or all of them for whoever reviews them; newest first."""
    broken = Grant.objects.filter(kind=GrantKind.BREAK_GLASS)
    if scope_for(user, Permission.REVIEW_GLASS) is Scope.NONE:
        broken = broken.filter(grantee_id=user.pk)
    return broken.select_related("grantee", "reviewed_by").order_by("-pk")


def glass_get(user: Person, grant_id: int) -> Grant:
    """Raises NotFound for what this user neither broke nor reviews."""
    grant = glasses_visible_to(user).filter(pk=grant_id).first()
    if grant is None:
        raise NotFound(ErrorCode.GLASS_NOT_FOUND, f"break-glass {grant_id}", "id")
    return grant


def accesses_of(patient_id: int) -> tuple[QuerySet[Grant], QuerySet[OrderAccess]]:
    """Grants of the patient or of single studies, and accesses by order, that are valid now."""
    grants = Grant.objects.valid().filter(patient_id=patient_id)
    grants = grants.select_related("grantee", "granted_by")
    orders = OrderAccess.objects.valid().filter(patient_id=patient_id).select_related("opened_by")
    return grants.order_by("-pk"), orders.order_by("-pk")


def roles_list() -> list[dict[str, Any]]:
    return [
        {
            "role": role,
            "permissions": [
                {"permission": p, "scope": matrix.scope(role, p)}
                for p in matrix.permissions_of(role)
            ],
        }
        for role in Role
    ]


def menus_for(user: Person) -> list[dict[str, Any]]:
    """The menu tree of the user: labels in both languages, icon, route, children."""
    return [_menu(entry, user) for entry in MENUS if _shown(entry, user)]


def _shown(entry: MenuEntry, user: Person) -> bool:
    return entry.permission is None or scope_for(user, entry.permission) is not Scope.NONE


def _menu(entry: MenuEntry, user: Person) -> dict[str, Any]:
    return {
        "key": entry.key,
        "label": {"ko": entry.ko, "en": entry.en},
        "icon": entry.icon,
        "route": entry.route,
        "children": [_menu(child, user) for child in entry.children if _shown(child, user)],
    }
