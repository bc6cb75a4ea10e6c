from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from acct.models import Session, User
from common.errors import ErrorCode, NotFound


def session_active(session_id: str) -> Session | None:
    """The session with its user, if neither was ended; one query."""
    return (
        Session.objects.select_related("user")
        .filter(
            pk=session_id,
            revoked_at__isnull=True,
            expires_at__gt=timezone.now(),
            user__is_active=True,
        )
        .first()
    )


def users_list() -> QuerySet[User]:
    return User.objects.all()


def user_get(user_id: int) -> User:
    """Raises NotFound."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound(ErrorCode.USER_NOT_FOUND, f"user {user_id}", "id")
    return user


def users_with_role(role: str) -> QuerySet[User]:
    return User.objects.filter(role=role, is_active=True)
