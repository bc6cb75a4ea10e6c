"""Checks and gauges of the audit buffer: its records are not yet in the table or sealed."""

from __future__ import annotations

from audit.services import STREAM, stream
from common.ops.gauges import gauge


@gauge("cdss_audit_buffer_entries", "Audit entries that are not in the table yet")
def entries() -> float:
    return int(stream().xlen(STREAM))


@gauge("cdss_audit_buffer_oldest_seconds", "Age of the oldest of them")
def oldest() -> float:
    first = stream().xrange(STREAM, count=1)
    if not first:
        return 0.0
    seconds, microseconds = stream().time()
    begun = int(first[0][0].decode().partition("-")[0]) / 1000
    return max(0.0, float(seconds + microseconds / 1e6 - begun))
