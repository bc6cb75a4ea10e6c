from __future__ import annotations

from audit.services import buffer, chain
from common.tasks import task

SETTLED_MS = 5000


@task(queue="django_tasks", expires=5)
def flush_stream() -> None:
    buffer.flush_stream(settled_ms=SETTLED_MS)


@task(queue="django_tasks", expires=30)
def seal() -> None:
    chain.seal_pending()
