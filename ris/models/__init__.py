"""The radiologist's work on studies of the archive."""

from __future__ import annotations

from ris.models.critical_reports import (
    CriticalReport,
    CriticalReportAttempt,
    CriticalReportEscalation,
)
from ris.models.study_readings import Reading
from ris.models.written_reports import Report, ReportTemplate, ReportVersion

__all__ = [
    "CriticalReport",
    "CriticalReportAttempt",
    "CriticalReportEscalation",
    "Reading",
    "Report",
    "ReportTemplate",
    "ReportVersion",
]
