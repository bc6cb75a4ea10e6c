"""Metrics of HTTP responses: status and duration by route name (never by path)."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.ops import counters


class MeasuredMiddleware:
    """Does not see frames with a cached decision (fast path): the audit log counts those.

    Nor pictures that are drawn, which are ``measured`` where they are.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.monotonic()
        response = self.get_response(request)
        match = request.resolver_match
        route = match.url_name if match and match.url_name else "none"
        method = request.method if request.method in _METHODS else "other"
        measured(route, str(method), response.status_code, time.monotonic() - begun)
        return response


def measured(route: str, method: str, status: int, seconds: float) -> None:
    counters.observe("cdss_request_seconds", route, seconds=seconds)
    counters.count("cdss_responses", method, str(status))


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
