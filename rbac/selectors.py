"""Permissions and grants of users, for all apps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Min, QuerySet

from common.person import Person
from rbac import matrix
from rbac.menus import MENUS, MenuEntry
from rbac.models import Grant, GrantKind
from rbac.permissions import Permission, Role, Scope


def scope_for(user: Person, permission: str) -> Scope:
    """The scope of the permission; NONE for an anonymous or inactive user."""
    return matrix.scope(user.role, permission) if user.is_active else Scope.NONE


def roles_with(permission: Permission) -> list[Role]:
    """The roles that hold the right, however far it reaches."""
    return [role for role in Role if matrix.scope(role, permission) is not Scope.NONE]


def shared_patient_ids(user_id: int) -> QuerySet[Grant, int | None]:
    """Patients granted to the user (subquery)."""
    return (
        Grant.objects.valid_for(user_id)
        .filter(kind=GrantKind.SHARED, patient_id__isnull=False)
        .values_list("patient_id", flat=True)
    )


def shared_study_uids(user_id: int) -> QuerySet[Grant, str | None]:
    """Studies granted to the user (subquery)."""
    return (
        Grant.objects.valid_for(user_id)
        .filter(kind=GrantKind.SHARED, study_instance_uid__isnull=False)
        .values_list("study_instance_uid", flat=True)
    )


def broken_glass_patient_ids(user_id: int) -> QuerySet[Grant, int | None]:
    """Restricted patients to whom the user has emergency access now (subquery)."""
    return (
        Grant.objects.valid_for(user_id)
        .filter(kind=GrantKind.BREAK_GLASS)
        .values_list("patient_id", flat=True)
    )


def first_expiry(user_id: int) -> datetime | None:
    """When the first grant of the user expires; None if there is none."""
    ends: datetime | None = Grant.objects.valid_for(user_id).aggregate(at=Min("expires_at"))["at"]
    return ends


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
