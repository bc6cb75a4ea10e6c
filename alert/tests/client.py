"""A WebSocket client over asgiref: channels.testing would need a second ASGI server installed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from asgiref.testing import ApplicationCommunicator

from alert.routing import websocket_router


class Socket(ApplicationCommunicator):
    """One socket, at /ws/alerts/ unless told. ``routes``: of the apps above this one."""

    def __init__(
        self, path: str = "/ws/alerts/", *, routes: Iterable[Any] = (), token: str = ""
    ) -> None:
        headers = [(b"authorization", f"Bearer {token}".encode())] if token else []
        scope = {"type": "websocket", "path": path, "headers": headers, "subprotocols": []}
        super().__init__(websocket_router(routes), scope)

    async def open(self) -> None:
        await self.send_input({"type": "websocket.connect"})
        assert (await self.receive_output())["type"] == "websocket.accept"

    async def send(self, text: str | None = None, data: bytes | None = None) -> None:
        await self.send_input({"type": "websocket.receive", "text": text, "bytes": data})

    async def send_json(self, message: object) -> None:
        await self.send(json.dumps(message))

    async def receive_json(self) -> dict[str, Any]:
        message = await self.receive_output(timeout=3)
        assert message["type"] == "websocket.send", message
        body: dict[str, Any] = json.loads(message["text"])
        return body

    async def closed(self) -> int:
        """Wait for the close; its code."""
        message = await self.receive_output(timeout=3)
        assert message["type"] == "websocket.close", message
        return int(message["code"])

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait()
