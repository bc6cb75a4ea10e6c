"""Periodic tasks of radiology (see CELERY_BEAT_SCHEDULE)."""

from __future__ import annotations

from common.tasks import task
from ris.reading.services import locks_expire


@task(queue="django_tasks", expires=25)
def expire_locks() -> None:
    """Every half minute."""
    locks_expire()
