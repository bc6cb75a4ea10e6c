"""Alerts to the people of an AI analysis."""

from __future__ import annotations

from ai.selectors import jobs as selectors
from alert import services as alerts
from alert.choices import Kind


def job_alert(job_id: int, kind: Kind, *, occurrence: int = 1) -> None:
    """Alert who asked for the job and who approved it; once per run, ``kind`` and occurrence."""
    job = selectors.job_for_handler(job_id)
    again = f"-{occurrence}" if occurrence > 1 else ""
    for user_id in {job.requested_by_id, job.reviewed_by_id or job.requested_by_id}:
        alerts.notify(
            user_id=user_id,
            kind=kind,
            dedup_key=f"ai-job-{job.pk}-{kind}-run-{job.run}" + again,
            params={"job_id": job.pk},
            link=f"/ai/jobs/{job.pk}",
        )
