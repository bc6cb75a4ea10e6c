"""Log in, renew, log out; users and their roles."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import RefreshToken

from acct.attempts import CROWDED_S, Attempt, TooManyAttempts
from acct.choices import Attack
from acct.events import LOGIN_ATTACKED
from acct.hashers import room_to_hash
from acct.models import Session, User
from audit import services as audit
from audit.choices import Outcome
from common import context
from common.errors import (
    AuthenticationError,
    ConflictError,
    ErrorCode,
    InvalidInput,
    NotFound,
    PermissionDenied,
)
from common.outbox.services import publish
from common.person import Person
from rbac import selectors as rights
from rbac.epochs import rights_changing
from rbac.permissions import Permission
from rbac.services import check_given, rights_change

BROWSER_LEEWAY = timedelta(seconds=10)
"""A browser that reloads during a refresh still has the old token only."""

NOTED_EVERY = timedelta(minutes=1)
LONGEST_USER_AGENT, LONGEST_ADDRESS = 300, 45


@dataclass(frozen=True, slots=True)
class TokenPair:
    """Encoded JWTs: access (at most 1 h) and refresh, none beyond the end of the session."""

    access: str
    refresh: str
    ends_at: datetime


def _issue(session: Session, refresh: RefreshToken) -> TokenPair:
    refresh["sid"] = str(session.pk)
    refresh["user_id"] = session.user_id
    refresh["exp"] = int(session.expires_at.timestamp())
    access = refresh.access_token
    access["exp"] = min(access["exp"], refresh["exp"])
    return TokenPair(str(access), str(refresh), session.expires_at)


def _refused(user: User | None, action: str, reason: str) -> None:
    """On record: an attempt that was wrong, or one too many."""
    audit.record(
        actor=user,
        action=action,
        outcome=Outcome.DENIED,
        object_type="user",
        object_id=user.pk if user else "",
        detail={"reason": reason},
    )


def _password_checked(
    user: User | None, name: str, password: str, action: str, *, may: bool = True
) -> bool:
    """Whether it is the user's password. Every attempt is counted, every wrong one recorded.

    An unknown user costs the same time as a wrong password. Raises TooManyAttempts.
    """
    attempt = Attempt(name)
    try:
        attempt.begin()
    except TooManyAttempts:
        _failed(user, attempt, password, action, "too many attempts")
        raise
    with room_to_hash() as room:
        if room and user is None:
            make_password(password)
        elif room and user is not None and user.check_password(password) and may:
            attempt.succeed()
            return True
    if not room:
        attempt.take_back()
        _refused(user, action, "crowded")
        raise TooManyAttempts(CROWDED_S)
    _failed(user, attempt, password, action, "credentials")
    return False


@transaction.atomic
def _failed(user: User | None, attempt: Attempt, password: str, action: str, reason: str) -> None:
    _refused(user, action, reason)
    for attack in attempt.attacks(password):
        attacked = user if attack is Attack.ACCOUNT else None
        _refused(attacked, action, attack)
        publish(
            LOGIN_ATTACKED,
            aggregate=f"login:{attack.name}",
            payload={"attack": attack, "user_id": attacked.pk if attacked else None},
        )


def login(*, username: str, password: str, user_agent: str = "") -> tuple[User, TokenPair]:
    """Check the password and open a session. Raises AuthenticationError, TooManyAttempts.

    ``user_agent``: how the browser calls itself, for the list of sessions.
    """
    user = User.objects.filter(username=username).first()
    # the database finds a name in many spellings; all of them count as one
    name = user.username if user else username
    active = user is not None and user.is_active
    if not _password_checked(user, name, password, "session.login", may=active) or user is None:
        raise AuthenticationError(ErrorCode.CREDENTIALS_INVALID)
    with transaction.atomic():
        refresh = RefreshToken()
        session = Session.objects.create(
            user=user,
            refresh_jti=refresh["jti"],
            user_agent=user_agent[:LONGEST_USER_AGENT],
            address=context.current().source_ip[:LONGEST_ADDRESS],
            expires_at=timezone.now() + settings.SESSION_LIFETIME,
        )
        audit.record(actor=user, action="session.login", object_type="user", object_id=user.pk)
    return user, _issue(session, refresh)


def session_refresh(*, token: str, leeway: timedelta = timedelta(0)) -> tuple[User, TokenPair]:
    """Rotate the refresh token. One that was rotated out ends its session (it was stolen or lost).

    Only the last one rotated out, and only for ``leeway`` after that, gets its successor again.
    Raises AuthenticationError, TooManyAttempts.
    """
    try:
        given = RefreshToken(token)  # type: ignore[arg-type]
        session_id = str(uuid.UUID(given["sid"]))
    except (TokenError, KeyError, ValueError, TypeError, AttributeError):
        Attempt().begin()
        raise AuthenticationError(ErrorCode.TOKEN_INVALID) from None
    with transaction.atomic():
        alive = Session.objects.alive().select_for_update().select_related("user")
        session = alive.filter(pk=session_id).first()
        tokens = _rotate(session, given["jti"], leeway) if session is not None else None
    if session is None or tokens is None:
        raise AuthenticationError(ErrorCode.TOKEN_REVOKED)  # signed by us: nobody guessed it
    return session.user, tokens


def _rotate(session: Session, jti: str, leeway: timedelta) -> TokenPair | None:
    """The next tokens of the session; None if ``jti`` is not valid any more: the session ends."""
    now = timezone.now()
    refresh = RefreshToken()
    if jti == session.refresh_jti:
        session.previous_jti, session.refresh_jti = jti, refresh["jti"]
        session.rotated_at = now
    elif jti == session.previous_jti and session.rotated_at and now < session.rotated_at + leeway:
        refresh["jti"] = session.refresh_jti
    else:
        _revoke(session.user_id, Session.objects.filter(pk=session.pk))
        audit.record(
            actor=session.user,
            action="session.refresh",
            outcome=Outcome.DENIED,
            object_type="user",
            object_id=session.user_id,
        )
        return None
    session.save(update_fields=["refresh_jti", "previous_jti", "rotated_at"])
    return _issue(session, refresh)


@transaction.atomic
def logout(*, session: Session) -> None:
    """End this session: its access and refresh tokens stop working at once."""
    _revoke(session.user_id, Session.objects.filter(pk=session.pk))
    audit.record(
        actor=session.user, action="session.logout", object_type="user", object_id=session.user.pk
    )


def session_used(session: Session) -> None:
    """Note that the session is in use, and from where; the row is written once a minute at most."""
    now = timezone.now()
    if session.last_used_at > now - NOTED_EVERY:
        return
    unnoted = Session.objects.filter(pk=session.pk, last_used_at__lte=now - NOTED_EVERY)
    unnoted.update(last_used_at=now, address=context.current().source_ip[:LONGEST_ADDRESS])


def sessions_read(*, actor: Person, user_id: int) -> None:
    """Record that an administrator read whose sessions."""
    audit.record(
        actor=actor,
        action="session.list",
        object_type="user",
        object_id=user_id,
        permission=Permission.MANAGE_USERS,
    )


@transaction.atomic
def session_end(*, actor: Person, user_id: int, session_id: uuid.UUID) -> None:
    """End one session of the user; its next request is refused. Raises NotFound."""
    if not _sessions_end(actor, user_id, Session.objects.alive().filter(pk=session_id)):
        raise NotFound(ErrorCode.SESSION_NOT_FOUND, f"session {session_id}", "session_id")


@transaction.atomic
def sessions_end(*, actor: Person, user_id: int, but: uuid.UUID | None = None) -> int:
    """End all sessions of the user, or all ``but`` one; returns how many."""
    every = Session.objects.alive()
    return _sessions_end(actor, user_id, every.exclude(pk=but) if but else every)


def _sessions_end(actor: Person, user_id: int, which: QuerySet[Session]) -> int:
    ending = list(which.filter(user_id=user_id).select_for_update())
    if not ending:
        return 0
    _revoke(user_id, Session.objects.filter(pk__in=[session.pk for session in ending]))
    for session in ending:
        audit.record(
            actor=actor,
            action="session.end",
            object_type="session",
            object_id=str(session.pk),
            permission=Permission.MANAGE_USERS if user_id != actor.pk else "",
            detail={"user": user_id},
        )
    return len(ending)


def sessions_revoke(user: User) -> None:
    """Inside the caller's transaction."""
    _revoke(user.pk, Session.objects.filter(user=user, revoked_at__isnull=True))


