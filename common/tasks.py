"""The decorator for Celery tasks; it also passes the request id through the broker."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal, get_args

from celery import Task, current_app, shared_task, signals
from kombu.exceptions import ChannelError

from common.context import RequestContext, current, new_request_id, request_context
from common.ops import counters

Queue = Literal[
    "archive_tasks", "audit_tasks", "django_tasks", "fastapi_tasks", "fhir_tasks", "image_tasks"
]
_HEADER = "cdss_request_id"
_queues: dict[str, Queue] = {}


def task(
    *,
    queue: Queue,
    retry_on: tuple[type[Exception], ...] = (),
    max_retries: int = 5,
    expires: float | None = None,
) -> Callable[[Callable[..., None]], Task[..., None]]:
    """Declare a task: acknowledged late, requeued if its worker is lost, retried with jitter.

    Arguments are ids only. The body locks its row, checks the state and calls one service.
    ``expires`` (s): a periodic task that waited longer is dropped.
    """

    def declare(function: Callable[..., None]) -> Task[..., None]:
        def run(self: Task[..., None], *args: Any, **kwargs: Any) -> None:
            passed = self.request.get(_HEADER) or (self.request.headers or {}).get(_HEADER)
            request_id = passed or new_request_id()
            with request_context(RequestContext(request_id)), _measured(function.__name__):
                function(*args, **kwargs)

        name = f"{function.__module__}.{function.__name__}"
        _queues[name] = queue
        decorated: Task[..., None] = shared_task(
            bind=True,
            name=name,
            acks_late=True,
            reject_on_worker_lost=True,
            autoretry_for=retry_on,
            retry_backoff=True,
            retry_jitter=True,
            max_retries=max_retries,
            expires=expires,
        )(run)
        return decorated

    return declare


@contextmanager
def _measured(name: str) -> Iterator[None]:
    begun, outcome = time.monotonic(), "failed"
    try:
        yield
        outcome = "done"
    finally:
        counters.count("cdss_tasks", name, outcome)
        counters.observe("cdss_task_seconds", name, seconds=time.monotonic() - begun)


def route(name: str, *_: Any, **__: Any) -> dict[str, str] | None:
    """Celery's router: every task to the queue of its declaration."""
    return {"queue": _queues[name]} if name in _queues else None


def queue_lengths() -> dict[str, int]:
    """Number of messages waiting in each queue, without those that a worker has received.

    Raises the broker's own error if it is not available.
    """
    with current_app.connection_for_read() as connection, connection.channel() as channel:
        return {queue: _length(channel, queue) for queue in get_args(Queue)}


def _length(channel: Any, queue: str) -> int:
    try:
        return int(channel.queue_declare(queue, passive=True).message_count)
    except ChannelError:  # Redis deletes an empty queue
        return 0


@signals.before_task_publish.connect
def _pass_request_id(headers: dict[str, Any], **_: Any) -> None:
    headers.setdefault(_HEADER, current().request_id)
