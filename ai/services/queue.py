"""Which job is next: the urgent ones, then fairly between the users, then the oldest.

A user's turns are counted: what runs for the user now, then the jobs that wait, so that everybody
has a first one before anybody has a second. Of equal turns that of the user comes first for whom
the longest time nothing was started. All routing rules together count as one user.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.cache import cache
from django.db.models import Max
from django.utils import timezone

from ai.choices import OPEN, JobStatus
from ai.models import AIJob
from ai.selectors.usage import expected_seconds
from common.person import Person
from ocs.choices import PRIORITY_RANKS
from rbac.permissions import Permission

RECENT = timedelta(days=1)
"""For whom nothing was started in this time waits as if for ever."""
PLACES_CACHE_KEY = "ai:queue-places"
PLACES_CACHE_S = 2
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """``place`` 1 is the next; ``expected_wait_s`` until its result, None if nobody knows."""

    place: int
    expected_wait_s: float | None


def in_order(
    waiting: Iterable[AIJob], running: Iterable[AIJob], started: Mapping[int | None, datetime]
) -> list[AIJob]:
    """``waiting`` as they will run. ``started``: by user, when a job was started last."""
    turns = Counter(job.requested_by_id for job in running)
    keys: dict[int, tuple[int, int, datetime, int]] = {}
    found = sorted(waiting, key=lambda job: (PRIORITY_RANKS[job.urgency], job.pk))
    for job in found:
        user = job.requested_by_id
        turns[user] += 1
        last = started.get(user, _NEVER)
        keys[job.pk] = (PRIORITY_RANKS[job.urgency], turns[user], last, job.pk)
    return sorted(found, key=lambda job: keys[job.pk])


def next_of(aggregates: Sequence[str]) -> str:
    """Of the due requests (``ai_job:<id>``) the one to run now; asked when a worker is free.

    Whose job is over comes first: nothing is left to do for it. An open job that is not due has a
    worker, or waits for its next attempt: it counts as running for its user.
    """
    due = {int(aggregate.partition(":")[2]): aggregate for aggregate in aggregates}
    jobs = _open()
    waiting = [job for job in jobs if job.pk in due]
    over = due.keys() - {job.pk for job in waiting}
    if over:
        return due[min(over)]
    running = [job for job in jobs if job.pk not in due]
    return due[in_order(waiting, running, _last_starts())[0].pk]


def places() -> dict[int, QueuePlace]:
    """Of every waiting job, by its id; a few queries, and none within two seconds of the last.

    A list of jobs asks once, not for each of its rows: with a thousand in the queue the answer is
    large. It is cached as plain numbers, which are read several times as fast as objects.
    """
    known: list[tuple[int, float | None]] | None = cache.get(PLACES_CACHE_KEY)
    if known is None:
        known = _waits(_open())
        cache.set(PLACES_CACHE_KEY, known, PLACES_CACHE_S)
    return {job: QueuePlace(place, wait) for place, (job, wait) in enumerate(known, start=1)}


def queue_ids(user: Person) -> list[int]:
    """Ids of the jobs that run, then of those that wait in their order, for who may see them."""
    running = AIJob.objects.queued_for(user).filter(status=JobStatus.PROCESSING).order_by("pk")
    found = list(running.values_list("pk", flat=True))
    if user.has_permission(Permission.MANAGE_MODELS):
        found += places()
    return found


def places_forget() -> None:
    """The queue has changed."""
    cache.delete(PLACES_CACHE_KEY)


def _waits(jobs: list[AIJob]) -> list[tuple[int, float | None]]:
    """Of the waiting jobs in their order: the id, and the seconds until the result.

    One worker is counted on: the times of all that come before add up.
    """
    waiting = [job for job in jobs if job.status == JobStatus.PENDING]
    running = [job for job in jobs if job.status == JobStatus.PROCESSING]
    models = {(job.model_id, job.model_version) for job in jobs}
    expected = {model: expected_seconds(*model) for model in models}
    ordered = in_order(waiting, running, _last_starts())
    wait: float | None = 0.0
    for job in running:
        wait = _plus(wait, _left(job, expected[_model(job)]))
    found = []
    for job in ordered:
        wait = _plus(wait, expected[_model(job)])
        found.append((job.pk, wait))
    return found


def _plus(one: float | None, other: float | None) -> float | None:
    """What nobody knows stays unknown."""
    return None if one is None or other is None else round(one + other, 1)


def _left(job: AIJob, expected: float | None) -> float | None:
    if expected is None or job.started_at is None:
        return expected
    return max(expected - (timezone.now() - job.started_at).total_seconds(), 0.0)


def _model(job: AIJob) -> tuple[str, str]:
    return job.model_id, job.model_version


def _open() -> list[AIJob]:
    """What waits or runs, as far as its order needs it; not filtered by rights."""
    columns = ("status", "requested_by", "urgency", "started_at", "model_id", "model_version")
    return list(AIJob.objects.filter(status__in=OPEN).only(*columns).order_by())


def _last_starts() -> dict[int | None, datetime]:
    """By user; an index holds it."""
    recent = AIJob.objects.filter(started_at__gte=timezone.now() - RECENT)
    return dict(recent.order_by().values_list("requested_by").annotate(Max("started_at")))