def _revoke(user_id: int, sessions: QuerySet[Session]) -> None:
    rights_changing(user_id)
    sessions.update(revoked_at=timezone.now())


def _checked_password(user: User, password: str, field: str = "password") -> str:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput(ErrorCode.VALIDATION, " ".join(error.messages), field) from None
    return make_password(password)


def password_confirmed(*, user_id: int, password: str, action: str) -> bool:
    """Whether it is the user's own, before something that is signed. Raises TooManyAttempts."""
    user = User.objects.get(pk=user_id)
    return _password_checked(user, user.username, password, action)


def profile_update(
    *,
    user: User,
    full_name: str | None = None,
    email: str | None = None,
    language: str | None = None,
    current_password: str | None = None,
    new_password: str | None = None,
) -> User:
    """Change one's own profile. A new password needs the current one and ends every session.

    Raises InvalidInput, TooManyAttempts.
    """
    if new_password is not None and not _password_checked(
        user, user.username, current_password or "", "user.update"
    ):
        raise InvalidInput(
            ErrorCode.VALIDATION, "the current password is wrong", "current_password"
        )
    changes = {"full_name": full_name, "email": email, "language": language}
    return _profile_write(
        user, {name: value for name, value in changes.items() if value is not None}, new_password
    )


@transaction.atomic
def _profile_write(user: User, changes: dict[str, str], new_password: str | None) -> User:
    user = User.objects.select_for_update().get(pk=user.pk)
    for name, value in changes.items():
        setattr(user, name, value)
    if new_password is not None:
        user.password = _checked_password(user, new_password, "new_password")
        sessions_revoke(user)
    user.save()
    _record_update(user, user, {"password_changed": new_password is not None})
    return user


