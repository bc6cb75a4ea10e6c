from __future__ import annotations

from audit import services
from common.tasks import task


@task(queue="django_tasks", expires=5)
def flush_stream() -> None:
    services.flush_stream()


@task(queue="django_tasks", expires=30)
def seal() -> None:
    services.seal_pending()
