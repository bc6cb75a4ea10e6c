"""The radiologist's work on studies of the archive."""

from __future__ import annotations

from ris.models.dicom_nodes import ArchiveLogCursor, DicomNode, ScheduledStudy
from ris.models.entries import NO_DATE, SavedFilter, WorklistEntry, WorklistSetting
from ris.models.readings import Reading, ReadingEvent

__all__ = [
    "NO_DATE",
    "ArchiveLogCursor",
    "DicomNode",
    "Reading",
    "ReadingEvent",
    "SavedFilter",
    "ScheduledStudy",
    "WorklistEntry",
    "WorklistSetting",
]
