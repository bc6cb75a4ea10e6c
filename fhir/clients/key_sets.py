"""The public keys by which a CDS client signs (JWK Set, RFC 7517), over HTTP."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.core.cache import cache
from urllib3.exceptions import HTTPError

from common.errors import ErrorCode, ExternalError
from common.http.client import HttpClient

KEPT_S = 600
ASKED_AGAIN_S = 30
"""A key that is not in the set asks for it anew, at most as often: anybody may name a key."""
AWAY_S = 5
"""For so long an address that did not answer is not asked: anybody may send such tokens, and each
would keep a worker waiting."""
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
            try:
                body = response.raw.read(MAX_BYTES + 1, decode_content=True)
            except HTTPError as error:
                raise ExternalError(self.unavailable, type(error).__name__) from None
        if response.status_code != 200 or len(body) > MAX_BYTES:
            raise ExternalError(self.unavailable, "the key set cannot be read")
        try:
            return [one for one in json.loads(body)["keys"] if isinstance(one, dict)]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ExternalError(self.unavailable, "the key set cannot be read") from None


def signing_key(url: str, key_id: str) -> dict[str, Any] | None:
    """The JWK by its ``kid``; None if the set has none. Raises ExternalError."""
    place = f"cds:keys:{hashlib.sha256(url.encode()).hexdigest()}"
    known = cache.get(place)
    found = _named(known or [], key_id)
    if found is None and (known is None or cache.add(f"{place}:asked", True, ASKED_AGAIN_S)):
        if cache.get(f"{place}:away"):
            raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, "the key set was away just now")
        try:
            known = KeySetClient(url).keys()
        except ExternalError:
            cache.set(f"{place}:away", True, AWAY_S)
            raise
        cache.set(place, known, KEPT_S)
        found = _named(known, key_id)
    return found


def _named(keys: list[dict[str, Any]], key_id: str) -> dict[str, Any] | None:
    return next((one for one in keys if one.get("kid") == key_id), None)
