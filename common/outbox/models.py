from __future__ import annotations

from django.db import models

from common.db import AllOrNoneQuerySet


class OutboxStatus(models.TextChoices):
    PENDING = "PENDING"
    DONE = "DONE"
    DEAD = "DEAD"


class OutboxEvent(models.Model):
    """One event for one subscriber. ``next_attempt_at`` is also the lease of a running delivery."""

    topic = models.CharField(max_length=100)
    aggregate = models.CharField(max_length=150)
    handler = models.CharField(max_length=150)
    queue = models.CharField(max_length=30)
    payload = models.JSONField(default=dict)
    status = models.CharField(
        max_length=10, choices=OutboxStatus.choices, default=OutboxStatus.PENDING
    )
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    last_error_code = models.CharField(max_length=10, blank=True)
    last_error = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    objects = AllOrNoneQuerySet["OutboxEvent"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["status", "next_attempt_at"]),
            models.Index(fields=["aggregate", "handler", "status"], name="outbox_order"),
        ]
        ordering = ["-id"]
