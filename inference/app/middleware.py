"""Two plain ASGI layers: request id with access log, and bearer authentication."""

from __future__ import annotations

import logging
import re
import time
import uuid
from secrets import compare_digest

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.errors import InferenceError, Unauthorized
from app.logs import request_id

PUBLIC_PATHS = frozenset({"/healthz"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_log = logging.getLogger("inference.access")


def error_response(error: InferenceError) -> JSONResponse:
    """The one place that words an error for the caller."""
    headers = {
        "unauthorized": {"WWW-Authenticate": "Bearer"},
        "busy": {"Retry-After": "10"},
    }.get(error.code)
    body = {"error": {"code": error.code, "message": error.message}}
    return JSONResponse(body, status_code=error.status, headers=headers)


class RequestIdMiddleware:
    """Takes over the caller's X-Request-ID (or makes one), returns it, and logs the request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        current = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        request_id.set(current)
        started = time.perf_counter()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = current
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            _log.log(
                logging.DEBUG if scope["path"] in PUBLIC_PATHS else logging.INFO,
                "request",
                extra={
                    "method": scope["method"],
                    "path": scope["path"],
                    "status": status,
                    "seconds": round(time.perf_counter() - started, 4),
                },
            )


class BearerAuth:
    """Answers 401 before the body is read unless the token matches, in constant time."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in PUBLIC_PATHS:
            given = Headers(scope=scope).get("authorization", "").encode()
            if not compare_digest(given, self._expected):
                await error_response(Unauthorized())(scope, receive, send)
                return
        await self._app(scope, receive, send)
