from __future__ import annotations

from typing import Any

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


class QueueOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    waiting = serializers.IntegerField(help_text="Messages that no worker has taken")


class OutboxSummaryOut(serializers.Serializer[Any]):
    pending = serializers.IntegerField()
    done = serializers.IntegerField()
    dead = serializers.IntegerField()
    oldest_pending_s = serializers.FloatField(
        allow_null=True, help_text="Age in seconds of the oldest PENDING event"
    )


@example(
    {
        "queues": [
            {"name": "archive_tasks", "waiting": 0},
            {"name": "audit_tasks", "waiting": 0},
            {"name": "django_tasks", "waiting": 0},
            {"name": "fastapi_tasks", "waiting": 2},
            {"name": "fhir_tasks", "waiting": 0},
            {"name": "image_tasks", "waiting": 0},
        ],
        "outbox": {"pending": 3, "done": 412, "dead": 1, "oldest_pending_s": 41.7},
    }
)
class QueuesOut(serializers.Serializer[Any]):
    queues = QueueOut(many=True)
    outbox = OutboxSummaryOut()


class HealthCheckOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    status = serializers.ChoiceField(["ok", "failing", "timeout"])


@example({"checks": [{"name": "database", "status": "ok"}, {"name": "orthanc", "status": "ok"}]})
class HealthOut(serializers.Serializer[Any]):
    """Which components answer; why one does not is in the log."""

    checks = HealthCheckOut(many=True)
