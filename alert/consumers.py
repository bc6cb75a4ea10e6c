"""The socket of one browser window: ready, then one message per new notification."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.utils import translation

from acct import selectors as accounts
from acct.authentication import session_of
from alert import selectors, services
from alert.serializers import NotificationOut
from common.errors import AuthenticationError, ErrorCode

AUTH_TIMEOUT_S = 5.0
MAX_MESSAGE_CHARS = 8192
UNAUTHENTICATED = 4401


class AlertConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """The first message is ``{"type": "auth", "token": "<access token>"}``, within 5 s.

    The token is never in the URL, where logs would keep it. The answer is
    ``{"type": "ready", "unread": n}``; then ``{"type": "notification", ...NotificationOut}``
    follows for each new one. A missing or bad token, or a session that ended, closes with 4401.
    """

    _session_id: str | None = None
    _user_id = 0
    _ended = False
    _deadline: asyncio.Task[None]

    async def connect(self) -> None:
        await self.accept()
        self._deadline = asyncio.create_task(self._refuse_after(AUTH_TIMEOUT_S))

    async def _refuse_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._refuse()

    async def _refuse(self) -> None:
        self._ended = True
        await self.close(UNAUTHENTICATED)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any
    ) -> None:
        """Take the first message as the login; whatever a client sends later is ignored."""
        if self._ended or self._session_id is not None:
            return
        self._deadline.cancel()
        try:
            login = await database_sync_to_async(_login)(text_data or "")
        except AuthenticationError:
            await self._refuse()
            return
        self._session_id, self._user_id = login
        await self.channel_layer.group_add(services.group_of(self._user_id), self.channel_name)
        unread = await database_sync_to_async(selectors.unread_count)(self._user_id)
        await self.send_json({"type": "ready", "unread": unread})

    async def alert_notification(self, event: dict[str, Any]) -> None:
        """A push of alert.services.notify; the session is checked again before each."""
        if self._ended or self._session_id is None:
            return
        try:
            message = await database_sync_to_async(_message)(self._session_id, event["id"])
        except AuthenticationError:
            await self._refuse()
            return
        if message is not None:
            await self.send_json(message)

    async def disconnect(self, code: int) -> None:
        self._deadline.cancel()
        if self._session_id is not None:
            group = services.group_of(self._user_id)
            await self.channel_layer.group_discard(group, self.channel_name)


def _login(text: str) -> tuple[str, int]:
    """Session id and user id of an auth message. Raises AuthenticationError for anything else."""
    try:
        message = json.loads(text[:MAX_MESSAGE_CHARS])
    except (ValueError, RecursionError):
        raise AuthenticationError(ErrorCode.TOKEN_INVALID) from None
    if not isinstance(message, dict) or message.get("type") != "auth":
        raise AuthenticationError(ErrorCode.NOT_AUTHENTICATED)
    session = session_of(str(message.get("token")))
    return str(session.pk), session.user.pk


def _message(session_id: str, notification_id: int) -> dict[str, Any] | None:
    """What to push, in the person's language. Raises AuthenticationError once the session ended."""
    session = accounts.session_active(session_id)
    if session is None:
        raise AuthenticationError(ErrorCode.TOKEN_REVOKED)
    notification = selectors.notification_get(session.user.pk, notification_id)
    if notification is None:
        return None
    with translation.override(session.user.language):
        [shown] = selectors.described(session.user, [notification])
        services.alert_shown(actor=session.user, notification=shown)
        return {"type": "notification", **NotificationOut(shown).data}
