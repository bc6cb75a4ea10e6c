"""The audit records that wait in Redis; nothing else there may not be lost."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.backup.place import Place

_DATABASE, _METRICS = "2", "3"
_STREAM, _LIFE = "audit", "audit.life"
"""As audit/services/buffer.py names them; tests/flows/test_zy_restore.py would miss a change."""
_PAGE = 5000


def mark_done(place: Place) -> None:
    """Leave the time of a good backup to the metric cdss_backup_timestamp_seconds."""
    _connect(place, _METRICS).set("metrics.backup", time.time())


def _connect(place: Place, database: str = _DATABASE) -> Any:
    import redis  # not there on a host that only has containers

    return redis.Redis.from_url(f"{place.redis_url}/{database}", socket_timeout=30)


def save(place: Place, target: Path) -> int:
    """Write the stream's entries with their ids and the name of its life; return how many."""
    server = _connect(place)
    life = server.get(_LIFE)
    count = 0
    with target.open("w", encoding="utf-8") as file:
        print(json.dumps({"life": life.decode() if life else None}), file=file)
        for key, values in _entries(server):
            fields = {_text(name): _text(value) for name, value in values.items()}
            print(json.dumps({"id": _text(key), "fields": fields}), file=file)
            count += 1
    return count


def _entries(server: Any) -> Iterator[tuple[bytes, dict[bytes, bytes]]]:
    after = "-"
    while page := server.xrange(_STREAM, min=after, count=_PAGE):
        yield from page
        after = f"({_text(page[-1][0])}"


def load(place: Place, source: Path) -> int:
    """Put the entries back under their ids into an empty Redis.

    What was stored meanwhile is known by those ids and the life: it is not stored twice.
    """
    server = _connect(place)
    count = 0
    with source.open(encoding="utf-8") as file:
        life = json.loads(next(file))["life"]
        if life:
            server.set(_LIFE, life)
        for line in file:
            entry = json.loads(line)
            fields = {_bytes(name): _bytes(value) for name, value in entry["fields"].items()}
            server.xadd(_STREAM, fields, id=entry["id"])
            count += 1
    return count


def _text(raw: bytes) -> str:
    return raw.decode("latin-1")


def _bytes(text: str) -> bytes:
    return text.encode("latin-1")
