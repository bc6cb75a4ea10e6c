from __future__ import annotations

from django_filters import rest_framework as filters

from audit.models import AuditLog


class AuditLogFilter(filters.FilterSet):
    since = filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="lt")

    class Meta:
        model = AuditLog
        fields = [
            "actor_id",
            "actor_username",
            "action",
            "object_type",
            "object_id",
            "patient_id",
            "outcome",
            "request_id",
        ]
