"""Packs the requests of a viewer for one series into one text, without loss.

The text has six lines: the time of the first request (ms since 1970), the common prefix of the SOP
Instance UIDs, their suffixes (in the order of first requests), and the times, UIDs (index in that
list) and frames of the requests, each as differences between consecutive requests. zlib compresses
such small, similar numbers very well.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise, takewhile
from typing import NamedTuple

from django.utils.dateparse import parse_datetime

from audit.models import AuditLog

_DETAIL = {"requests", "until", "items"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_PACKED = (ValueError, TypeError, IndexError, OverflowError, zlib.error)
"""What unpacking raises when somebody else wrote the text."""
_ITEM = re.compile(rb"([0-9.]{1,64}) ([0-9]{1,10})")


class BurstItem(NamedTuple):
    """A request. ``frame`` is 0 for a whole instance or its metadata."""

    at: datetime
    sop_instance_uid: str
    frame: int


class Span(NamedTuple):
    """How many requests a record covers, and when the last one was."""

    requests: int
    until: datetime


def instant(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)


def item_read(text: bytes) -> tuple[str, int] | None:
    """The UID and the frame of an entry's ``item``; None when it is no such text."""
    found = _ITEM.fullmatch(text)
    return (found[1].decode(), int(found[2])) if found else None


def _differences(values: Iterable[int]) -> str:
    return " ".join(str(later - earlier) for earlier, later in pairwise([0, *values]))


def _sums(column: str) -> Iterator[int]:
    return accumulate(int(difference) for difference in column.split(" "))


def _common_prefix(first: str, last: str) -> str:
    """Of everything that sorts between the two."""
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(character for character, _ in alike)


def pack(requests: Sequence[tuple[int, str, int]]) -> str:
    """Requests as (ms since 1970, SOP Instance UID, frame), oldest first and at least one."""
    times, uids, frames = zip(*requests, strict=True)
    places = {uid: place for place, uid in enumerate(dict.fromkeys(uids))}
    prefix = _common_prefix(min(places), max(places))
    lines = [
        str(times[0]),
        prefix,
        " ".join(uid[len(prefix) :] for uid in places),
        _differences(time - times[0] for time in times),
        _differences(places[uid] for uid in uids),
        _differences(frames),
    ]
    return base64.b64encode(zlib.compress("\n".join(lines).encode(), 9)).decode()


def unpack(packed: str) -> list[BurstItem]:
    """The requests that were packed."""
    text = zlib.decompress(base64.b64decode(packed)).decode()
    first, prefix, endings, times, places, frames = text.split("\n")
    uids = [prefix + ending for ending in endings.split(" ")]
    columns = zip(_sums(times), _sums(places), _sums(frames), strict=True)
    return [BurstItem(instant(int(first) + t), uids[place], frame) for t, place, frame in columns]


def is_burst(log: AuditLog) -> bool:
    """Whether ``detail`` of the record contains packed requests."""
    return isinstance(log.detail, dict) and set(log.detail) == _DETAIL


def burst_span(log: AuditLog) -> Span | None:
    """None if it is the record of a single request, or says what we never write."""
    if not is_burst(log):
        return None
    requests, until = log.detail["requests"], log.detail["until"]
    try:
        last = parse_datetime(until)
    except (TypeError, ValueError):
        return None
    is_ours = type(requests) is int and requests > 0 and last is not None and last.tzinfo
    return Span(requests, last) if is_ours and last else None


def burst_items(log: AuditLog) -> list[BurstItem]:
    """The requests of a packed record; none if it is of a single one, or not packed by us."""
    try:
        return unpack(log.detail["items"]) if is_burst(log) else []
    except _NOT_PACKED:
        return []
