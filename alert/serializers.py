from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers

from alert import examples, selectors
from alert.models import Notification
from common.api.schema import example


@example(examples.NOTIFICATION)
class NotificationOut(serializers.ModelSerializer[Notification]):
    """``text`` is in the active language; ``link`` is a path of the web application."""

    text = serializers.SerializerMethodField()

    class Meta:
        model = Notification
        fields = ["id", "kind", "text", "params", "link", "created_at", "read_at"]

    def get_text(self, notification: Notification) -> str:
        return selectors.notification_text(notification, get_language() or "ko")


@example(examples.READ)
class NotificationsReadIn(serializers.Serializer[Any]):
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1), required=False, max_length=1000
    )


@example(examples.READ_DONE)
class NotificationsReadOut(serializers.Serializer[Any]):
    read = serializers.IntegerField(
        help_text="Number of notifications that this request marked as read"
    )
    unread = serializers.IntegerField(help_text="Number of unread notifications left")
