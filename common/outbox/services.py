"""Write, claim, settle and re-drive outbox events."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.utils import timezone

from common import context
from common.errors import AppError, BusinessError, ErrorCode, NotFound
from common.outbox import registry
from common.outbox.models import OutboxEvent, OutboxStatus
from common.outbox.registry import Event, Subscription

logger = logging.getLogger(__name__)

REDRIVEN = "outbox.redriven"
GIVEN_UP = "outbox.given_up"
DELIVER = "common.outbox.tasks.deliver"
DELIVER_NEXT = "common.outbox.tasks.deliver_next"
NEXT_AT_A_SWEEP = 20
"""Messages of a sweep to those who choose: with more, their backlog would keep the others."""
CLAIM_ATTEMPTS = 10
MAX_BACKOFF = timedelta(minutes=16)


def publish(topic: str, *, aggregate: str, payload: dict[str, Any]) -> None:
    """Record that something happened, once per subscriber, in the caller's transaction.

    ``payload`` holds ids only. After the commit a Celery task is nudged; when the nudge is lost,
    the sweep finds the row. A subscriber gets the events of one ``aggregate`` in the order in which
    they were written: who must be exact about that holds the lock of the aggregate's row.
    """
    publish_all(topic, [(aggregate, payload)])


def publish_all(topic: str, happened: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """As ``publish``, of several aggregates at once, each with its payload."""
    now, request_id = timezone.now(), context.current().request_id
    events = [
        OutboxEvent(
            topic=topic,
            aggregate=aggregate,
            handler=subscription.name,
            queue=subscription.queue,
            payload=payload,
            next_attempt_at=now,
            request_id=request_id,
        )
        for aggregate, payload in happened
        for subscription in registry.subscribers(topic)
        if subscription.wants is None or subscription.wants(payload)
    ]
    for event in OutboxEvent.objects.bulk_create(events):
        transaction.on_commit(partial(nudge, event), robust=True)


def nudge(event: OutboxEvent, expires: float | None = None) -> None:
    """Ask a worker of the handler's present queue to deliver it; void after ``expires`` (s).

    Where the handler chooses, the worker is asked to deliver what is next.
    """
    subscription = subscription_of(event)
    queue = subscription.queue if subscription else event.queue
    if subscription and subscription.choose:
        current_app.send_task(DELIVER_NEXT, (subscription.name,), queue=queue, expires=expires)
    else:
        current_app.send_task(DELIVER, (event.pk,), queue=queue, expires=expires)


def _waiting(aggregate: Any, handler: Any) -> QuerySet[OutboxEvent]:
    """The PENDING events of one aggregate for one handler; an index holds them, oldest first."""
    return OutboxEvent.objects.filter(
        aggregate=aggregate, handler=handler, status=OutboxStatus.PENDING
    ).order_by("pk")


def _nudge_next(event: OutboxEvent) -> None:
    """Whoever waited for ``event``, which is DONE or DEAD now, does not wait for the sweep."""
    following = _waiting(event.aggregate, event.handler).first()
    if following is not None:
        transaction.on_commit(partial(nudge, following), robust=True)


def backoff(attempts: int) -> timedelta:
    """1 s doubled per attempt, at most 16 min."""
    return min(timedelta(seconds=2 ** min(attempts - 1, 20)), MAX_BACKOFF)


def lease_end() -> datetime:
    return timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE_S)


@transaction.atomic
def claim(event_id: int) -> OutboxEvent | None:
    """Take a due event for one lease; None when done, dead, leased or taken by another worker.

    None as well while an older event of the same aggregate and handler is PENDING: running,
    or between two attempts. A DEAD one is passed over, or nothing would ever follow it; when it is
    re-driven later, its handler sees the present state and the newer events wait for it again,
    but for one that is being delivered at that moment.
    """
    is_due = OutboxEvent.objects.filter(
        pk=event_id, status=OutboxStatus.PENDING, next_attempt_at__lte=timezone.now()
    )
    found = is_due.first()  # not locked yet: whoever finds it behind an older one keeps nobody off
    if found is None or _waiting(found.aggregate, found.handler).filter(pk__lt=event_id).exists():
        return None
    event = is_due.select_for_update(skip_locked=True).first()
    if event is None:
        return None
    event.attempts += 1
    event.next_attempt_at = lease_end()
    event.save(update_fields=["attempts", "next_attempt_at"])
    return event


def claim_next(handler: str) -> OutboxEvent | None:
    """Of the due events of a handler that chooses, take the one that is next; None without any."""
    subscription = registry.by_name(handler)
    if subscription is None or subscription.choose is None:
        return None
    for _ in range(CLAIM_ATTEMPTS):  # again when another worker took it meanwhile
        due = dict(_due().filter(handler=handler).order_by().values_list("aggregate", "pk"))
        if not due:
            return None
        event = claim(due[subscription.choose(list(due))])
        if event is not None:
            return event
    return None


def _leased(event: OutboxEvent) -> QuerySet[OutboxEvent]:
    """The row while it is still this attempt's: whoever lost the lease changes nothing."""
    return OutboxEvent.objects.filter(
        pk=event.pk, status=OutboxStatus.PENDING, attempts=event.attempts
    )


