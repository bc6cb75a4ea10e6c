"""How a model is used and how far the doctors agree with it, month by month."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from statistics import fmean
from typing import Any

from django.utils import timezone

from ai.choices import JobStatus, ReviewStatus
from ai.models import AIJob

DAYS_A_MONTH = 31
WAITED_FOR = 20
"""The latest runs by which the next one's time is expected."""


def model_usage(model_id: str, *, months: int) -> list[dict[str, Any]]:
    """The newest ``months`` in which the model was asked for, the oldest first; one query.

    ``dice`` and ``volume_bias`` are means over the approved masks of jobs requested in that month.
    Months are the hospital's: a database need not know the names of time zones.
    """
    since = timezone.now() - timedelta(days=DAYS_A_MONTH * months)
    rows = AIJob.objects.filter(model_id=model_id, created_at__gte=since).values(
        *("created_at", "model_version", "status", "review_status", "seconds"),
        *("publication__dice", "publication__volume_bias"),
    )
    groups: dict[tuple[date, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        month = timezone.localtime(row["created_at"]).date().replace(day=1)
        groups[month, row["model_version"]].append(dict(row))
    return [_figures(*key, groups[key]) for key in sorted(groups)]


def _figures(month: date, version: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    states = Counter(row["status"] for row in rows)
    reviews = Counter(row["review_status"] for row in rows)
    times, dice, bias = (
        [row[name] for row in rows if row[name] is not None]
        for name in ("seconds", "publication__dice", "publication__volume_bias")
    )
    return {
        "month": month,
        "model_version": version,
        "jobs": len(rows),
        "completed": states[JobStatus.COMPLETED],
        "failed": states[JobStatus.FAILED],
        "approved": reviews[ReviewStatus.APPROVED],
        "rejected": reviews[ReviewStatus.REJECTED],
        "seconds": fmean(times) if times else None,
        "longest_seconds": max(times, default=None),
        "compared": len(dice),
        "dice": fmean(dice) if dice else None,
        "volume_bias": fmean(bias) if bias else None,
    }


def expected_seconds(model_id: str, model_version: str) -> float | None:
    """What a run of this model took of late; None before the first."""
    latest = AIJob.objects.filter(
        model_id=model_id, model_version=model_version, seconds__isnull=False
    ).values_list("seconds", flat=True)[:WAITED_FOR]
    times = sorted(value for value in latest if value is not None)
    return times[len(times) // 2] if times else None
