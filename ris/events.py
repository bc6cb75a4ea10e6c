"""Topics that this app publishes.

Those of a report carry ``report_id``; REPORT_CRITICAL carries ``critical_id``.
"""

from __future__ import annotations

NODES_CHANGED = "ris.nodes.changed"
REPORT_PRELIMINARY = "report.preliminary"
REPORT_SIGNED = "report.signed"
REPORT_AMENDED = "report.amended"
REPORT_CRITICAL = "report.critical"
