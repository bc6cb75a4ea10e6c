"""What came of the AI analyses of a period: approved as they were, corrected, rejected."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Avg, Count, Exists, F, OuterRef, Q

from ai.choices import JobStatus, Origin, ReviewStatus, VersionKind
from ai.models import AIJob, SegmentationVersion


def review_outcomes(
    since: datetime, until: datetime, *, modality: str = "", reviewer: int | None = None
) -> list[dict[str, Any]]:
    """By model, of the runs that began in the period and ended with a result.

    ``corrected``: approved after a person changed the mask. ``dice``: mean of what was approved
    against the model's own mask; None where nothing was compared.
    """
    jobs = AIJob.objects.filter(
        started_at__gte=since,
        started_at__lt=until,
        status=JobStatus.COMPLETED,
        origin__in=(Origin.MODEL, Origin.RULE),
    )
    if modality:
        jobs = jobs.filter(series__modality=modality)
    if reviewer is not None:
        jobs = jobs.filter(reviewed_by=reviewer)
    edits = SegmentationVersion.objects.filter(
        segmentation__job=OuterRef("pk"), kind=VersionKind.EDITED
    )
    approved = Q(review_status=ReviewStatus.APPROVED)
    rows = (
        jobs.annotate(edited=Exists(edits))
        .order_by()
        .values(model=F("model_id"))
        .annotate(
            results=Count("pk"),
            approved=Count("pk", filter=approved & Q(edited=False)),
            corrected=Count("pk", filter=approved & Q(edited=True)),
            rejected=Count("pk", filter=Q(review_status=ReviewStatus.REJECTED)),
            waiting=Count("pk", filter=Q(review_status=ReviewStatus.PENDING)),
            dice=Avg("publication__dice"),
        )
        .order_by("model")
    )
    return [dict(row) for row in rows]
