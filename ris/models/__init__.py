"""The radiologist's work on studies of the archive."""

from __future__ import annotations

from ris.models.critical_reports import (
    CriticalReport,
    CriticalReportAttempt,
    CriticalReportEscalation,
)
from ris.models.dicom_nodes import ArchiveLogCursor, DicomNode, PerformedStep, ScheduledStudy
from ris.models.readings import Reading, ReadingEvent
from ris.models.registrations import Registration, RegistrationPicture
from ris.models.worklist_entries import NO_DATE, SavedFilter, WorklistEntry, WorklistSetting
from ris.models.written_reports import Report, ReportTemplate, ReportVersion

__all__ = [
    "NO_DATE",
    "ArchiveLogCursor",
    "CriticalReport",
    "CriticalReportAttempt",
    "CriticalReportEscalation",
    "DicomNode",
    "PerformedStep",
    "Reading",
    "ReadingEvent",
    "Registration",
    "RegistrationPicture",
    "Report",
    "ReportTemplate",
    "ReportVersion",
    "SavedFilter",
    "ScheduledStudy",
    "WorklistEntry",
    "WorklistSetting",
]
