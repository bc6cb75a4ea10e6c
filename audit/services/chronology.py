"""Whether the times that a record names fit its place: a record forged for the past does not.

Ids grow as records are inserted, and each signed head says which ids there were at its time. So a
record stands between its neighbours in time, up to the length of a transaction.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from audit.models import AuditLog
from audit.services.buffer import RAW, StreamId
from audit.services.bursts import burst_span, instant, is_burst
from audit.services.head_file import Mark

LATENESS = timedelta(minutes=10)
"""A transaction may commit this much later than it inserted; clocks may differ by less."""
_ODD = (KeyError, TypeError, ValueError, OverflowError, AttributeError)
"""What a record raises that none of our processes wrote."""
_KEY = re.compile(r"([0-9]{1,20})-([0-9]{1,20})")


class Chronology:
    """Takes the records in the order of their seals, then those without one."""

    def __init__(self, marks: Sequence[Mark], lives: int) -> None:
        self._marks = marks
        self._seqs = [mark.seq for mark in marks]
        self._ids = [mark.log_id for mark in marks]
        self._lives_left = max(0, lives - 1)
        self._latest: datetime | None = None
        self._greatest = 0
        self._source: StreamId = (0, 0)
        self.newest_entry: StreamId = (0, 0)
        """The last entry of the stream that a record holds, as far as the record tells."""

    def is_plausible(self, log: AuditLog, seq: int | None) -> bool:
        try:
            fits = self._fits(log, seq)
        except _ODD:
            fits = False
        self._latest = max(self._latest or log.recorded_at, log.recorded_at)
        self._greatest = max(self._greatest, log.pk)
        return fits

    def _fits(self, log: AuditLog, seq: int | None) -> bool:
        return (
            self._is_not_backdated(log)
            and self._is_between_ids(log)
            and log.recorded_at <= self._end(seq) + LATENESS
            and self._is_as_it_came(log)
        )

    def _is_not_backdated(self, log: AuditLog) -> bool:
        """Not recorded before what is sealed before it, nor before a head that did not know it."""
        unaware = bisect_left(self._ids, log.pk) - 1
        floors = [self._latest] if self._latest else []
        floors += [self._marks[unaware].time] if unaware >= 0 else []
        return all(log.recorded_at >= floor - LATENESS for floor in floors)

    def _is_between_ids(self, log: AuditLog) -> bool:
        """One that came late was not recorded after the record with the next id."""
        if log.pk > self._greatest:
            return True
        following = AuditLog.objects.filter(pk__gt=log.pk).order_by("pk").first()
        return following is None or log.recorded_at <= following.recorded_at + LATENESS

    def _end(self, seq: int | None) -> datetime:
        """A time at which the record was there."""
        place = len(self._seqs) if seq is None else bisect_left(self._seqs, seq)
        return self._marks[place].time if place < len(self._marks) else timezone.now()

    def _is_as_it_came(self, log: AuditLog) -> bool:
        is_raw = log.action in RAW
        key = log.object_id if is_raw else log.source_key
        if key is None:
            return abs(log.recorded_at - log.occurred_at) <= LATENESS
        entry = stream_id(key)
        if entry is None:
            return False
        last = _last_entry(log, entry)
        if is_raw and entry[0] > log.occurred_at.timestamp() * 1000 + 1:  # kept from the future
            return abs(log.recorded_at - log.occurred_at) <= LATENESS
        at = instant(entry[0])
        is_exact = is_raw or is_burst(log)
        off = abs(log.occurred_at - at)
        self.newest_entry = max(self.newest_entry, last)
        return (
            off <= (timedelta(0) if is_exact else LATENESS)
            and at <= log.recorded_at + LATENESS
            and self._is_in_order(entry)
        )

    def _is_in_order(self, entry: StreamId) -> bool:
        """Entries come in order; only a Redis that lost its data begins again."""
        is_next = entry > self._source
        if not is_next and self._lives_left:
            self._lives_left -= 1
            is_next = True
        if is_next:
            self._source = entry
        return is_next


def stream_id(text: str) -> StreamId | None:
    found = _KEY.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


_ANY = 2**64
"""The sequence of a burst's last entry is not known, only its millisecond."""


def _last_entry(log: AuditLog, first: StreamId) -> StreamId:
    """Raises one of ``_ODD`` if the record does not hold what we write."""
    if is_burst(log):
        span = burst_span(log)
        if span is None:
            raise ValueError("no burst of ours")
        return round(span.until.timestamp() * 1000), _ANY
    if log.action in RAW:
        keys = [stream_id(key) for key, _ in log.detail["entries"]]
        return max(key for key in keys if key)
    return first
