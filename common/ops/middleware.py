"""Metrics of HTTP responses: status and duration by route name (never by path)."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.ops import counters


class MeasuredMiddleware:
    """Does not see frames with a cached decision (fast path): the audit log counts those."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.monotonic()
        response = self.get_response(request)
        match = request.resolver_match
        route = match.url_name if match and match.url_name else "none"
        method = request.method if request.method in _METHODS else "other"
        counters.observe("cdss_request_seconds", route, seconds=time.monotonic() - begun)
        counters.count("cdss_responses", str(method), str(response.status_code))
        return response


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
