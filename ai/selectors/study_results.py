"""What AI found on studies: the newest result of each model, for lists of studies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models.fields.json import KT

from ai.choices import JobStatus, ReviewStatus
from ai.models import AIJob


@dataclass(frozen=True, slots=True)
class StudyResult:
    """``model`` names id, version and names; ``risk_score`` is None without a score (0 to 1)."""

    job: int
    model: AIJob
    status: str
    review_status: str
    risk_score: float | None

    @property
    def waits_for_review(self) -> bool:
        return self.status == JobStatus.COMPLETED and self.review_status == ReviewStatus.PENDING


def results_of(study_ids: Iterable[int]) -> dict[int, list[StudyResult]]:
    """By study, the newest first; the caller has checked that they may be seen."""
    rows = AIJob.objects.filter(study__in=list(study_ids)).exclude(status=JobStatus.CANCELLED)
    rows = rows.defer("result", "parameters", "facts", "record").order_by("-pk")
    found: dict[int, dict[Any, StudyResult]] = defaultdict(dict)
    for job in rows.filter(study__isnull=False).annotate(risk=KT("result__risk_score")):
        said = getattr(job, "risk")  # noqa: B009  (an annotation)
        risk = None if said in (None, "null") else float(said)
        result = StudyResult(job.pk, job, job.status, job.review_status, risk)
        found[job.study_id or 0].setdefault(job.succession, result)
    return defaultdict(list, {study: list(newest.values()) for study, newest in found.items()})
