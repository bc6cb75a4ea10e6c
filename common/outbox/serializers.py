from __future__ import annotations

from rest_framework import serializers

from common.api.schema import example
from common.outbox.models import OutboxEvent

_EXAMPLE = {
    "id": 19,
    "topic": "ai.job.requested",
    "aggregate": "ai_job:4",
    "handler": "ai.handlers.run_job",
    "queue": "fastapi_tasks",
    "status": "PENDING",
    "attempts": 1,
    "next_attempt_at": "2026-03-02T09:58:25.164547+09:00",
    "last_error_code": "ERR_503",
    "last_error": "",
    "request_id": "c93486d1825393ee475cf9dfd22c5ef3",
    "created_at": "2026-03-02T09:57:55.148855+09:00",
    "done_at": None,
}


@example(_EXAMPLE)
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
