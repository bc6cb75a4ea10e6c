from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from rest_framework import serializers

from audit import examples
from audit.models import AuditLog
from audit.services.bursts import BurstItem, is_burst
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
        return int(log.detail["requests"]) if is_burst(log) else 1

    def get_until(self, log: AuditLog) -> datetime | None:
        return parse_datetime(log.detail["until"]) if is_burst(log) else None

    def get_detail(self, log: AuditLog) -> dict[str, Any]:
        return {} if is_burst(log) else log.detail


@example(examples.BURST_ITEM)
class BurstItemOut(serializers.Serializer[BurstItem]):
    at = serializers.DateTimeField()
    sop_instance_uid = serializers.CharField()
    frame = serializers.IntegerField(help_text="Frame number; 0 for the instance or its metadata")


@example(examples.AUDIT_VERIFIED)
class AuditVerifyOut(serializers.Serializer[Any]):
    intact = serializers.BooleanField()
    breaks = serializers.ListField(child=serializers.CharField())
