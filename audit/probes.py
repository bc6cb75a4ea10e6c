"""Checks and gauges of the audit buffer: its records are not yet in the table or sealed."""

from __future__ import annotations

from django.utils import timezone

from audit.choices import CheckState
from audit.models import AuditCopy, AuditHead, AuditVerdict
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


@gauge(
    "cdss_audit_intact",
    "Whether the last verification of the audit record ended and found no break",
)
def intact() -> float | None:
    over = AuditVerdict.objects.filter(state__in=(CheckState.DONE, CheckState.FAILED))
    ended = over.order_by("-finished_at").first()
    if ended is None:
        return None
    return float(ended.state == CheckState.DONE and ended.break_count == 0)


@gauge("cdss_audit_head_age_seconds", "Age of the last signed head of the audit record")
def head_age() -> float | None:
    head = AuditHead.objects.first()
    return (timezone.now() - head.signed_at).total_seconds() if head else None


@gauge(
    "cdss_audit_copy_waiting_seconds",
    "Age of the oldest signed head that another machine does not have yet",
    label="place",
)
def copies_waiting() -> dict[str, float]:
    return {
        copy.place: (timezone.now() - copy.waiting_since).total_seconds()
        if copy.waiting_since
        else 0.0
        for copy in AuditCopy.objects.all()
    }
