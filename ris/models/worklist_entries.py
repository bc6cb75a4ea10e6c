"""The worklist of radiology: one narrow row for each study, which indexes can filter and sort."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models

from common.db import AllOrNoneQuerySet, VersionedModel, VisibleQuerySet
from common.person import Person
from pacs.choices import PRIORITY_RANKS
from pacs.index.studies import rows_seen
from rbac.permissions import Permission
from ris.choices import AiRank, ReadingStatus, ReportRank

NO_DATE = date(1000, 1, 1)
"""Of a study without a Study Date: NULL has no place in an order that pages continue."""
BY_CODE = "utf8mb4_bin"
"""Text that the database and Python sort alike."""
COVERED = ("patient", "modality", "priority", "assignee", "reader")
"""What a page is filtered by without reading rows: the end of each index that sorts."""


def _sorted_by(name: str, *columns: str) -> models.Index:
    covered = [column for column in COVERED if column not in columns]
    return models.Index(fields=["state", *columns, "study", *covered], name=f"ris_worklist_{name}")


class WorklistEntryQuerySet(VisibleQuerySet["WorklistEntry"]):
    def visible_to(
        self, user: Person, permission: str = Permission.REVIEW_AI
    ) -> WorklistEntryQuerySet:
        seen = rows_seen(user, Permission(permission))
        return self.none() if seen is None else self.filter(seen)


class WorklistEntry(models.Model):
    """A study on the worklist: what it is filtered and sorted by, all of it repeated from its rows.

    ``state``, ``priority``, ``ai``, ``report``: ranks. ``later``: 0 of STAT, else 1.
    ``waiting_since``: the arrival of its last image. ``due_at``: by when it ought to be read.
    ``reader``: who reads or has read it. Names are in small letters. ``modality`` is
    cut at 16 characters (CS).
    """

    study = models.OneToOneField(
        "pacs.Study", on_delete=models.CASCADE, primary_key=True, related_name="worklist_entry"
    )
    patient = models.ForeignKey(
        "emr.Patient", on_delete=models.PROTECT, related_name="+", null=True
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    state = models.PositiveSmallIntegerField(default=ReadingStatus.values.index("UNREAD"))
    priority = models.PositiveSmallIntegerField(default=PRIORITY_RANKS[""])
    later = models.PositiveSmallIntegerField(default=1)
    modality = models.CharField(max_length=16, blank=True, db_collation=BY_CODE)
    patient_name = models.CharField(max_length=150, blank=True, db_collation=BY_CODE)
    reader_name = models.CharField(max_length=150, blank=True, db_collation=BY_CODE)
    study_date = models.DateField(default=NO_DATE)
    waiting_since = models.DateTimeField()
    due_at = models.DateTimeField()
    ai = models.PositiveSmallIntegerField(default=AiRank.NONE)
    report = models.PositiveSmallIntegerField(default=ReportRank.NONE)

    objects = WorklistEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            _sorted_by("due", "later", "due_at"),
            _sorted_by("waiting", "waiting_since"),
            _sorted_by("patient", "patient_name"),
            _sorted_by("date", "study_date"),
            _sorted_by("reader", "reader_name", "due_at"),
            _sorted_by("ai", "ai", "due_at"),
            _sorted_by("report", "report", "due_at"),
            _sorted_by("modality", "modality", "due_at"),
            _sorted_by("priority", "priority", "due_at"),
            models.Index(
                fields=["state", "priority", "modality", "study", "patient"],
                name="ris_worklist_both",
            ),
            models.Index(fields=["assignee", "state", "priority", "modality", "study", "patient"]),
            models.Index(fields=["reader", "state", "priority", "modality", "study", "patient"]),
        ]


class SavedFilter(models.Model):
    """A filter that a user has kept. ``query``: the parameters of the worklist."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters"
    )
    name = models.CharField(max_length=60)
    query = models.JSONField(default=dict)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["user", "name"], name="saved_filter_once")]


class WorklistSetting(VersionedModel):
    """What the hospital decided on the worklist; one row, or none while nothing was changed.

    ``*_minutes``: within which a study of that priority is to be read, and after which a lock ends
    whose reader does nothing. ``urgent_risk``: the risk score (0 to 1) from which an AI result is
    shown as urgent. ``by_modality``: {modality: the same minutes}, where they are others.
    """

    stat_minutes = models.PositiveIntegerField(default=60)
    urgent_minutes = models.PositiveIntegerField(default=240)
    routine_minutes = models.PositiveIntegerField(default=1440)
    lock_minutes = models.PositiveIntegerField(default=30)
    urgent_risk = models.FloatField(default=0.8)
    by_modality = models.JSONField(default=dict, db_default={})

    objects = AllOrNoneQuerySet["WorklistSetting"].as_manager()
