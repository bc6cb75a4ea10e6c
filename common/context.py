"""The request id and source address of a request, passed from nginx to logs, tasks and audit."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse

REQUEST_ID_HEADER = "X-Request-ID"
_SAFE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


@dataclass(frozen=True, slots=True)
class RequestContext:
    """``source_ip`` is nginx's X-Real-IP; empty for work that no request started."""

    request_id: str = ""
    source_ip: str = ""


_NO_REQUEST = RequestContext()
_current: ContextVar[RequestContext] = ContextVar("request_context", default=_NO_REQUEST)


def current() -> RequestContext:
    return _current.get()


@contextmanager
def request_context(context: RequestContext) -> Iterator[None]:
    """Make ``context`` the current one inside the block (tasks, handlers, tests)."""
    token = _current.set(context)
    try:
        yield
    finally:
        _current.reset(token)


def new_request_id() -> str:
    return uuid.uuid4().hex


class RequestContextMiddleware:
    """Uses nginx's request id (or creates one) and returns it in ``X-Request-ID``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(REQUEST_ID_HEADER, "")
        request_id = given if _SAFE_ID.fullmatch(given) else new_request_id()
        source_ip = request.headers.get("X-Real-IP") or request.META.get("REMOTE_ADDR", "")
        with request_context(RequestContext(request_id, source_ip)):
            response = self.get_response(request)
        response[REQUEST_ID_HEADER] = request_id
        return response


class ContextFilter(logging.Filter):
    """Adds ``request_id`` to every log record, drops Django's request (its URL may hold PHI)."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current().request_id
        record.__dict__.pop("request", None)
        return True
