"""Topics that this app publishes. CRITICAL_FOUND has ``critical_id``, REPORT_SEND ``order_id``."""

from __future__ import annotations

CRITICAL_FOUND = "lis.critical.found"
REPORT_SEND = "lis.report.send"
