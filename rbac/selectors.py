"""Permissions and grants of users, for all apps."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from common.errors import ErrorCode, NotFound, PermissionDenied
from common.person import Person
from rbac import matrix
from rbac.menus import MenuEntry, menus_ordered
from rbac.models import CustomRole, Grant, GrantKind, OrderAccess
from rbac.permissions import Permission, Role, Scope


def scope_for(user: Person, permission: str) -> Scope:
    """The scope of the permission; NONE for an anonymous or inactive user."""
    return held_scope(user.role, user.custom_role, permission) if user.is_active else Scope.NONE


def held_scope(role: str, custom_role: CustomRole | None, permission: str) -> Scope:
    return custom_role.scope(permission) if custom_role else matrix.scope(role, permission)


def permissions_of(user: Person) -> list[Permission]:
    return [p for p in Permission if scope_for(user, p) is not Scope.NONE]


def roles_with(permission: Permission) -> list[Role]:
    """The built-in roles that hold the right, however far it reaches."""
    return [role for role in Role if matrix.scope(role, permission) is not Scope.NONE]


def holders(permission: Permission, *scopes: Scope) -> Q:
    """Condition on users: they hold the right, with one of ``scopes`` if they are given."""
    wanted = frozenset(scopes) or frozenset(Scope) - {Scope.NONE}
    built_in = [role for role in Role if matrix.scope(role, permission) in wanted]
    own = [role.pk for role in CustomRole.objects.active() if role.scope(permission) in wanted]
    return Q(custom_role=None, role__in=built_in) | Q(custom_role__in=own)


def custom_roles() -> QuerySet[CustomRole]:
    return CustomRole.objects.active()


def custom_role_get(code: str) -> CustomRole:
    """Raises NotFound, also for one that is retired."""
    role = CustomRole.objects.active().filter(code=code).first()
    if role is None:
        raise NotFound(ErrorCode.ROLE_NOT_FOUND, f"role {code}", "code")
    return role


def person_now(actor: Person) -> Any:
    """The same user as the database knows them now."""
    return get_user_model()._base_manager.select_related("custom_role").get(pk=actor.pk)


def administered() -> bool:
    """Whether an active user manages both users and roles."""
    both = holders(Permission.MANAGE_USERS) & holders(Permission.MANAGE_ROLES)
    return get_user_model()._base_manager.filter(both, is_active=True).exists()


def check_no_wider(actor: Person, role: str, custom_role: CustomRole | None) -> None:
    """Raises PermissionDenied if the role holds a right that the actor lacks and that is theirs to
    give: any right of administration, and of a role on the actor's own base any right at all.
    """
    for permission in Permission:
        held = held_scope(role, custom_role, permission)
        compared = role == actor.role or permission in matrix.ADMINISTRATIVE
        if compared and held not in (Scope.NONE, scope_for(actor, permission)):
            raise PermissionDenied(f"you do not hold {permission} yourself")


def grants_of(user_id: int) -> QuerySet[Grant]:
    """Shares and broken glasses that the user has now, with a patient; they are few.

    Whether a share opens its patient: ``emr.selectors.grants_that_open``.
    """
    return Grant.objects.valid_for(user_id).filter(patient_id__isnull=False).order_by()


def ordered_patient_ids(user: Person) -> QuerySet[OrderAccess, int]:
    """Patients whom an order opens to those who work it (subquery)."""
    works = [p for p in matrix.ORDER_WORK if scope_for(user, p) is not Scope.NONE]
    roles = {role for permission in works for role in matrix.MATRIX[permission]}
    accesses = OrderAccess.objects.valid().filter(role__in=roles)
    return accesses.values_list("patient_id", flat=True)


def first_expiry(user_id: int) -> datetime | None:
    """When the first grant of the user or access by any order ends; None if none does."""
    grant = Grant.objects.valid_for(user_id).aggregate(at=Min("expires_at"))["at"]
    ending = OrderAccess.objects.filter(ends_at__gt=timezone.now())
    access = ending.aggregate(at=Min("ends_at"))["at"]
    return min((end for end in (grant, access) if end), default=None)


def shares_visible_to(user: Person) -> QuerySet[Grant]:
    return Grant.objects.visible_to(user).select_related("grantee", "granted_by")


def shares_of(user: Person, patient_ids: Any) -> QuerySet[Grant]:
    """Shares of these patients (a subquery); of others those that the user gave or has."""
    mine = Grant.objects.visible_to(user).order_by().values("pk")
    shared = Grant.objects.filter(Q(patient_id__in=patient_ids) | Q(pk__in=mine))
    rows = shared.filter(kind=GrantKind.SHARED, patient_id__isnull=False)
    return rows.select_related("grantee", "granted_by")


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
    """The built-in roles, then those of the hospital's own."""
    own = CustomRole.objects.active().annotate(holders=Count("users"))
    built_in = [role_described(role) for role in Role]
    return built_in + [role_described(role.base_role, role) for role in own]


def role_described(role: str, custom: CustomRole | None = None) -> dict[str, Any]:
    held = {p: held_scope(role, custom, p) for p in Permission}
    order = custom.menu_order if custom else ()
    return {
        "role": role,
        "custom": custom,
        "permissions": [
            {"permission": p, "scope": s} for p, s in held.items() if s is not Scope.NONE
        ],
        "ceiling": [{"permission": p, "scope": s} for p, s in matrix.CEILINGS[Role(role)].items()],
        "menus": [
            {"key": entry.key, "label": entry.label, "permission": entry.permission}
            for entry in menus_ordered(order)
        ],
    }


def menus_for(user: Person) -> list[dict[str, Any]]:
    """The menu tree of the user: labels in both languages, icon, route, children."""
    order = user.custom_role.menu_order if user.custom_role else ()
    return [_menu(entry, user) for entry in menus_ordered(order) if _shown(entry, user)]


def _shown(entry: MenuEntry, user: Person) -> bool:
    held = entry.permission is None or scope_for(user, entry.permission) is not Scope.NONE
    return held and user.role in entry.roles


def _menu(entry: MenuEntry, user: Person) -> dict[str, Any]:
    return {
        "key": entry.key,
        "label": entry.label,
        "icon": entry.icon,
        "route": entry.route,
        "children": [_menu(child, user) for child in entry.children if _shown(child, user)],
    }
