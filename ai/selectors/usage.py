"""How a model is used and how far the doctors agree with it, month by month."""

from __future__ import annotations

from datetime import timedelta, tzinfo
from typing import Any

from django.db.models import Avg, Count, Max, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from ai.choices import JobStatus, ReviewStatus
from ai.models import AIJob

DAYS_A_MONTH = 31
WAITED_FOR = 20
"""The latest runs by which the next one's time is expected."""


def model_usage(model_id: str, *, months: int) -> list[dict[str, Any]]:
    """The newest ``months`` in which the model was asked for, the oldest first; one query.

    ``dice`` and ``volume_bias`` are means over the approved masks of jobs requested in that month.
    """
    since = timezone.now() - timedelta(days=DAYS_A_MONTH * months)
    rows = (
        AIJob.objects.filter(model_id=model_id, created_at__gte=since)
        .annotate(month=TruncMonth("created_at", tzinfo=_hospital_offset()))
        .values("month", "model_version")
        .annotate(
            jobs=Count("id"),
            completed=Count("id", filter=Q(status=JobStatus.COMPLETED)),
            failed=Count("id", filter=Q(status=JobStatus.FAILED)),
            approved=Count("id", filter=Q(review_status=ReviewStatus.APPROVED)),
            rejected=Count("id", filter=Q(review_status=ReviewStatus.REJECTED)),
            mean_seconds=Avg("seconds"),
            longest_seconds=Max("seconds"),
            compared=Count("publication__dice"),
            dice=Avg("publication__dice"),
            volume_bias=Avg("publication__volume_bias"),
        )
        .order_by("month", "model_version")
    )
    return [{**row, "month": row["month"].date()} for row in rows]


def _hospital_offset() -> tzinfo:
    """As hours from UTC: a database without the names of time zones knows it too."""
    return timezone.get_fixed_timezone(timezone.localtime().utcoffset() or 0)


def expected_seconds(model_id: str, model_version: str) -> float | None:
    """What a run of this model took of late; None before the first."""
    latest = AIJob.objects.filter(
        model_id=model_id, model_version=model_version, seconds__isnull=False
    ).values_list("seconds", flat=True)[:WAITED_FOR]
    times = sorted(value for value in latest if value is not None)
    return times[len(times) // 2] if times else None
