"""Topics that this app publishes, each with ``report_id``; REPORT_CRITICAL with ``critical_id``."""

from __future__ import annotations

REPORT_PRELIMINARY = "report.preliminary"
REPORT_SIGNED = "report.signed"
REPORT_AMENDED = "report.amended"
REPORT_CRITICAL = "report.critical"
