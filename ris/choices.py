"""DICOM constants of the imaging app (PS3.4 annex B, PS3.6), and the states of its rows."""

from __future__ import annotations

from django.db import models

SEGMENTATION_STORAGE = "1.2.840.10008.5.1.4.1.1.66.4"
STRUCTURED_REPORT_PREFIX = "1.2.840.10008.5.1.4.1.1.88."
DERIVED_MODALITIES = frozenset({"SEG", "SR", "PR"})


class ReadingStatus(models.TextChoices):
    """How far a person is with a study."""

    UNREAD = "UNREAD"
    READING = "READING"
    READ = "READ"
