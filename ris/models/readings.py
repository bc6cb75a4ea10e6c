"""Who reads or has read which study, and what happened on the way."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from common.db import VisibleQuerySet
from common.person import Person
from pacs.index.studies import studies_visible_to
from rbac.permissions import Permission
from ris.choices import ReadingStatus, ReadingStep


class ReadingQuerySet(VisibleQuerySet["Reading"]):
    def visible_to(self, user: Person, permission: str = Permission.VIEW_STUDY) -> ReadingQuerySet:
        return self.filter(study__in=studies_visible_to(user, Permission(permission)))


class Reading(models.Model):
    """Who reads or has read a study, and since when. A study without one is unread.

    While it is being read this is a lock: of one reader, until ``expires_at`` or the end of the
    reader's ``session`` (None: of no session, such as one that a colleague handed over).
    ``read_by`` and ``read_at``: who completed it last, if a study that was read is read again.
    """

    study = models.OneToOneField("pacs.Study", on_delete=models.CASCADE, related_name="reading")
    status = models.CharField(max_length=7, choices=ReadingStatus.choices, db_index=True)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, db_index=True)
    session = models.UUIDField(null=True)
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    read_at = models.DateTimeField(null=True)

    objects = ReadingQuerySet.as_manager()


class ReadingEvent(models.Model):
    """One step of a study's reading. ``other``: from whom it was taken, or to whom it was given."""

    study = models.ForeignKey("pacs.Study", on_delete=models.CASCADE, related_name="reading_events")
    step = models.CharField(max_length=12, choices=ReadingStep.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    other = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
