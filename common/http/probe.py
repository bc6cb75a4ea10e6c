"""Probes of other services: one request, a short timeout, no circuit breaker."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import requests

from common.errors import ErrorCode, ExternalError
from common.http.client import HttpClient

_NO_BREAKER = 1_000_000_000
_TIMEOUT_S = 2.5


@lru_cache
def _client(base_url: str, unavailable: ErrorCode) -> HttpClient:
    return HttpClient(
        base_url,
        unavailable=unavailable,
        read_timeout_s=_TIMEOUT_S,
        retries=0,
        fail_max=_NO_BREAKER,
    )


def ask(
    base_url: str,
    path: str,
    *,
    unavailable: ErrorCode,
    headers: Mapping[str, str] | None = None,
) -> requests.Response:
    """The answer to a GET request. Raises ExternalError unless the status is a success."""
    response = _client(base_url, unavailable).request("GET", path, headers=dict(headers or {}))
    if not response.ok:
        raise ExternalError(unavailable, f"status {response.status_code}", retryable=False)
    return response
