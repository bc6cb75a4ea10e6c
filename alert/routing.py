from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from channels.routing import URLRouter
from django.urls import URLPattern, path, re_path

from alert.consumers import AlertConsumer


async def _nowhere(scope: Any, receive: Any, send: Any) -> None:
    """Refuse the handshake (403): a probed path is no error of the server."""
    await send({"type": "websocket.close"})


def websocket_router(routes: Iterable[URLPattern] = ()) -> URLRouter:
    """The sockets of this app, and ``routes`` of the apps above it."""
    return URLRouter(
        [
            path("ws/alerts/", AlertConsumer.as_asgi()),
            *routes,
            re_path(r"", _nowhere),  # type: ignore[arg-type]  # an ASGI application
        ]
    )
