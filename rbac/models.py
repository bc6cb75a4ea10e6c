from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class GrantKind(models.TextChoices):
    SHARED = "shared"
    BREAK_GLASS = "break_glass"


class GrantQuerySet(models.QuerySet["Grant"]):
    def valid_for(self, user_id: int) -> GrantQuerySet:
        """Grants of the user that are neither expired nor revoked."""
        return self.filter(
            grantee_id=user_id, expires_at__gt=timezone.now(), revoked_at__isnull=True
        )


class Grant(models.Model):
    """Access to one patient or study for one user until ``expires_at``."""

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

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(patient_id__isnull=False) ^ Q(study_instance_uid__isnull=False),
                name="grant_names_one_patient_or_one_study",
            )
        ]
        indexes = [models.Index(fields=["grantee", "expires_at"])]
