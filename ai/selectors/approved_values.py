"""The numbers of the approved results of a study, for whoever writes about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ai.choices import ReviewStatus
from ai.models import AIJob
from common.person import Person


@dataclass(frozen=True, slots=True)
class ApprovedValue:
    """``key``: what it is of within its job, ``volume:1`` of a segment; ``unit``: UCUM."""

    job_id: int
    key: str
    label: str
    label_ko: str
    value: float | str
    unit: str
    model: str
    model_ko: str
    approved_by: str
    approved_at: datetime | None


def approved_values(user: Person, study_id: int) -> list[ApprovedValue]:
    """Of the results on the study that the person may see; of each succession the last."""
    rows = (
        AIJob.objects.visible_to(user)
        .filter(study=study_id, review_status=ReviewStatus.APPROVED, publication__isnull=False)
        .select_related("reviewed_by", "publication__version__segmentation")
        .order_by("reviewed_at", "pk")
    )
    newest = {job.succession: job for job in rows}
    return [value for job in newest.values() for value in _values(job)]


def _values(job: AIJob) -> Iterator[ApprovedValue]:
    version = job.publication.version
    if version is not None:
        for segment in version.segmentation.tracked_segments:
            if (volume := version.volumes_ml.get(str(segment.number))) is not None:
                said = (segment.label, segment.label_ko)
                yield _value(job, f"volume:{segment.number}", said, volume, "mL")
    result: dict[str, Any] = job.result or {}
    outputs = job.manifest.outputs
    given = {one["id"]: one for one in result.get("quantities", [])}
    for quantity in outputs.quantities:
        if quantity.id in given:
            said = (quantity.label, quantity.label_ko)
            value = given[quantity.id]["value"]
            yield _value(job, f"quantity:{quantity.id}", said, value, quantity.unit)
    chances = {one["id"]: one for one in result.get("classes", [])}
    for one in outputs.classes:
        if one.id in chances:
            share = 100 * chances[one.id]["probability"]
            yield _value(job, f"class:{one.id}", (one.label, one.label_ko), share, "%")
    if outputs.risk_score and result.get("risk_score") is not None:
        said = (outputs.risk_score, outputs.risk_score_ko or "")
        yield _value(job, "risk_score", said, result["risk_score"], "")


def _value(
    job: AIJob, key: str, said: tuple[str, str], value: float | str, unit: str
) -> ApprovedValue:
    reviewer = job.reviewed_by
    return ApprovedValue(
        job_id=job.pk,
        key=key,
        label=said[0],
        label_ko=said[1] or said[0],
        value=value,
        unit=unit,
        model=job.manifest.name,
        model_ko=job.manifest.name_ko or job.manifest.name,
        approved_by=(reviewer.full_name or reviewer.username) if reviewer else "",
        approved_at=job.reviewed_at,
    )
