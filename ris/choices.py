"""The states of the radiologist's work."""

from __future__ import annotations

from django.db import models


class ReadingStatus(models.TextChoices):
    """The reading state of a study."""

    UNREAD = "UNREAD"
    READING = "READING"
    READ = "READ"


class ShareSide(models.TextChoices):
    """Of a share, for the user who looks at it."""

    GIVEN = "given"
    RECEIVED = "received"


class AccessBasis(models.TextChoices):
    """Why somebody sees a patient whom the role alone would not show."""

    CARE_TEAM = "care_team"
    SHARE = "share"
    ORDER = "order"
    BREAK_GLASS = "break_glass"
