"""Periodic tasks of the laboratory (see CELERY_BEAT_SCHEDULE)."""

from __future__ import annotations

from common.tasks import task
from lis.services.criticals import criticals_escalate


@task(queue="django_tasks", expires=50)
def escalate_criticals() -> None:
    """Every minute."""
    criticals_escalate()
