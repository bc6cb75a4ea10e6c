"""Topics that this app publishes.

Those of a report carry ``report_id``; REPORT_CRITICAL carries ``critical_id``.
Those of a registration carry ``registration_id``.
"""

from __future__ import annotations

NODES_CHANGED = "ris.nodes.changed"
REPORT_PRELIMINARY = "report.preliminary"
REPORT_SIGNED = "report.signed"
REPORT_AMENDED = "report.amended"
REPORT_CRITICAL = "report.critical"
REGISTRATION_REQUESTED = "ris.registration.requested"
REGISTRATION_ACCEPTED = "ris.registration.accepted"
