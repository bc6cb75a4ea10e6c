"""What AI found on studies: the newest result of each model, for lists of studies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.fields.json import KT

from ai.choices import RUN_BY_MODEL, JobStatus, ReviewStatus
from ai.models import AIJob
from common.person import Person


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
    found: dict[int, dict[Any, StudyResult]] = defaultdict(dict)
    for job in _with_risk(rows.filter(study__isnull=False)):
        found[job.study_id or 0].setdefault(job.succession, _result(job))
    return defaultdict(list, {study: list(newest.values()) for study, newest in found.items()})


def results_for_patient(user: Person, patient_id: int, since: datetime) -> list[StudyResult]:
    """Results of models that were completed since then and not rejected, as far as ``user`` may
    see them: the newest of each model on each study. Their manifests are read when asked for."""
    rows = AIJob.objects.visible_to(user).filter(
        patient=patient_id,
        status=JobStatus.COMPLETED,
        origin__in=RUN_BY_MODEL,
        created_at__gte=since,
    )
    rows = rows.defer("model_manifest")
    found: dict[Any, StudyResult] = {}
    for job in _with_risk(rows):
        found.setdefault((job.study_id, job.succession), _result(job))
    return [one for one in found.values() if one.review_status != ReviewStatus.REJECTED]


def _with_risk(rows: QuerySet[AIJob]) -> QuerySet[Any]:
    rows = rows.defer("result", "parameters", "facts", "record").order_by("-pk")
    return rows.annotate(risk=KT("result__risk_score"))


def _result(job: Any) -> StudyResult:
    risk = None if job.risk in (None, "null") else float(job.risk)
    return StudyResult(job.pk, job, job.status, job.review_status, risk)
