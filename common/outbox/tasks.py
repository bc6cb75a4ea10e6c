"""Delivery: one task per event, kept alive by a heartbeat; a sweep for what was missed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

from common.context import RequestContext, request_context
from common.errors import AppError, ErrorCode, ExternalError
from common.outbox import services
from common.outbox.models import OutboxEvent
from common.tasks import task

logger = logging.getLogger(__name__)


@task(queue="django_tasks")
def deliver(event_id: int) -> None:
    """Run the handler of one event. A dead worker's lease runs out and the sweep comes back."""
    event = services.claim(event_id)
    if event is None:
        return
    with request_context(RequestContext(event.request_id)), _heartbeat(event.pk):
        _run(event)


def _run(event: OutboxEvent) -> None:
    subscription = services.subscription_of(event)
    if subscription is None:
        gone = AppError(ErrorCode.INTERNAL, f"no handler {event.handler}")
        services.settle_failed(event, gone, retryable=False)
        return
    if event.attempts > subscription.max_attempts:
        lost = AppError(ErrorCode.INTERNAL, "the worker died at every attempt")
        services.settle_failed(event, lost, retryable=False)
        return
    try:
        subscription.handler(services.as_event(event))
    except ExternalError as error:
        services.settle_failed(event, error, retryable=error.retryable)
    except AppError as error:
        services.settle_failed(event, error, retryable=False)
    except Exception as error:
        logger.exception("outbox handler failed", extra={"event": event.pk})
        wrapped = AppError(ErrorCode.INTERNAL, type(error).__name__)
        services.settle_failed(event, wrapped, retryable=True)
    else:
        services.settle_done(event)


@contextmanager
def _heartbeat(event_id: int) -> Iterator[None]:
    """Extend the lease every third of its length while the handler runs."""
    stop = threading.Event()

    def beat() -> None:
        try:
            while not stop.wait(settings.OUTBOX_LEASE_S / 3):
                services.extend_lease(event_id)
        finally:
            connection.close()

    thread = threading.Thread(target=beat, daemon=True, name=f"outbox-{event_id}")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@task(queue="django_tasks", expires=10)
def sweep() -> None:
    """Every 10 s: nudge what is due on its own queue."""
    for event in services.due():
        deliver.apply_async((event.pk,), queue=event.queue)
