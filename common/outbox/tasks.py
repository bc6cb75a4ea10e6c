"""Delivery: one task per event, kept alive by a heartbeat; a sweep for what was missed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connection

from common.context import RequestContext, request_context
from common.errors import AppError, ErrorCode, ExternalError
from common.outbox import services
from common.outbox.models import OutboxEvent
from common.tasks import task

logger = logging.getLogger(__name__)


@task(queue="django_tasks")
def deliver(event_id: int) -> None:
    """Run the handler of one event. A dead worker's lease runs out and the sweep comes back."""
    _deliver(services.claim(event_id))


@task(queue="django_tasks")
def deliver_next(handler: str) -> None:
    """The same of the event that is next, by the choice of the handler (its name)."""
    _deliver(services.claim_next(handler))


def _deliver(event: OutboxEvent | None) -> None:
    if event is None:
        return
    with request_context(RequestContext(event.request_id)):
        with _heartbeat(event):
            failure = _attempt(event)
        if failure is None:
            services.settle_done(event)
        else:
            error, retryable = failure
            services.settle_failed(event, error, retryable=retryable)


def _attempt(event: OutboxEvent) -> tuple[AppError, bool] | None:
    """Run the handler; None, or what went wrong and whether waiting can help."""
    subscription = services.subscription_of(event)
    if subscription is None:
        return AppError(ErrorCode.INTERNAL, f"no handler {event.handler}"), False
    if event.attempts > subscription.max_attempts:
        return AppError(ErrorCode.INTERNAL, "the worker died at every attempt"), False
    try:
        subscription.handler(services.as_event(event))
    except ExternalError as error:
        return error, error.retryable
    except AppError as error:
        return error, False
    except Exception as error:
        logger.exception("outbox handler failed", extra={"event": event.pk})
        return AppError(ErrorCode.INTERNAL, type(error).__name__), True
    return None


@contextmanager
def _heartbeat(event: OutboxEvent) -> Iterator[None]:
    """Extend the lease every third of its length while the handler runs."""
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(settings.OUTBOX_LEASE_S / 3):
            try:
                services.extend_lease(event)
            except DatabaseError:
                logger.warning("lease not extended", extra={"event": event.pk})
            finally:
                connection.close()

    thread = threading.Thread(target=beat, daemon=True, name=f"outbox-{event.pk}")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@task(queue="django_tasks", expires=settings.OUTBOX_SWEEP_S)
def sweep() -> None:
    """Every OUTBOX_SWEEP_S: nudge what is due on its own queue; void by the next sweep."""
    for event in services.due():
        services.nudge(event, expires=settings.OUTBOX_SWEEP_S)
