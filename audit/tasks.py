from __future__ import annotations

from audit.services import buffer, chain, check_runs, copies, heads
from common.tasks import task

SETTLED_MS = 5000


@task(queue="django_tasks", expires=5)
def flush_stream() -> None:
    buffer.flush_stream(settled_ms=SETTLED_MS)


@task(queue="audit_tasks", expires=30)
def seal() -> None:
    chain.seal_pending()


@task(queue="audit_tasks", expires=60)
def sign_head() -> None:
    chain.seal_pending()
    heads.sign_head()
    send_heads.delay()


@task(queue="audit_tasks", expires=60)
def send_heads() -> None:
    copies.send_pending()


@task(queue="django_tasks", expires=3600)
def verify_daily() -> None:
    check, is_new = check_runs.request_check(actor=None)
    if is_new:
        verify.delay(check.pk)


@task(queue="audit_tasks")
def verify(check_id: int) -> None:
    check_runs.run_check(check_id)
