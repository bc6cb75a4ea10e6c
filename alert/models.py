from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from alert.choices import Kind
from common.db import VisibleQuerySet
from common.person import Person


class NotificationQuerySet(VisibleQuerySet["Notification"]):
    def visible_to(self, user: Person, permission: str = "") -> NotificationQuerySet:
        """One's own; nobody reads another's, whatever their permissions."""
        return self.filter(user_id=user.pk)


class Notification(models.Model):
    """A message for one person. Its text follows from ``kind`` and from what ``params`` refers to.

    ``params`` holds ids only; ``about``, which is not stored, holds what they stand for
    (``selectors.described``). ``dedup_key`` makes a repeated event harmless.
    """

    about: dict[str, Any]

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=30, choices=Kind.choices)
    params = models.JSONField(default=dict)
    link = models.CharField(max_length=200, blank=True)
    dedup_key = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "dedup_key"], name="notification_once")
        ]
        indexes = [models.Index(fields=["user", "read_at"])]