def extend_lease(event: OutboxEvent) -> None:
    _leased(event).update(next_attempt_at=lease_end())


def settle_done(event: OutboxEvent) -> None:
    OutboxEvent.objects.filter(pk=event.pk).update(
        status=OutboxStatus.DONE, done_at=timezone.now(), last_error="", last_error_code=""
    )
    _nudge_next(event)


def settle_failed(event: OutboxEvent, error: AppError, *, retryable: bool) -> None:
    """Schedule the next attempt, or give the event up (DEAD) and call its ``on_dead`` once.

    GIVEN_UP goes to the app above that alerts the operators.
    """
    subscription = subscription_of(event)
    max_attempts = subscription.max_attempts if subscription else registry.DEFAULT_MAX_ATTEMPTS
    problem = {"last_error_code": error.code.value.code, "last_error": error.detail[:500]}
    if retryable and event.attempts < max_attempts:
        _leased(event).update(next_attempt_at=timezone.now() + backoff(event.attempts), **problem)
        return
    with transaction.atomic():
        if not _leased(event).update(status=OutboxStatus.DEAD, **problem):
            return
        _nudge_next(event)
        logger.error("outbox event is dead", extra={"event": event.pk, "topic": event.topic})
        if subscription and subscription.on_dead:
            subscription.on_dead(as_event(event), error)
        if event.topic != GIVEN_UP:
            publish(GIVEN_UP, aggregate=f"outbox_event:{event.pk}", payload={"event_id": event.pk})


def as_event(row: OutboxEvent) -> Event:
    return Event(row.pk, row.topic, row.aggregate, row.payload, row.attempts)


def _due() -> QuerySet[OutboxEvent]:
    """Without those behind an older one, which must not keep the others from their turn."""
    older = _waiting(OuterRef("aggregate"), OuterRef("handler")).filter(pk__lt=OuterRef("pk"))
    return OutboxEvent.objects.filter(
        ~Exists(older), status=OutboxStatus.PENDING, next_attempt_at__lte=timezone.now()
    )


def due(limit: int = 500) -> list[OutboxEvent]:
    """Events whose time has come: missed nudges, backoffs that ended, leases that ran out.

    Of each handler that chooses only some: each stands for whichever is next.
    """
    choosing = [subscription.name for subscription in registry.choosing()]
    found = list(_due().exclude(handler__in=choosing).order_by("next_attempt_at")[:limit])
    for name in choosing:
        found += _due().filter(handler=name).order_by("next_attempt_at")[:NEXT_AT_A_SWEEP]
    return found


@transaction.atomic
def redrive(event_id: int, *, operator: dict[str, Any]) -> OutboxEvent:
    """DEAD → PENDING with fresh attempts. Raises NotFound, BusinessError (not dead).

    ``operator`` (pk, username, role) goes with REDRIVEN to the audit, which is above this package.
    """
    event = OutboxEvent.objects.select_for_update().filter(pk=event_id).first()
    if event is None:
        raise NotFound(ErrorCode.ROUTE_NOT_FOUND, f"outbox event {event_id}")
    if event.status != OutboxStatus.DEAD:
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"the event is {event.status}")
    _revive(event)
    publish(
        REDRIVEN,
        aggregate=f"outbox_event:{event.pk}",
        payload={"event_id": event.pk, "operator": operator},
    )
    return event


