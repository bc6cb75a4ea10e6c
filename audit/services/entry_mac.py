"""Tells the stream entries that our own processes wrote from what somebody else put there."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from collections.abc import Mapping

from django.conf import settings

from common.once import once

_PURPOSE = b"audit stream entry"
_MAC_BYTES = 16


@once
def _key() -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), _PURPOSE, hashlib.sha256)


def entry_mac(*parts: bytes) -> str:
    """The field ``mac`` of an entry: over its ``record``, or over its ``burst`` and ``item``."""
    digest = hmac.digest(_key(), b"\0".join(parts), hashlib.sha256)
    return b64encode(digest[:_MAC_BYTES]).decode()


def is_genuine(fields: Mapping[bytes, bytes]) -> bool:
    """Whether the entry carries the MAC of exactly what it says."""
    names = (b"burst", b"item") if b"burst" in fields else (b"record",)
    if set(fields) != {*names, b"mac"}:
        return False
    expected = entry_mac(*(fields[name] for name in names))
    return hmac.compare_digest(fields[b"mac"], expected.encode())
