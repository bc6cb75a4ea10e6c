"""What ties a patient to OpenEMR: the link, conflicts that a person resolves, runs over all."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models

from common.db import AllOrNoneQuerySet, VisibleQuerySet
from common.person import Person
from emr.choices import ConflictSide, RunState
from rbac.permissions import Permission


class PatientLink(models.Model):
    """``ours_digest`` and ``theirs_digest``: of the values that were alike at the last sync.

    Two, because not every value is written there as it is here. ``uuid`` is the patient's in
    OpenEMR if it was made here, so that a repeated attempt finds it.
    """

    patient = models.OneToOneField(
        "emr.Patient", on_delete=models.CASCADE, related_name="openemr_link"
    )
    uuid = models.UUIDField(default=uuid4, unique=True)
    pid = models.BigIntegerField(null=True, unique=True)
    ours_digest = models.CharField(max_length=32, blank=True)
    theirs_digest = models.CharField(max_length=32, blank=True)
    synced_at = models.DateTimeField(null=True)


class SyncConflictQuerySet(VisibleQuerySet["SyncConflict"]):
    def visible_to(
        self, user: Person, permission: str = Permission.EDIT_PATIENT
    ) -> SyncConflictQuerySet:
        patients: Any = PatientLink._meta.get_field("patient").related_model
        return self.filter(link__patient__in=patients.objects.visible_to(user, permission))


class SyncConflict(models.Model):
    """The patient was changed here and in OpenEMR: both kept, until a person says which stays."""

    link = models.ForeignKey(PatientLink, on_delete=models.CASCADE, related_name="conflicts")
    ours: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    theirs: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField()
    ours_digest = models.CharField(max_length=32)
    theirs_digest = models.CharField(max_length=32)
    kept = models.CharField(max_length=10, choices=ConflictSide.choices, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True, db_index=True)

    objects = SyncConflictQuerySet.as_manager()

    @property
    def shown(self) -> str:
        """Another text once a side has changed."""
        return f"{self.ours_digest}{self.theirs_digest}"

    class Meta:
        ordering = ["-id"]


class SyncRun(models.Model):
    """All patients of OpenEMR, in the order of their numbers; ``last_pid`` is how far it came.

    ``problems``: number and reason of those that cannot be taken over, the first hundred.
    """

    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    conflicts = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    problems: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    last_pid = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = AllOrNoneQuerySet["SyncRun"].as_manager()

    class Meta:
        ordering = ["-id"]
