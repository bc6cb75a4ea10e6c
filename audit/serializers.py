from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit import examples
from audit.choices import BreakKind, CheckState
from audit.models import AuditLog, AuditVerdict
from audit.services.bursts import BurstItem, burst_span
from audit.services.check_runs import is_open
from common.api.schema import example


@example(examples.AUDIT_LOG)
class AuditLogOut(serializers.ModelSerializer[AuditLog]):
    requests = serializers.SerializerMethodField(
        help_text="Number of requests that the record covers"
    )
    until = serializers.SerializerMethodField(help_text="Time of the last of these requests")
    detail = serializers.SerializerMethodField()

    class Meta:
        model = AuditLog
        fields = [
            "id",
            "occurred_at",
            "actor_id",
            "actor_username",
            "actor_role",
            "action",
            "object_type",
            "object_id",
            "patient_id",
            "permission",
            "outcome",
            "source_ip",
            "request_id",
            "requests",
            "until",
            "detail",
        ]

    def get_requests(self, log: AuditLog) -> int:
        span = burst_span(log)
        return span.requests if span else 1

    def get_until(self, log: AuditLog) -> datetime | None:
        span = burst_span(log)
        return span.until if span else None

    def get_detail(self, log: AuditLog) -> dict[str, Any]:
        if burst_span(log):
            return {}  # its requests have a route
        return log.detail if isinstance(log.detail, dict) else {"value": log.detail}


@example(examples.BURST_ITEM)
class BurstItemOut(serializers.Serializer[BurstItem]):
    at = serializers.DateTimeField()
    sop_instance_uid = serializers.CharField()
    frame = serializers.IntegerField(help_text="Frame number; 0 for the instance or its metadata")


class AuditBreakOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(BreakKind.choices)
    place = serializers.CharField(
        help_text="Id of a record, number of a seal or of a signed head, or life of a cursor"
    )


@example(examples.AUDIT_VERIFIED)
class AuditVerifyOut(serializers.ModelSerializer[AuditVerdict]):
    """All fields are null or empty if nobody has verified yet."""

    requested_at = serializers.DateTimeField(source="check_asked.requested_at", read_only=True)
    state = serializers.SerializerMethodField()
    intact = serializers.SerializerMethodField(help_text="Null until the verification is done")
    breaks = AuditBreakOut(many=True, help_text="The first of them")
    restarts = serializers.ListField(
        child=serializers.DateTimeField(),
        help_text="When signed heads were begun anew, after a restore",
    )

    class Meta:
        model = AuditVerdict
        fields = [
            "state",
            "requested_at",
            "finished_at",
            "done",
            "total",
            "intact",
            "breaks",
            "break_count",
            "restarts",
            "copies_compared",
        ]
        extra_kwargs = {
            "copies_compared": {
                "help_text": "Whether the object store was read; null where there is none"
            }
        }
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(CheckState.choices, allow_null=True))
    def get_state(self, verdict: AuditVerdict) -> str | None:
        if verdict.check_asked._state.adding:
            return None
        is_lost = verdict.state in (CheckState.WAITING, CheckState.RUNNING) and not is_open(verdict)
        return CheckState.FAILED if is_lost else verdict.state

    def get_intact(self, verdict: AuditVerdict) -> bool | None:
        return verdict.break_count == 0 if verdict.state == CheckState.DONE else None
