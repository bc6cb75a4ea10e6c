"""The radiologist's work on studies of the archive."""

from __future__ import annotations

from ris.models.dicom_nodes import ArchiveLogCursor, DicomNode, ScheduledStudy
from ris.models.study_readings import Reading

__all__ = ["ArchiveLogCursor", "DicomNode", "Reading", "ScheduledStudy"]
