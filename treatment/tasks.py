"""Periodic tasks of follow-up (see CELERY_BEAT_SCHEDULE)."""

from __future__ import annotations

from django.utils import timezone

from common.tasks import task
from treatment.services import visits


@task(queue="django_tasks", expires=290)
def remind_visits() -> None:
    """Every five minutes."""
    visits.visits_remind(timezone.now())
