"""Tells the stream entries that our own processes wrote from what somebody else put there."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from common.macs import authenticator

entry_mac = authenticator("audit stream entry")
"""The field ``mac`` of an entry: over its ``record``, or over its ``burst`` and ``item``."""


def is_genuine(fields: Mapping[bytes, bytes]) -> bool:
    """Whether the entry carries the MAC of exactly what it says."""
    names = (b"burst", b"item") if b"burst" in fields else (b"record",)
    if set(fields) != {*names, b"mac"}:
        return False
    expected = entry_mac(*(fields[name] for name in names))
    return hmac.compare_digest(fields[b"mac"], expected.encode())
