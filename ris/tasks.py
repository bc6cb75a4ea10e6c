"""Periodic tasks of the radiologist's work (see CELERY_BEAT_SCHEDULE)."""

from __future__ import annotations

from common.tasks import task
from ris.reports.archiving import reports_archive
from ris.reports.critical_calls import criticals_escalate


@task(queue="django_tasks", expires=50)
def escalate_criticals() -> None:
    """Every minute."""
    criticals_escalate()


@task(queue="django_tasks", expires=50)
def archive_reports() -> None:
    """Every minute."""
    reports_archive()
