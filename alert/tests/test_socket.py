"""The socket, from the login message to the end of the session."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from acct import services as accounts
from alert import consumers, services
from alert.choices import TEXTS, Kind
from alert.tests.client import Socket
from conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

Talk = Callable[[Socket], Awaitable[None]]


def _talk(talk: Talk) -> None:
    """Open a socket and hold the conversation."""

    async def run() -> None:
        socket = Socket()
        await socket.open()
        try:
            await talk(socket)
        finally:
            await socket.leave()

    async_to_sync(run)()


def _token(username: str = "doctor1") -> str:
    return accounts.login(username=username, password=PASSWORD)[1].access


def _auth(token: object) -> dict[str, Any]:
    return {"type": "auth", "token": token}


@pytest.fixture
def notify(users):
    """Notify a role from within a conversation."""

    def tell(role: str, key: str) -> None:
        services.notify(user_id=users[role].pk, kind=Kind.AI_COMPLETED, dedup_key=key, link="/ai/7")

    return sync_to_async(tell)


def test_ready_tells_the_unread_and_pushes_follow(users, notify):
    users["doctor"].language = "en"
    users["doctor"].save()
    token = _token()

    async def talk(socket: Socket) -> None:
        await notify("doctor", "before")
        await socket.send_json(_auth(token))
        assert await socket.receive_json() == {"type": "ready", "unread": 1}
        await notify("rib", "not mine")
        await notify("doctor", "job:7")
        pushed = await socket.receive_json()
        assert pushed["type"] == "notification"
        assert pushed["kind"] == "ai_completed"
        assert pushed["text"] == TEXTS[Kind.AI_COMPLETED]["en"]
        assert pushed["link"] == "/ai/7"
        await notify("doctor", "job:7")
        assert await socket.receive_nothing()

    _talk(talk)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"type": "auth"}',
        '{"type": "auth", "token": 1}',
        '{"type": "auth", "token": "a.b.c"}',
        "[" * 8000,
        json.dumps(_auth("x" * 100_000)),
    ],
)
def test_anything_but_a_good_login_closes(users, text):
    async def talk(socket: Socket) -> None:
        await socket.send(text)
        assert await socket.closed() == 4401

    _talk(talk)


def test_bytes_are_no_login(users):
    async def talk(socket: Socket) -> None:
        await socket.send(data=b"\x00\xff")
        assert await socket.closed() == 4401

    _talk(talk)


def test_a_refresh_token_is_no_login(users):
    refresh = accounts.login(username="doctor1", password=PASSWORD)[1].refresh

    async def talk(socket: Socket) -> None:
        await socket.send_json(_auth(refresh))
        assert await socket.closed() == 4401

    _talk(talk)


def test_silence_closes(users, monkeypatch):
    monkeypatch.setattr(consumers, "AUTH_TIMEOUT_S", 0.05)

    async def talk(socket: Socket) -> None:
        assert await socket.closed() == 4401

    _talk(talk)


def test_a_login_in_time_outlives_the_deadline(users, notify, monkeypatch):
    monkeypatch.setattr(consumers, "AUTH_TIMEOUT_S", 0.3)
    token = _token()

    async def talk(socket: Socket) -> None:
        await socket.send_json(_auth(token))
        await socket.receive_json()
        assert await socket.receive_nothing(timeout=0.5)
        await notify("doctor", "late")
        assert (await socket.receive_json())["type"] == "notification"

    _talk(talk)


def test_a_revoked_session_gets_nothing_more(users, notify):
    token = _token()
    revoke = sync_to_async(accounts.sessions_revoke)

    async def talk(socket: Socket) -> None:
        await socket.send_json(_auth(token))
        await socket.receive_json()
        await revoke(users["doctor"])
        await notify("doctor", "secret")
        assert await socket.closed() == 4401

    _talk(talk)


def test_later_messages_are_ignored(users):
    token, other = _token(), _token("rib1")

    async def talk(socket: Socket) -> None:
        await socket.send_json(_auth(token))
        await socket.receive_json()
        await socket.send_json(_auth(other))
        await socket.send("not json")
        assert await socket.receive_nothing()

    _talk(talk)


@pytest.mark.parametrize("path", ["/", "/ws/", "/ws/alerts", "/ws/alerts/1/"])
def test_nothing_answers_elsewhere(path):
    async def knock() -> str:
        socket = Socket(path)
        await socket.send_input({"type": "websocket.connect"})
        return str((await socket.receive_output())["type"])

    assert async_to_sync(knock)() == "websocket.close"


@pytest.mark.parametrize(("role", "hears"), [("rib", True), ("nurse", False)])
def test_who_asks_and_may_hears_that_rows_changed_and_not_which(users, notify, role, hears):
    token = _token(f"{role}1")

    async def talk(socket: Socket) -> None:
        await socket.send_json({**_auth(token), "topics": ["worklist", "other", 5]})
        assert (await socket.receive_json())["type"] == "ready"
        await sync_to_async(services.changed_tell)("worklist")
        if hears:
            assert await socket.receive_json() == {"type": "changed", "topic": "worklist"}
        await notify(role, "after")
        assert (await socket.receive_json())["type"] == "notification"

    _talk(talk)


@pytest.mark.parametrize("topics", [None, "worklist", 5, [[]]])
def test_who_asks_for_no_topic_hears_of_none(users, notify, topics):
    token = _token("rib1")

    async def talk(socket: Socket) -> None:
        await socket.send_json({**_auth(token), "topics": topics})
        assert (await socket.receive_json())["type"] == "ready"
        await sync_to_async(services.changed_tell)("worklist")
        await notify("rib", "after")
        assert (await socket.receive_json())["type"] == "notification"

    _talk(talk)
