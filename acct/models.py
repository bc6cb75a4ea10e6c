from __future__ import annotations

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models

from common.db import AllOrNoneQuerySet
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
    """A user account. ``role`` determines the permissions (``rbac.matrix``)."""

    username = models.CharField(
        max_length=150, unique=True, validators=[UnicodeUsernameValidator()]
    )
    full_name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    language = models.CharField(max_length=2, choices=[("ko", "ko"), ("en", "en")], default="ko")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AccountManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["role"]

    class Meta:
        ordering = ["username"]

    def has_permission(self, permission: str) -> bool:
        """Whether the role has ``permission``; ``visible_to`` decides about rows."""
        return rights.scope_for(self, Permission(permission)) is not Scope.NONE


class Session(models.Model):
    """One login. Access tokens carry its id (``sid``): revoking it ends them at once.

    ``refresh_jti`` is the only refresh token still good; rotation at ``rotated_at`` replaced
    ``previous_jti`` by it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    refresh_jti = models.CharField(max_length=64)
    previous_jti = models.CharField(max_length=64, blank=True)
    rotated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["user", "revoked_at"])]
