from __future__ import annotations

from rest_framework import serializers

from common.outbox.models import OutboxEvent


class OutboxEventOut(serializers.ModelSerializer[OutboxEvent]):
    class Meta:
        model = OutboxEvent
        fields = [
            "id",
            "topic",
            "aggregate",
            "handler",
            "queue",
            "status",
            "attempts",
            "next_attempt_at",
            "last_error_code",
            "last_error",
            "request_id",
            "created_at",
            "done_at",
        ]
