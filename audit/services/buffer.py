"""Moves buffered records from the Redis stream to the table, each exactly once.

A row contains the last stream id that is in the table, and is updated in the transaction that
inserts the records, so after a crash no record is inserted twice. Ids increase only within one life
of the stream; if Redis lost its data, a new life begins, with its own row.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any, NoReturn

from django.db import DataError, IntegrityError, transaction
from django.utils.dateparse import parse_datetime

from audit.choices import Outcome
from audit.models import AuditCursor, AuditLog
from audit.services import STREAM, bursts, shown_index, stream
from common.ops import counters

FLUSH_BATCH = 5000
INSERT_BATCH = 100
"""A search may show 1,000 studies (80 KB); a statement has at most 16 MB (MariaDB's default)."""
LIFE = f"{STREAM}.life"
UNREADABLE = "audit.unreadable"
_FIELDS = frozenset(field.name for field in AuditLog._meta.get_fields() if field.concrete) - {
    "id",
    "recorded_at",
    "source_key",
}
_MALFORMED = (ValueError, KeyError, TypeError)
_NOT_STORABLE = (DataError, IntegrityError, ValueError)

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
    return stored


def _waiting(settled_ms: int) -> list[Entry]:
    entries: list[Entry] = stream().xrange(STREAM, count=FLUSH_BATCH)
    if not entries or len(entries) == FLUSH_BATCH:
        return entries
    seconds, microseconds = stream().time()
    age = seconds * 1000 + microseconds // 1000 - _stream_id(entries[0][0])[0]
    return entries if age >= settled_ms else []


def _stream_id(key: bytes | str) -> StreamId:
    text = key.decode() if isinstance(key, bytes) else key
    milliseconds, _, sequence = text.partition("-")
    return int(milliseconds), int(sequence)


def _store(cursor_id: int, entries: Sequence[Entry]) -> int:
    with transaction.atomic():
        cursor = AuditCursor.objects.select_for_update().get(pk=cursor_id)
        last = _stream_id(cursor.last_id)
        new = [entry for entry in entries if _stream_id(entry[0]) > last]
        if new:
            _insert(_grouped(new))
            cursor.last_id = new[-1][0].decode()
            cursor.save(update_fields=["last_id"])
        return len(new)


def _grouped(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Groups of entries that become one row: a burst together, other entries alone."""
    groups: dict[bytes, list[Entry]] = {}
    for key, values in entries:
        known = bursts.item_read(values.get(b"item", b"")) and values.get(b"burst")
        groups.setdefault(known or key, []).append((key, values))
    return list(groups.values())


def _insert(groups: Sequence[list[Entry]]) -> None:
    """Bulk insert; entries that the database rejects are found by bisection and kept unparsed."""
    rows = [_row(group) for group in groups]
    try:
        with transaction.atomic():
            AuditLog.objects.bulk_create(rows, batch_size=INSERT_BATCH)
            _shown_index(rows)
        for row in rows:
            requests = row.detail["requests"] if bursts.is_burst(row) else 1
            counters.count("cdss_decisions", row.outcome, amount=requests)
    except _NOT_STORABLE:
        if len(groups) == 1:
            _unreadable(groups[0]).save()
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
    try:
        if b"burst" in values:
            fields = _read(values[b"burst"])
            fields |= {"occurred_at": _time(key), "detail": _burst(entries)}
        else:
            fields = _read(values[b"record"])
            fields["occurred_at"] = parse_datetime(fields["occurred_at"])
        return AuditLog(source_key=key.decode(), **fields)
    except _MALFORMED:
        return _unreadable(entries)


def _read(text: bytes) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(text, parse_constant=_no_json)
    if not _FIELDS.issuperset(fields):
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


def _time(key: bytes) -> Any:
    return bursts.instant(_stream_id(key)[0])


def _unreadable(entries: Sequence[Entry]) -> AuditLog:
    """A row with an entry that cannot be parsed, for an administrator."""
    texts = [
        [key.decode(), {_text(name): _text(value) for name, value in values.items()}]
        for key, values in entries
    ]
    return AuditLog(
        occurred_at=_time(entries[0][0]),
        action=UNREADABLE,
        object_type="audit_entry",
        object_id=entries[0][0].decode(),
        outcome=Outcome.FAILED,
        detail={"entries": texts},
    )


def _text(raw: bytes) -> str:
    return raw.decode(errors="backslashreplace")
