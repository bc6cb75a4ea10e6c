from __future__ import annotations

from common.idempotency import services
from common.tasks import task


@task(queue="django_tasks")
def expire() -> None:
    services.expire()
