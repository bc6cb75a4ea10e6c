"""How one version of a mask came to be: input, model, people, and where it was published."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ai.choices import RUN_BY_MODEL, ReviewStatus
from ai.models import AIJob, Publication, SegmentationVersion

AssistUse = dict[str, Any]
"""``model``, ``version``, ``name``, ``files`` (SHA-256 by name) and ``prompts`` (their kinds)."""

INPUT_METHOD = (
    "SHA-256 over one line of SOP Instance UID, space, SHA-256 of the DICOM file, newline"
    " per instance, sorted by UID"
)


def chain(version: SegmentationVersion) -> list[SegmentationVersion]:
    """From the first version to this one."""
    rows = {v.pk: v for v in version.segmentation.versions.select_related("author", "parent")}
    found, at = [], rows.get(version.pk)
    while at is not None:
        found.append(at)
        at = rows.get(at.parent_id) if at.parent_id else None
    return found[::-1]


def assist_uses(steps: Sequence[SegmentationVersion], segment: int) -> list[AssistUse]:
    """The assist models that helped with a segment, the first first."""
    changes = [(step.changes or {}).get(str(segment), {}) for step in steps]
    return [use for changed in changes for use in changed.get("assist", [])]


def version_uses(version: SegmentationVersion) -> list[AssistUse]:
    """Of any segment, on the way to this version."""
    steps, segments = chain(version), version.segmentation.tracked_segments
    return [use for segment in segments for use in assist_uses(steps, segment.number)]


def tool_told(use: AssistUse) -> str:
    """One use in words."""
    return f"{use['name']} ({use['model']} {use['version']}; {', '.join(use['prompts'])})"


def provenance(version: SegmentationVersion) -> dict[str, Any]:
    """What is not recorded is None."""
    segmentation = version.segmentation
    job = segmentation.job
    publication: Publication | None = getattr(job, "publication", None)
    approved = publication is not None and publication.version_id == version.pk
    return {
        "segmentation": segmentation.pk,
        "version": version.version,
        "job": job.pk,
        "origin": job.origin,
        "patient_id": job.patient.patient_id,
        "patient_name": job.patient.full_name,
        "study_instance_uid": job.source_series.study.study_instance_uid,
        "series_instance_uid": job.source_series.series_instance_uid,
        "requested": _requested(job),
        "model": _model(job),
        "input": _input(job),
        "segments": [
            {
                "number": each.number,
                "label": each.label,
                "label_ko": each.label_ko,
                "tracking_id": each.tracking_id,
                "tracking_uid": each.tracking_uid,
            }
            for each in segmentation.tracked_segments
        ],
        "chain": [_step(each) for each in chain(version)],
        "review": _review(job) if approved or _rejected(job, version) else None,
        "publication": _published(publication) if publication and approved else None,
    }


def _requested(job: AIJob) -> dict[str, Any]:
    """By a person, or by a routing rule, which has no login name."""
    if job.rule is not None:
        return {"username": "", "name": job.rule.name, "at": job.created_at}
    return _by(job.requested_by, job.created_at)


def _by(user: Any, at: Any) -> dict[str, Any]:
    return {"username": user.username, "name": user.full_name or user.username, "at": at}


def _model(job: AIJob) -> dict[str, Any] | None:
    if job.origin not in RUN_BY_MODEL:
        return None
    said, record = job.model_manifest, job.record or {}
    return {
        "id": job.model_id,
        "version": job.model_version,
        "name": said.get("name", job.model_id),
        "name_ko": said.get("name_ko", ""),
        "algorithm_name": said.get("algorithm_name", ""),
        "manufacturer": said.get("manufacturer", ""),
        "udi": said.get("udi", ""),
        "requested_parameters": job.parameters,
        "parameters": record.get("parameters"),
        "files": record.get("files"),
        "runtime": record.get("runtime"),
    }


def _input(job: AIJob) -> dict[str, Any] | None:
    if job.record is None:
        return None
    return {
        "sha256": job.record["input_sha256"],
        "instances": job.record["input_instances"],
        "method": INPUT_METHOD,
        "series": job.record.get("series", []),
    }


def _step(version: SegmentationVersion) -> dict[str, Any]:
    changes = version.changes
    return {
        "version": version.version,
        "kind": version.kind,
        "parent": version.parent.version if version.parent else None,
        "author": version.author.username if version.author else None,
        "author_name": (version.author.full_name or version.author.username)
        if version.author
        else None,
        "created_at": version.created_at,
        "sha256": version.sha256,
        "volumes_ml": version.volumes_ml,
        "changes": None
        if changes is None
        else [
            {"segment": int(number), "assist": [], **changed} for number, changed in changes.items()
        ],
    }


def _rejected(job: AIJob, version: SegmentationVersion) -> bool:
    latest = version.segmentation.versions.order_by("-version").values_list("pk", flat=True)[0]
    return bool(job.review_status == ReviewStatus.REJECTED and latest == version.pk)


def _review(job: AIJob) -> dict[str, Any] | None:
    if job.reviewed_by is None:
        return None
    return {
        "decision": job.review_status,
        "comment": job.review_comment,
        **_by(job.reviewed_by, job.reviewed_at),
    }


def _published(publication: Publication) -> list[dict[str, Any]]:
    kinds = ("seg", "sr", "map")
    return [
        {
            "kind": kind,
            "sop_instance_uid": getattr(publication, f"{kind}_sop_instance_uid"),
            "stored_at": getattr(publication, f"{kind}_stored_at"),
        }
        for kind in kinds
        if getattr(publication, f"{kind}_sop_instance_uid")
    ]
