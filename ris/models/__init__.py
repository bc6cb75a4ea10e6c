"""The radiologist's work on studies of the archive."""

from __future__ import annotations

from ris.models.dicom_nodes import ArchiveLogCursor, DicomNode, ScheduledStudy
from ris.models.readings import Reading, ReadingEvent
from ris.models.worklist_entries import NO_DATE, SavedFilter, WorklistEntry, WorklistSetting

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