def _revive(event: OutboxEvent) -> None:
    event.status = OutboxStatus.PENDING
    event.attempts = 0
    event.next_attempt_at = timezone.now()
    event.save(update_fields=["status", "attempts", "next_attempt_at"])
    transaction.on_commit(partial(nudge, event), robust=True)


def hurry(beginning: str) -> int:
    """Try at the next sweep what failed and waits, of the aggregates that begin so."""
    waiting = OutboxEvent.objects.filter(
        aggregate__startswith=beginning, status=OutboxStatus.PENDING
    )
    return waiting.exclude(last_error_code="").update(next_attempt_at=timezone.now())


def redrive_dead(aggregate: str) -> int:
    """Try all DEAD events of ``aggregate`` again, in the caller's transaction and audit."""
    events = list(_dead(aggregate).select_for_update())
    for event in events:
        _revive(event)
    return len(events)


def forget_dead(aggregate: str) -> None:
    """Delete the DEAD events of ``aggregate``: what they were to do is not wanted any more."""
    _dead(aggregate).delete()


def is_waiting(aggregate: str) -> bool:
    """Whether an event of ``aggregate`` is still to be delivered, or is being delivered now."""
    return OutboxEvent.objects.filter(aggregate=aggregate, status=OutboxStatus.PENDING).exists()


def _dead(aggregate: str) -> QuerySet[OutboxEvent]:
    return OutboxEvent.objects.filter(aggregate=aggregate, status=OutboxStatus.DEAD)


def open_counts() -> dict[str, int]:
    """How many events wait (PENDING) and how many were given up (DEAD)."""
    return {
        status: OutboxEvent.objects.filter(status=status).count()
        for status in (OutboxStatus.PENDING, OutboxStatus.DEAD)
    }


def oldest_pending_s() -> float | None:
    """Age (s) of the oldest event that is PENDING."""
    pending = OutboxEvent.objects.filter(status=OutboxStatus.PENDING)
    oldest = pending.aggregate(oldest=Min("created_at"))["oldest"]
    return (timezone.now() - oldest).total_seconds() if oldest else None


@dataclass(frozen=True, slots=True)
class Summary:
    """How many events are in each status; the age (s) of the oldest that is PENDING."""

    pending: int
    done: int
    dead: int
    oldest_pending_s: float | None


def summary() -> Summary:
    rows = OutboxEvent.objects.order_by().values_list("status").annotate(Count("id"))
    counts: dict[str, int] = dict(rows)
    return Summary(
        pending=counts.get(OutboxStatus.PENDING, 0),
        done=counts.get(OutboxStatus.DONE, 0),
        dead=counts.get(OutboxStatus.DEAD, 0),
        oldest_pending_s=oldest_pending_s(),
    )


@dataclass(frozen=True, slots=True)
class DeliveryProblem:
    """Why an event is not done: given up, or to be tried again."""

    is_dead: bool
    code: str
    detail: str


def problem(aggregate: str) -> DeliveryProblem | None:
    """What keeps the events of ``aggregate``: of one that was given up, else of one that waits."""
    failed = _dead(aggregate).first()
    if failed is None:
        waiting = OutboxEvent.objects.filter(aggregate=aggregate, status=OutboxStatus.PENDING)
        failed = waiting.exclude(last_error_code="").first()
    if failed is None:
        return None
    is_dead = failed.status == OutboxStatus.DEAD
    return DeliveryProblem(is_dead, failed.last_error_code, failed.last_error)


def dead_aggregates(prefix: str) -> QuerySet[OutboxEvent, str]:
    """Aggregates that begin with ``prefix`` and have an event that was given up (subquery)."""
    dead = OutboxEvent.objects.filter(aggregate__startswith=prefix, status=OutboxStatus.DEAD)
    return dead.values_list("aggregate", flat=True)


def subscription_of(event: OutboxEvent) -> Subscription | None:
    return registry.by_name(event.handler)
