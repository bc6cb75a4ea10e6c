from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from acct.devices import Device, device_of
from common.db import AllOrNoneQuerySet, VisibleQuerySet
from common.person import Person
from rbac import selectors as rights
from rbac.permissions import Permission, Role, Scope


class UserQuerySet(AllOrNoneQuerySet["User"]):
    def visible_to(self, user: Person, permission: str = Permission.MANAGE_USERS) -> UserQuerySet:
        return super().visible_to(user, permission)


class AccountManager(UserManager["User"]):
    use_in_migrations = False

    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: Person, permission: str = Permission.MANAGE_USERS) -> UserQuerySet:
        return self.get_queryset().visible_to(user, permission)


class User(AbstractBaseUser):
    """A user account. ``role`` determines the permissions (``rbac.matrix``), and so does
    ``custom_role``, whose base it is then.
    """

    username = models.CharField(
        max_length=150, unique=True, validators=[UnicodeUsernameValidator()]
    )
    full_name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    custom_role = models.ForeignKey(
        "rbac.CustomRole", on_delete=models.PROTECT, related_name="users", null=True
    )
    language = models.CharField(max_length=2, choices=[("ko", "ko"), ("en", "en")], default="ko")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["role"]

    class Meta:
        ordering = ["username"]

    @property
    def held_role(self) -> str:
        """The code of the hospital's own role, else the built-in one."""
        return self.custom_role.code if self.custom_role else self.role

    def has_permission(self, permission: str) -> bool:
        """Whether the role has ``permission``; ``visible_to`` decides about rows."""
        return rights.scope_for(self, Permission(permission)) is not Scope.NONE


class SessionQuerySet(VisibleQuerySet["Session"]):
    def visible_to(self, user: Person, permission: str = "") -> SessionQuerySet:
        """One's own; those of others are an administrator's, by their account."""
        return self.filter(user_id=user.pk)

    def alive(self) -> SessionQuerySet:
        """Neither ended, nor over, nor unused for too long."""
        now = timezone.now()
        return self.filter(
            revoked_at__isnull=True,
            expires_at__gt=now,
            last_used_at__gt=now - settings.SESSION_IDLE,
            user__is_active=True,
        )


class Session(models.Model):
    """One login. Access tokens carry its id (``sid``): revoking it ends them at once.

    ``refresh_jti`` is the only refresh token still good; rotation at ``rotated_at`` replaced
    ``previous_jti`` by it. ``expires_at`` is fixed when it begins; ``last_used_at`` and
    ``address`` follow its use, by the minute.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    refresh_jti = models.CharField(max_length=64)
    previous_jti = models.CharField(max_length=64, blank=True)
    rotated_at = models.DateTimeField(null=True)
    user_agent = models.CharField(max_length=300, blank=True, db_default="")
    address = models.CharField(max_length=45, blank=True, db_default="")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(default=timezone.now, db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "revoked_at"])]

    @property
    def device(self) -> Device:
        return device_of(self.user_agent)
