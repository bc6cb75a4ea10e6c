"""Pairs of records that look like one person, and how far the periodic checks have come."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.db import VisibleQuerySet
from common.person import Person
from emr.models.patient import Patient, grants_that_open
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for


class DuplicatePairQuerySet(VisibleQuerySet["DuplicatePair"]):
    def visible_to(
        self, user: Person, permission: str = Permission.MERGE_PATIENTS
    ) -> DuplicatePairQuerySet:
        """Where the person sees both; a pair of a merged record is none any more."""
        if scope_for(user, permission) is not Scope.ALL:
            return self.none()
        closed = Patient.objects.closed_to(user, grants_that_open(user))
        pairs = self.filter(first__merged_into=None, second__merged_into=None)
        return pairs.exclude(Q(first__in=closed) | Q(second__in=closed))


class DuplicatePair(models.Model):
    """``first`` has the lower key. ``score``: 0 to 100; ``alike``: names of what agrees.

    ``dismissed_at``: a person said that they are not the same, which is remembered.
    """

    first = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="+")
    score = models.PositiveSmallIntegerField(db_index=True)
    alike = models.JSONField(default=list)
    found_at = models.DateTimeField(auto_now_add=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    dismissed_at = models.DateTimeField(null=True)

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        ordering = ["-score", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="duplicate_pair_once")
        ]


class ScanCursor(models.Model):
    """The last patient that a periodic check has read; 0 at the beginning of a round."""

    name = models.CharField(max_length=30, unique=True)
    last_patient = models.PositiveBigIntegerField(default=0)
