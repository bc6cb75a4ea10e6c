"""The notification connection of a worklist subscriber (PS3.18 8.10.4 and 8.10.5)."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from channels.db import database_sync_to_async
from django.urls import path

from acct import selectors as accounts
from ai.ups.event_reports import NewsReader
from alert.consumers import SignedInConsumer
from common.errors import AuthenticationError, ErrorCode
from rbac.permissions import Permission

ASK_EVERY_S = 1.0
FORBIDDEN, FAILED = 4403, 1011
logger = logging.getLogger(__name__)


class WorklistConsumer(SignedInConsumer):
    """Sends event reports as DICOM JSON data sets, one a message.

    Closes with 4401 when the session ends, with 4403 for who has no right to AI results.
    """

    _asking: asyncio.Task[None] | None = None

    async def signed_in(self) -> None:
        aetitle = self.scope["url_route"]["kwargs"]["aetitle"]
        try:
            reader = await database_sync_to_async(_reader)(self.session_id, aetitle)
        except AuthenticationError:
            await self.refuse()
            return
        if reader is None:
            await self.end(FORBIDDEN)
            return
        self._asking = asyncio.create_task(self._ask(reader))

    async def _ask(self, reader: NewsReader) -> None:
        try:
            while True:
                for report in await database_sync_to_async(reader.news)():
                    await self.send_json(report)
                await asyncio.sleep(ASK_EVERY_S)
        except AuthenticationError:
            await self.refuse()
        except Exception:  # the client connects again
            logger.exception("the news of the worklist cannot be read")
            await self.end(FAILED)

    async def disconnect(self, code: int) -> None:
        await super().disconnect(code)
        if self._asking is not None:
            self._asking.cancel()


def _reader(session_id: str, aetitle: str) -> NewsReader | None:
    """None for who may not ask for AI analyses. Raises AuthenticationError."""
    session = accounts.session_active(session_id)
    if session is None:
        raise AuthenticationError(ErrorCode.TOKEN_REVOKED)
    if not session.user.has_permission(Permission.REQUEST_AI):
        return None
    return NewsReader.open(session_id, aetitle)


websocket_urlpatterns: list[Any] = [
    path("ws/ups-rs/subscribers/<str:aetitle>", WorklistConsumer.as_asgi())
]
