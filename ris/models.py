"""The radiologist's work on studies of the archive."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from ris.choices import ReadingStatus


class Reading(models.Model):
    """Who reads or has read a study, and since when. A study without one is unread."""

    study = models.OneToOneField("pacs.Study", on_delete=models.CASCADE, related_name="reading")
    status = models.CharField(max_length=7, choices=ReadingStatus.choices, db_index=True)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
