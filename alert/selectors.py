from __future__ import annotations

from django.db.models import QuerySet

from alert.choices import TEXTS
from alert.models import Notification


def notifications_of(user_id: int) -> QuerySet[Notification]:
    """One person's notifications, newest first; nobody reads another's."""
    return Notification.objects.filter(user_id=user_id)


def notification_get(user_id: int, notification_id: int) -> Notification | None:
    return notifications_of(user_id).filter(pk=notification_id).first()


def unread_count(user_id: int) -> int:
    return notifications_of(user_id).filter(read_at__isnull=True).count()


def has_unread(user_id: int, kind: str) -> bool:
    return notifications_of(user_id).filter(read_at__isnull=True, kind=kind).exists()


def notification_text(notification: Notification, language: str) -> str:
    """The sentence of its kind, Korean or English, with the names from ``params``."""
    text = TEXTS[notification.kind]["ko" if language.startswith("ko") else "en"]
    return text.format_map(notification.params)
