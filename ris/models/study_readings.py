"""Who reads or has read which study."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from common.db import VisibleQuerySet
from common.person import Person
from pacs.index.studies import studies_visible_to
from rbac.permissions import Permission
from ris.choices import ReadingStatus


class ReadingQuerySet(VisibleQuerySet["Reading"]):
    def visible_to(self, user: Person, permission: str = Permission.VIEW_STUDY) -> ReadingQuerySet:
        return self.filter(study__in=studies_visible_to(user, Permission(permission)))


class Reading(models.Model):
    """Who reads or has read a study, and since when. A study without one is unread."""

    study = models.OneToOneField("pacs.Study", on_delete=models.CASCADE, related_name="reading")
    status = models.CharField(max_length=7, choices=ReadingStatus.choices, db_index=True)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    objects = ReadingQuerySet.as_manager()
