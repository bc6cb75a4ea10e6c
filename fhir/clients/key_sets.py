"""The public keys by which a CDS client signs (JWK Set, RFC 7517), over HTTP."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.cache import cache

from common.errors import ErrorCode, ExternalError
from common.http.client import HttpClient

KEPT_S = 600
ASKED_AGAIN_S = 30
"""A key that is not in the set asks for it anew, at most as often: anybody may name a key."""
MAX_BYTES = 256 << 10
_TIMEOUT_S = 3.0


class KeySetClient(HttpClient):
    """Of one address that an administrator entered; redirects are not followed."""

    def __init__(self, url: str) -> None:
        super().__init__(
            url, unavailable=ErrorCode.UPSTREAM_UNAVAILABLE, read_timeout_s=_TIMEOUT_S, retries=0
        )

    def keys(self) -> list[dict[str, Any]]:
        """Raises ExternalError."""
        with self.request("GET", "", stream=True, allow_redirects=False) as response:
            body = response.raw.read(MAX_BYTES + 1, decode_content=True)
        if response.status_code != 200 or len(body) > MAX_BYTES:
            raise ExternalError(self.unavailable, "the key set cannot be read")
        try:
            found = json.loads(body)["keys"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ExternalError(self.unavailable, "the key set cannot be read") from None
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def signing_key(url: str, key_id: str) -> dict[str, Any] | None:
    """The JWK by its ``kid``; None if the set has none. Raises ExternalError."""
    place = f"cds:keys:{hashlib.sha256(url.encode()).hexdigest()}"
    known = cache.get(place)
    found = _named(known or [], key_id)
    if found is None and (known is None or cache.add(f"{place}:asked", True, ASKED_AGAIN_S)):
        known = KeySetClient(url).keys()
        cache.set(place, known, KEPT_S)
        found = _named(known, key_id)
    return found


def _named(keys: list[dict[str, Any]], key_id: str) -> dict[str, Any] | None:
    return next((one for one in keys if one.get("kid") == key_id), None)
