"""The Celery application; tasks are declared with common.tasks.task only."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault(
    "DJANGO_SETTINGS_MODULE", f"cdss_backend.settings.{os.environ.get('CDSS_ENV', 'prod')}"
)

app = Celery("cdss_backend")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