def user_create(*, actor: Person | None, password: str, **fields: Any) -> User:
    """Create a user. Raises InvalidInput (weak password, another base), ConflictError (name taken),
    PermissionDenied (wider than the actor).
    """
    user = User(**fields)
    user.password = _checked_password(user, password)
    if actor is None:
        return _user_insert(None, user)
    with rights_change(actor, Permission.MANAGE_USERS) as now:
        check_given(now, user.role, user.custom_role)
        return _user_insert(actor, user)


def _user_insert(actor: Person | None, user: User) -> User:
    try:
        with transaction.atomic():
            user.save()
            audit.record(
                actor=actor,
                action="user.create",
                object_type="user",
                object_id=user.pk,
                permission=Permission.MANAGE_USERS,
                detail={"role": user.held_role},
            )
    except IntegrityError:
        raise ConflictError(ErrorCode.DUPLICATE, "the username is taken", "username") from None
    return user


def user_update(*, actor: Person, user_id: int, **changes: Any) -> User:
    """Change a user. A new role, password or deactivation ends all sessions of that user.

    A ``role`` alone is the built-in one; ``custom_role`` brings its base. Raises InvalidInput,
    BusinessError (the last administrator), PermissionDenied (oneself, or wider than the actor).
    """
    password = changes.pop("password", None)
    if changes.get("custom_role"):
        changes.setdefault("role", changes["custom_role"].base_role)
    elif "role" in changes:
        changes["custom_role"] = None
    ending = password is not None or bool({"role", "custom_role", "is_active"} & changes.keys())
    with rights_change(actor, Permission.MANAGE_USERS) as now:
        user = User.objects.select_for_update().get(pk=user_id)
        if user.pk == actor.pk and ending:
            raise PermissionDenied(
                "your own role and access are changed by another administrator, your password in "
                "your profile"
            )
        rights.check_no_wider(now, user.role, user.custom_role)
        before = user.held_role
        for name, value in changes.items():
            setattr(user, name, value)
        if password is not None:
            user.password = _checked_password(user, password)
        check_given(now, user.role, user.custom_role)
        user.save()
        if ending:
            sessions_revoke(user)
        fields = sorted([*changes, *(["password"] if password else [])])
        _record_update(actor, user, {"fields": fields, "role": [before, user.held_role]})
    return user


def _record_update(actor: Person, user: User, detail: dict[str, Any]) -> None:
    audit.record(
        actor=actor,
        action="user.update",
        object_type="user",
        object_id=user.pk,
        permission=Permission.MANAGE_USERS if user.pk != actor.pk else "",
        detail=detail,
    )


def test_user_put(*, username: str, password: str, role: str, full_name: str) -> User:
    """Create or reset one development user; weak passwords are allowed here only."""
    user, _ = User.objects.update_or_create(
        username=username,
        defaults={
            "role": role,
            "custom_role": None,
            "full_name": full_name,
            "password": make_password(password),
        },
    )
    return user
