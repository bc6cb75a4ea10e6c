from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.db import AllOrNoneQuerySet, VersionedModel, VisibleQuerySet
from common.person import Person
from rbac import matrix
from rbac.choices import GlassOutcome
from rbac.permissions import Permission, Role, Scope


class CustomRoleQuerySet(AllOrNoneQuerySet["CustomRole"]):
    def visible_to(
        self, user: Person, permission: str = Permission.MANAGE_ROLES
    ) -> CustomRoleQuerySet:
        return super().visible_to(user, permission)

    def active(self) -> CustomRoleQuerySet:
        return self.filter(active=True)


class CustomRole(VersionedModel):
    """A role of the hospital's own: its base without ``removed`` and with ``added`` permissions.

    Added ones reach as far as ``matrix.CEILINGS`` says; what a later release puts above the
    ceiling is lost. ``menu_order``: keys of menu entries that come first. A retired role stays as
    a row, because the audit record names it.
    """

    code = models.SlugField(max_length=60, unique=True)
    name_ko = models.CharField(max_length=50)
    name_en = models.CharField(max_length=50)
    base_role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    removed = models.JSONField(default=list)
    added = models.JSONField(default=list)
    menu_order = models.JSONField(default=list)
    active = models.BooleanField(default=True)

    objects = CustomRoleQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def scope(self, permission: str) -> Scope:
        if not self.active:
            return Scope.NONE
        return matrix.scope(self.base_role, permission, self.removed, self.added)


class GrantKind(models.TextChoices):
    SHARED = "shared"
    BREAK_GLASS = "break_glass"


class GrantQuerySet(VisibleQuerySet["Grant"]):
    def visible_to(self, user: Person, permission: str = "") -> GrantQuerySet:
        """Shares that the user gave, and those that the user has now; nobody else's."""
        mine = Q(grantee_id=user.pk, pk__in=Grant.objects.valid())
        return self.filter(mine | Q(granted_by_id=user.pk), kind=GrantKind.SHARED)

    def valid(self) -> GrantQuerySet:
        """Grants that are neither expired nor revoked."""
        return self.filter(expires_at__gt=timezone.now(), revoked_at__isnull=True)

    def valid_for(self, user_id: int) -> GrantQuerySet:
        return self.valid().filter(grantee_id=user_id)


class Grant(models.Model):
    """Access to one patient for one user until ``expires_at``; only to one study if it is named.

    A study that moves to another patient is not shared any more. A broken glass is reviewed.
    """

    kind = models.CharField(max_length=12, choices=GrantKind.choices)
    grantee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants"
    )
    patient_id = models.BigIntegerField(null=True, db_index=True)
    study_instance_uid = models.CharField(max_length=64, null=True, db_index=True)
    reason = models.CharField(max_length=500, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="grants_given"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    review_outcome = models.CharField(
        max_length=12, choices=GlassOutcome.choices, blank=True, db_default=""
    )
    review_comment = models.CharField(max_length=500, blank=True, db_default="")

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(patient_id__isnull=False) | Q(study_instance_uid__isnull=False),
                name="grant_names_a_patient_or_a_study",
            )
        ]
        indexes = [models.Index(fields=["grantee", "expires_at"])]

    @property
    def shares_patient(self) -> bool:
        return self.kind == GrantKind.SHARED and self.study_instance_uid is None

    @property
    def ends_at(self) -> datetime:
        return self.revoked_at or self.expires_at

    @property
    def breaks_glass(self) -> bool:
        return self.kind == GrantKind.BREAK_GLASS


class OrderAccessQuerySet(models.QuerySet["OrderAccess"]):
    def valid(self) -> OrderAccessQuerySet:
        """Without an end, or before it."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now()))


class OrderAccess(models.Model):
    """An order opens its patient to the role that works it, until ``ends_at`` once it is over."""

    order_id = models.BigIntegerField()
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    patient_id = models.BigIntegerField(db_index=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    ends_at = models.DateTimeField(null=True)

    objects = OrderAccessQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order_id", "role"], name="order_access_once_a_role")
        ]
        indexes = [models.Index(fields=["role", "ends_at"]), models.Index(fields=["ends_at"])]
