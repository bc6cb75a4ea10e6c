from __future__ import annotations

from contextlib import suppress

from django.db.models import QuerySet

from acct.models import Session, User
from common.errors import ErrorCode, NotFound
from common.person import Person
from rbac import selectors as rights
from rbac.permissions import Permission, Scope


def session_active(session_id: str) -> Session | None:
    """The session with its user and their rights, if neither was ended; one query."""
    with suppress(Session.DoesNotExist):  # first() would sort, which costs each request more
        return Session.objects.alive().select_related("user__custom_role").get(pk=session_id)
    return None


def sessions_of(user: Person) -> QuerySet[Session]:
    """A person's own sessions that can be used now, the last used first."""
    return Session.objects.visible_to(user).alive().order_by("-last_used_at", "pk")


def users_list() -> QuerySet[User]:
    return User.objects.all()


def user_get(user_id: int) -> User:
    """Raises NotFound."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound(ErrorCode.USER_NOT_FOUND, f"user {user_id}", "id")
    return user


def users_with(permission: Permission, *scopes: Scope) -> QuerySet[User]:
    """Everybody who holds the permission, however far it reaches unless ``scopes`` say."""
    return User.objects.filter(rights.holders(permission, *scopes), is_active=True)
