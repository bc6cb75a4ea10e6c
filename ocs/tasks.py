"""Periodic tasks of orders (see CELERY_BEAT_SCHEDULE)."""

from __future__ import annotations

from common.tasks import task
from ocs.services.order_alerts import overdue_orders_alert


@task(queue="django_tasks", expires=50)
def alert_overdue() -> None:
    """Every minute."""
    overdue_orders_alert()
