"""Moves buffered records from the Redis stream to the table, each exactly once.

A row contains the last stream id that is in the table, and is updated in the transaction that
inserts the records, so after a crash no record is inserted twice. Ids increase only within one life
of the stream; if Redis lost its data, a new life begins, with its own row. An entry at or before
that id is dropped only if a row holds it: a cursor that somebody moved ahead loses nothing.

Redis gives ids of its own time. One that is ahead of it was chosen by somebody, and all that follow
are ahead too: they are kept as they are and move no cursor, then the stream begins a new life.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NoReturn

from django.db import DataError, IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from redis.exceptions import WatchError

from audit.choices import Outcome
from audit.models import AuditCursor, AuditLog
from audit.services import STREAM, broken_found, bursts, shown_index, stream
from audit.services.entry_mac import is_genuine
from common.ops import counters

logger = logging.getLogger(__name__)

FLUSH_BATCH = 5000
INSERT_BATCH = 100
"""A search may show 1,000 studies (80 KB); a statement has at most 16 MB (MariaDB's default)."""
SET_BACK_MS = 60_000
"""An id may be ahead of Redis' clock by this much: the clock may have been set back."""
LIFE = f"{STREAM}.life"
UNREADABLE = "audit.unreadable"
UNVERIFIED = "audit.unverified"
CURSOR_AHEAD = "audit.cursor_ahead"
RAW = (UNREADABLE, UNVERIFIED)
"""The actions of rows that hold entries as they were."""
_FIELDS = frozenset(field.name for field in AuditLog._meta.get_fields() if field.concrete) - {
    "id",
    "recorded_at",
    "source_key",
}
_MALFORMED = (ValueError, KeyError, TypeError, RecursionError)
_NOT_STORABLE = (DataError, IntegrityError, ValueError, TypeError, OverflowError)

Entry = tuple[bytes, dict[bytes, bytes]]
StreamId = tuple[int, int]


def flush_stream(*, settled_ms: int = 0) -> int:
    """Move buffered entries to the table; returns their number.

    Begins when the oldest entry has been there for ``settled_ms`` or a batch is full: a viewer's
    burst that is over by then becomes one row.
    """
    stored = 0
    fresh = uuid.uuid4().hex
    life = stream().set(LIFE, fresh, nx=True, get=True) or fresh.encode()
    cursor, _ = AuditCursor.objects.get_or_create(life=life.decode())
    while entries := _waiting(settled_ms):
        stored += _store(cursor.pk, entries)
        stream().xdel(STREAM, *[key for key, _ in entries])
    _begin_anew_if_ahead()
    return stored


def _waiting(settled_ms: int) -> list[Entry]:
    entries: list[Entry] = stream().xrange(STREAM, count=FLUSH_BATCH)
    if not entries or len(entries) == FLUSH_BATCH:
        return entries
    age = _clock_ms() - _stream_id(entries[0][0])[0]
    return entries if age < 0 or age >= settled_ms else []


def _clock_ms() -> int:
    seconds, microseconds = stream().time()
    return int(seconds * 1000 + microseconds // 1000)


def _begin_anew_if_ahead() -> None:
    """Else Redis gives only ids after its last one, or none at all. What comes meanwhile stays."""
    with stream().pipeline() as pipe, suppress(WatchError):
        pipe.watch(STREAM)
        if not pipe.exists(STREAM) or pipe.xlen(STREAM):
            return
        last = pipe.xinfo_stream(STREAM)["last-generated-id"]
        if _stream_id(last)[0] > _clock_ms() + SET_BACK_MS:
            pipe.multi()
            pipe.delete(STREAM, LIFE)
            pipe.execute()


def _stream_id(key: bytes | str) -> StreamId:
    text = key.decode() if isinstance(key, bytes) else key
    milliseconds, _, sequence = text.partition("-")
    return int(milliseconds), int(sequence)


def _store(cursor_id: int, found: Sequence[Entry]) -> int:
    latest = _clock_ms() + SET_BACK_MS
    entries = [entry for entry in found if _stream_id(entry[0])[0] <= latest]
    with transaction.atomic():
        cursor = AuditCursor.objects.select_for_update().get(pk=cursor_id)
        ahead = _not_held(found[len(entries) :])
        if ahead:
            _keep_ahead(ahead)
        last = _stream_id(cursor.last_id)
        skipped = _not_held([entry for entry in entries if _stream_id(entry[0]) <= last])
        new = skipped + [entry for entry in entries if _stream_id(entry[0]) > last]
        if skipped:
            _tell_of_skipping(cursor, skipped)
        if new:
            _insert(_grouped(new))
            cursor.last_id = new[-1][0].decode()
            cursor.save(update_fields=["last_id"])
        return len(new) + len(ahead)


def _keep_ahead(entries: Sequence[Entry]) -> None:
    logger.error("the audit stream holds ids of the future", extra={"entries": len(entries)})
    rows = [_raw(UNVERIFIED, [entry], timezone.now()) for entry in entries]
    AuditLog.objects.bulk_create(rows, batch_size=INSERT_BATCH)
    broken_found()


def _not_held(entries: Sequence[Entry]) -> list[Entry]:
    """Those that are in no row: all are, unless the cursor was moved past them."""
    if not entries:
        return []
    keys = [key.decode() for key, _ in entries]
    rows = AuditLog.objects.filter(source_key__in=keys)
    held = {key for row in rows for key in _places(row)}
    raw = AuditLog.objects.filter(action__in=RAW, object_id__in=keys)
    held |= {(key, "", 0) for row in raw for key in _raw_keys(row)}
    return [entry for entry in entries if not held & _places_of(entry)]


def _raw_keys(row: AuditLog) -> list[str]:
    """The ids of the entries that it holds; none if its detail is not of our making."""
    try:
        return [str(key) for key, _ in row.detail["entries"]]
    except (KeyError, TypeError, ValueError):
        return []


Place = tuple[str | int, str, int]
"""An entry's id; or of a request in a burst: its milliseconds, UID and frame."""


def _places(row: AuditLog) -> set[Place]:
    items = {
        (round(item.at.timestamp() * 1000), item.sop_instance_uid, item.frame)
        for item in bursts.burst_items(row)
    }
    return {(str(row.source_key), "", 0), *items}


def _places_of(entry: Entry) -> set[Place]:
    key, values = entry
    item = bursts.item_read(values.get(b"item", b""))
    found: set[Place] = {(key.decode(), "", 0)}
    return found | ({(_stream_id(key)[0], *item)} if item else set())


def _tell_of_skipping(cursor: AuditCursor, skipped: Sequence[Entry]) -> None:
    logger.error("the audit cursor was ahead", extra={"entries": len(skipped)})
    AuditLog.objects.create(
        occurred_at=timezone.now(),
        action=CURSOR_AHEAD,
        object_type="audit_cursor",
        object_id=cursor.life,
        outcome=Outcome.FAILED,
        detail={"cursor": cursor.last_id, "entries": len(skipped)},
    )
    broken_found()


def _grouped(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Groups of entries that become one row: a burst together, other entries alone."""
    groups: dict[bytes, list[Entry]] = {}
    for key, values in entries:
        alike = _is_ours(key, values) and bursts.item_read(values.get(b"item", b""))
        groups.setdefault(values[b"burst"] if alike else key, []).append((key, values))
    return list(groups.values())


def _is_ours(key: bytes, values: dict[bytes, bytes]) -> bool:
    return is_genuine(_stream_id(key)[0], values)


def _insert(groups: Sequence[list[Entry]]) -> None:
    """Bulk insert; entries that the database rejects are found by bisection and kept unparsed."""
    rows = [_row(group) for group in groups]
    if any(row.action == UNVERIFIED for row in rows):
        logger.error("the audit stream holds entries that are not ours")
        broken_found()
    try:
        with transaction.atomic():
            AuditLog.objects.bulk_create(rows, batch_size=INSERT_BATCH)
            _shown_index(rows)
        for row in rows:
            span = bursts.burst_span(row)
            counters.count("cdss_decisions", row.outcome, amount=span.requests if span else 1)
    except _NOT_STORABLE:
        if len(groups) == 1:
            _raw(UNREADABLE, groups[0], _time(groups[0][0][0])).save()
            return
        half = len(groups) // 2
        _insert(groups[:half])
        _insert(groups[half:])


def _shown_index(rows: Sequence[AuditLog]) -> None:
    lists = [row.source_key for row in rows if row.detail.get("patients")]
    if lists:  # MySQL does not return the ids of many inserted rows
        shown_index(AuditLog.objects.filter(source_key__in=lists))


def _row(entries: Sequence[Entry]) -> AuditLog:
    key, values = entries[0]
    if not _is_ours(key, values):
        return _raw(UNVERIFIED, entries, _time(key))
    try:
        if b"burst" in values:
            fields = _read(values[b"burst"])
            fields |= {"occurred_at": _time(key), "detail": _burst(entries)}
        else:
            fields = _read(values[b"record"])
            fields["occurred_at"] = parse_datetime(fields["occurred_at"])
        return AuditLog(source_key=key.decode(), **fields)
    except _MALFORMED:
        return _raw(UNREADABLE, entries, _time(key))


def _read(text: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(text, parse_constant=_no_json)
    if not _FIELDS.issuperset(fields) or not isinstance(dict(fields).get("detail", {}), dict):
        raise ValueError
    fields["outcome"] = Outcome(fields["outcome"])
    return fields


def _no_json(_: str) -> NoReturn:
    raise ValueError


def _burst(entries: Sequence[Entry]) -> dict[str, Any]:
    requests = []
    for key, values in entries:
        item = bursts.item_read(values[b"item"])
        if item is None:
            raise ValueError
        requests.append((_stream_id(key)[0], *item))
    until = bursts.instant(requests[-1][0]).isoformat(timespec="milliseconds")
    return {"requests": len(requests), "until": until, "items": bursts.pack(requests)}


def _time(key: bytes) -> datetime:
    return bursts.instant(_stream_id(key)[0])


def _raw(action: str, entries: Sequence[Entry], at: datetime) -> AuditLog:
    """A row with entries as they are, for an administrator; it accuses nobody."""
    texts = [
        [key.decode(), {_text(name): _text(value) for name, value in values.items()}]
        for key, values in entries
    ]
    return AuditLog(
        occurred_at=at,
        action=action,
        object_type="audit_entry",
        object_id=entries[0][0].decode(),
        outcome=Outcome.FAILED,
        detail={"entries": texts},
    )


def _text(raw: bytes) -> str:
    return raw.decode(errors="backslashreplace")
