"""The states of the radiologist's work."""

from __future__ import annotations

from django.db import models


class ReadingStatus(models.TextChoices):
    """The reading state of a study."""

    UNREAD = "UNREAD"
    READING = "READING"
    READ = "READ"
