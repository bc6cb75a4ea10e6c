"""Tells the stream entries that our own processes wrote from what somebody else put there."""

from __future__ import annotations

import hmac
import time
from collections.abc import Mapping

from common.macs import authenticator

TIMELY_MS = 300_000
"""How far the clocks of a writer and of Redis may be apart: an entry that is put into the stream
again after that is not ours."""
_mac = authenticator("audit stream entry")


def signed(at_ms: int | None = None, **parts: str) -> dict[str, str]:
    """The fields of an entry: its ``record``, or ``burst`` and ``item``; its time (ms); the MAC."""
    fields = parts | {"at": str(time.time_ns() // 1_000_000 if at_ms is None else at_ms)}
    return fields | {"mac": _mac(*(text.encode() for text in fields.values()))}


def is_genuine(stream_ms: int, fields: Mapping[bytes, bytes]) -> bool:
    """Whether the entry, whose id is of that time, carries the MAC of exactly what it says."""
    names = (b"burst", b"item", b"at") if b"burst" in fields else (b"record", b"at")
    if set(fields) != {*names, b"mac"}:
        return False
    expected = _mac(*(fields[name] for name in names))
    is_ours = hmac.compare_digest(fields[b"mac"], expected.encode())
    return is_ours and abs(stream_ms - int(fields[b"at"])) <= TIMELY_MS
