"""Alerts to the people of an AI analysis."""

from __future__ import annotations

from ai.selectors import jobs as selectors
from alert import services as alerts
from alert.choices import Kind


def job_alert(job_id: int, kind: Kind, *, occurrence: int = 1) -> None:
    """Alert all who asked for the job and who approved it; once per run, ``kind`` and occurrence.

    Of one that a routing rule asked for, who ordered the images too.
    """
    job = selectors.job_for_handler(job_id)
    again = f"-{occurrence}" if occurrence > 1 else ""
    people: set[int | None] = {*selectors.askers(job), job.reviewed_by_id}
    if job.rule_id and job.study and job.study.order:
        people.add(job.study.order.ordered_by_id)
    for user_id in filter(None, people):
        alerts.notify(
            user_id=user_id,
            kind=kind,
            dedup_key=f"ai-job-{job.pk}-{kind}-run-{job.run}" + again,
            params={"job_id": job.pk},
            link=f"/ai/jobs/{job.pk}",
        )
