from __future__ import annotations

from typing import Any

from channels.routing import URLRouter
from django.urls import path, re_path

from alert.consumers import AlertConsumer


async def _nowhere(scope: Any, receive: Any, send: Any) -> None:
    """Refuse the handshake (403): a probed path is no error of the server."""
    await send({"type": "websocket.close"})


websocket_application = URLRouter(
    [
        path("ws/alerts/", AlertConsumer.as_asgi()),
        re_path(r"", _nowhere),  # type: ignore[arg-type]  # an ASGI application
    ]
)
