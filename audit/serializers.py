from __future__ import annotations

from typing import Any

from rest_framework import serializers

from audit import examples
from audit.models import AuditLog
from common.api.schema import example


@example(examples.AUDIT_LOG)
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


@example(examples.AUDIT_VERIFIED)
class AuditVerifyOut(serializers.Serializer[Any]):
    intact = serializers.BooleanField()
    breaks = serializers.ListField(child=serializers.CharField())
