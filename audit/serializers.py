from __future__ import annotations

from typing import Any

from rest_framework import serializers

from audit.models import AuditLog


class AuditLogOut(serializers.ModelSerializer[AuditLog]):
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
            "detail",
        ]


class AuditVerifyOut(serializers.Serializer[Any]):
    intact = serializers.BooleanField()
    breaks = serializers.ListField(child=serializers.CharField())
