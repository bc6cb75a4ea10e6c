"""Topics that this app publishes. CRITICAL_FOUND has ``critical_id``."""

from __future__ import annotations

CRITICAL_FOUND = "lis.critical.found"
