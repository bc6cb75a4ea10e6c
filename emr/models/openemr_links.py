"""What ties a patient to OpenEMR: the link, conflicts that a person resolves, runs over all."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models

from common.db import AllOrNoneQuerySet, VisibleQuerySet
from common.person import Person
from emr.choices import ConflictSide, LinkKind, RunState
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
    records_synced_at = models.DateTimeField(null=True)


class RecordLinkQuerySet(VisibleQuerySet["RecordLink"]):
    def visible_to(
        self, user: Person, permission: str = Permission.VIEW_ENCOUNTER
    ) -> RecordLinkQuerySet:
        patients: Any = RecordLink._meta.get_field("patient").related_model
        return self.filter(patient__in=patients.objects.seen_by(user, permission))


class RecordLink(models.Model):
    """A row of OpenEMR about a patient, and the row here that is the same, if there is one.

    ``faults``: the fields that cannot stand on the other side, each with a ``SyncFault``; without a
    row here they are why. ``values``: the row as it was read, where it is kept here alone.
    ``number`` is OpenEMR's; the digests are as those of a patient.
    """

    patient = models.ForeignKey(
        "emr.Patient", on_delete=models.CASCADE, related_name="openemr_rows"
    )
    kind = models.CharField(max_length=12, choices=LinkKind.choices)
    row_id = models.PositiveBigIntegerField(null=True)
    number = models.BigIntegerField(null=True)
    uuid = models.UUIDField(default=uuid4, unique=True)
    ours_digest = models.CharField(max_length=32, blank=True)
    theirs_digest = models.CharField(max_length=32, blank=True)
    faults: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    values: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    is_shown = models.BooleanField(default=False)
    seen_at = models.DateTimeField(auto_now=True)

    objects = RecordLinkQuerySet.as_manager()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """``is_shown``: whether a person is to see it beside the rows that are here."""
        self.is_shown = bool(self.faults) or self.kind == LinkKind.RESULT
        super().save(*args, **kwargs)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "row_id"], name="one_link_of_a_row"),
            models.UniqueConstraint(fields=["kind", "number"], name="one_link_of_their_row"),
        ]
        indexes = [models.Index(fields=["patient", "is_shown"])]


class SyncConflictQuerySet(VisibleQuerySet["SyncConflict"]):
    def visible_to(
        self, user: Person, permission: str = Permission.EDIT_PATIENT
    ) -> SyncConflictQuerySet:
        patients: Any = PatientLink._meta.get_field("patient").related_model
        return self.filter(link__patient__in=patients.objects.seen_by(user, permission))


class SyncConflict(models.Model):
    """A patient, or the row of ``record``, was changed here and in OpenEMR.

    Both are kept, until a person says which stays.
    """

    link = models.ForeignKey(PatientLink, on_delete=models.CASCADE, related_name="conflicts")
    record = models.ForeignKey(
        RecordLink, on_delete=models.CASCADE, related_name="conflicts", null=True
    )
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
    def kind(self) -> str:
        return self.record.kind if self.record else "patient"

    @property
    def shown(self) -> str:
        """Another text once a side has changed."""
        return f"{self.ours_digest}{self.theirs_digest}"

    class Meta:
        ordering = ["-id"]


class SyncRun(models.Model):
    """All patients of OpenEMR, in the order of their numbers; ``last_pid`` is how far it came.

    ``records``: rows of their records that were read. ``problems``: number and reason of those that
    cannot be taken over, the first hundred.
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
    records = models.PositiveIntegerField(default=0, db_default=0)
    records_left_out = models.PositiveIntegerField(default=0, db_default=0)
    problems: models.JSONField[list[Any], list[Any]] = models.JSONField(default=list)
    last_pid = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = AllOrNoneQuerySet["SyncRun"].as_manager()

    class Meta:
        ordering = ["-id"]
