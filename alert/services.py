"""Tell a person something, once, and push it to their open windows."""

from __future__ import annotations

import asyncio
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction
from django.utils import timezone

from alert import selectors
from alert.choices import Kind, Topic
from alert.models import Notification
from audit import services as audit
from common.person import Person

PUSH_TIMEOUT_S = 2


def group_of(user_id: int) -> str:
    """The channel group of all open sockets of one person."""
    return f"alerts.{user_id}"


def changes_group(topic: str) -> str:
    """The channel group of the sockets that asked to hear of changes of ``topic``."""
    return f"changes.{topic}"


def changed_tell(topic: Topic) -> None:
    """Once the caller's transaction commits, tell open windows that rows of ``topic`` changed.

    Not which: whoever hears it asks for the rows anew, with their own rights. One that fails is
    logged and lost.
    """
    transaction.on_commit(lambda: async_to_sync(_tell)(topic), robust=True)


async def _tell(topic: Topic) -> None:
    async with asyncio.timeout(PUSH_TIMEOUT_S):
        event = {"type": "alert.changed", "topic": topic}
        await get_channel_layer().group_send(changes_group(topic), event)


def notify(
    *,
    user_id: int,
    kind: Kind,
    dedup_key: str,
    params: dict[str, Any] | None = None,
    link: str = "",
    until_read: bool = False,
) -> None:
    """Create the notification in the caller's transaction and push it once that commits.

    The same ``dedup_key`` for the same person does nothing; with ``until_read`` nothing happens
    either while the person has an unread one of this ``kind``. ``params`` and ``link`` hold ids
    only: ``selectors.described`` names what they stand for.
    A push that fails is logged and lost: the row is what counts, the next list shows it.
    """
    if until_read and selectors.has_unread(user_id, kind):
        return
    notification, created = Notification.objects.get_or_create(
        user_id=user_id,
        dedup_key=dedup_key,
        defaults={"kind": kind, "params": params or {}, "link": link},
    )
    if created:
        transaction.on_commit(lambda: async_to_sync(_push)(notification), robust=True)


async def _push(notification: Notification) -> None:
    event = {"type": "alert.notification", "id": notification.pk}
    async with asyncio.timeout(PUSH_TIMEOUT_S):
        await get_channel_layer().group_send(group_of(notification.user_id), event)


def notifications_read(*, user_id: int, ids: list[int] | None) -> int:
    """Mark one's own notifications read, all of them without ``ids``; returns how many changed."""
    unread = selectors.notifications_of(user_id).filter(read_at__isnull=True)
    if ids is not None:
        unread = unread.filter(pk__in=ids)
    return unread.update(read_at=timezone.now())


def alert_shown(*, actor: Person, notification: Notification) -> None:
    """Record that a pushed alert named its patient."""
    patient = notification.about["patient"]
    audit.record(
        actor=actor,
        action="notification.push",
        object_type="notification",
        object_id=notification.pk,
        patient_id=patient["id"] if patient else None,
    )
