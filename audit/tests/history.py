"""A day in the life of the record, at chosen times: records, bursts, seals and signed heads."""

from __future__ import annotations

import json
import random
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from unittest import mock

from django.db import transaction

from audit import services
from audit.models import AuditLog
from audit.services import STREAM, buffer, chain, heads, stream
from audit.services.entry_mac import signed
from audit.tests import viewer

BEGUN_BEFORE = timedelta(days=7)
"""A thousand trials of a few minutes each must not reach the future."""


@contextmanager
def at(moment):
    with mock.patch("django.utils.timezone.now", return_value=moment):
        yield


class Clock:
    """Redis never gives an id twice, so time only goes on, also over a rollback."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.now = datetime.now(UTC) - BEGUN_BEFORE
        self._last_ms = 0

    def on(self, **step):
        self.now += timedelta(**step)
        return self.now

    def key(self):
        self._last_ms = max(self._last_ms + 1, round(self.now.timestamp() * 1000))
        return f"{self._last_ms}-0"


def work(clock: Clock) -> None:
    """A few minutes of work: direct records, gaps in their ids, buffered ones, bursts."""
    for _ in range(clock.chance.randint(1, 3)):
        with at(clock.on(seconds=clock.chance.randint(1, 60))):
            shown = clock.chance.sample(range(1, 99), clock.chance.randint(0, 4))
            number = clock.chance.randrange(99)
            services.record(actor=None, action="test.done", object_id=number, patients=shown)
    with at(clock.now):
        for _ in range(clock.chance.randint(0, 2)):
            _lost_id()
        for _ in range(clock.chance.randint(0, 3)):
            _buffered(clock)
        buffer.flush_stream()


def seal(clock: Clock) -> None:
    with at(clock.on(seconds=30)):
        chain.seal_pending()


def sign(clock: Clock) -> None:
    with at(clock.on(seconds=30)):
        heads.sign_head()


def lived(clock: Clock) -> None:
    """Hours, the last minute of which is sealed and signed."""
    for _ in range(8):
        clock.on(minutes=clock.chance.randint(20, 50))
        work(clock)
        seal(clock)
        if clock.chance.random() < 0.8:
            sign(clock)
    sign(clock)


def _lost_id() -> None:
    with transaction.atomic():
        services.record(actor=None, action="test.undone")
        transaction.set_rollback(True)


def _buffered(clock: Clock) -> None:
    if clock.chance.random() < 0.5:
        burst = viewer.constants(patient_id=clock.chance.randrange(99))
        for number in range(clock.chance.randint(1, 4)):
            viewer.add(number, burst=burst, key=clock.key())
        return
    text = json.dumps(
        {
            "occurred_at": clock.now.isoformat(),
            "action": "dicomweb.search",
            "outcome": "ok",
            "object_id": str(clock.chance.randrange(99)),
        }
    )
    key = clock.key()
    stream().xadd(STREAM, signed(viewer.milliseconds(key), record=text), id=key)


def free_ids() -> list[int]:
    """Between the ids that are used."""
    used = set(AuditLog.objects.values_list("pk", flat=True))
    return sorted(set(range(min(used), max(used))) - used)
