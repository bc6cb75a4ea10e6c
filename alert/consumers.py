"""The socket of one browser window: ready, then one message per new notification; and what every
socket of a person has in common."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.utils import translation

from acct import selectors as accounts
from acct.authentication import session_of
from alert import selectors, services
from alert.choices import TOPIC_NEEDS
from alert.serializers import NotificationOut
from common.errors import AuthenticationError, ErrorCode

AUTH_TIMEOUT_S = 5.0
MAX_MESSAGE_CHARS = 8192
UNAUTHENTICATED = 4401


class SignedInConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]
    """A socket of a person who shows an access token.

    In the header ``Authorization: Bearer …`` of the handshake; a browser, which cannot set one,
    sends ``{"type": "auth", "token": "<access token>"}`` as the first message, within 5 s. It is
    never in the URL, where logs would keep it. A missing or bad token closes with 4401.
    """

    session_id = ""
    user_id = 0
    topics: frozenset[str] = frozenset()
    _ended = False
    _deadline: asyncio.Task[None] | None = None

    async def signed_in(self) -> None:
        """What follows the login; ``session_id`` and ``user_id`` are known."""

    async def connect(self) -> None:
        await self.accept()
        header = dict(self.scope["headers"]).get(b"authorization", b"").decode("latin-1")
        scheme, _, token = header.partition(" ")
        if scheme.lower() == "bearer":
            await self._sign_in(token.strip())
        else:
            self._deadline = asyncio.create_task(self._refuse_after(AUTH_TIMEOUT_S))

    async def _refuse_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.refuse()

    async def refuse(self) -> None:
        await self.end(UNAUTHENTICATED)

    async def end(self, code: int) -> None:
        self._ended = True
        await self.close(code)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **_: Any
    ) -> None:
        """Take the first message as the login; whatever a client sends later is ignored."""
        if self._ended or self.session_id:
            return
        if self._deadline is not None:
            self._deadline.cancel()
        try:
            token, asked = _login_of(text_data or "")
        except AuthenticationError:
            await self.refuse()
            return
        await self._sign_in(token, asked)

    async def _sign_in(self, token: str, asked: Iterable[str] = ()) -> None:
        try:
            session = await database_sync_to_async(session_of)(token)
        except AuthenticationError:
            await self.refuse()
            return
        self.session_id, self.user_id = str(session.pk), session.user.pk
        may_hear = session.user.has_permission
        needs = TOPIC_NEEDS
        self.topics = frozenset(t for t in asked if t in needs and may_hear(needs[t]))
        await self.signed_in()

    async def disconnect(self, code: int) -> None:
        if self._deadline is not None:
            self._deadline.cancel()


class AlertConsumer(SignedInConsumer):
    """The answer to the login is ``{"type": "ready", "unread": n}``; then
    ``{"type": "notification", ...NotificationOut}`` follows for each new one. Whoever named
    ``topics`` in the login message, and has the right to them, is sent
    ``{"type": "changed", "topic": …}`` too when rows of one change. A session that ended closes
    with 4401.
    """

    async def signed_in(self) -> None:
        for group in self._groups():
            await self.channel_layer.group_add(group, self.channel_name)
        unread = await database_sync_to_async(selectors.unread_count)(self.user_id)
        await self.send_json({"type": "ready", "unread": unread})

    def _groups(self) -> list[str]:
        return [services.group_of(self.user_id), *map(services.changes_group, self.topics)]

    async def alert_changed(self, event: dict[str, Any]) -> None:
        """A push of alert.services.changed_tell; it says nothing that needs a right."""
        if not self._ended:
            await self.send_json({"type": "changed", "topic": event["topic"]})

    async def alert_notification(self, event: dict[str, Any]) -> None:
        """A push of alert.services.notify; the session is checked again before each."""
        if self._ended or not self.session_id:
            return
        try:
            message = await database_sync_to_async(_message)(self.session_id, event["id"])
        except AuthenticationError:
            await self.refuse()
            return
        if message is not None:
            await self.send_json(message)

    async def disconnect(self, code: int) -> None:
        await super().disconnect(code)
        if self.session_id:
            for group in self._groups():
                await self.channel_layer.group_discard(group, self.channel_name)


def _login_of(text: str) -> tuple[str, list[str]]:
    """The token and the topics of an auth message. Raises AuthenticationError for anything else."""
    try:
        message = json.loads(text[:MAX_MESSAGE_CHARS])
    except (ValueError, RecursionError):
        raise AuthenticationError(ErrorCode.TOKEN_INVALID) from None
    if not isinstance(message, dict) or message.get("type") != "auth":
        raise AuthenticationError(ErrorCode.NOT_AUTHENTICATED)
    topics = message.get("topics")
    return str(message.get("token")), [str(t) for t in topics] if isinstance(topics, list) else []


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
