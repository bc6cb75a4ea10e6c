"""The radiologist's work on studies of the archive."""

from __future__ import annotations

from ris.models.entries import NO_DATE, SavedFilter, WorklistEntry, WorklistSetting
from ris.models.readings import Reading, ReadingEvent

__all__ = [
    "NO_DATE",
    "Reading",
    "ReadingEvent",
    "SavedFilter",
    "WorklistEntry",
    "WorklistSetting",
]
