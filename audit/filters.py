from __future__ import annotations

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from audit.models import AuditLog
from audit.services.instance_records import logs_of_instance
from audit.services.patient_records import logs_of_patients


class AuditLogFilter(filters.FilterSet):
    since = filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="lt")
    sop_instance_uid = filters.CharFilter(
        method="of_instance",
        max_length=64,
        label="SOP Instance UID: records of the instance, its series or its study",
    )

    patient_id = filters.NumberFilter(
        method="of_patient", label="records of the patient, lists that showed the patient too"
    )

    class Meta:
        model = AuditLog
        fields = [
            "actor_id",
            "actor_username",
            "action",
            "object_type",
            "object_id",
            "outcome",
            "request_id",
        ]

    def of_patient(
        self, logs: QuerySet[AuditLog, AuditLog], _: str, patient_id: int
    ) -> QuerySet[AuditLog, AuditLog]:
        return logs_of_patients(logs, [patient_id])

    def of_instance(
        self, logs: QuerySet[AuditLog, AuditLog], _: str, uid: str
    ) -> QuerySet[AuditLog, AuditLog]:
        return logs_of_instance(logs, uid)
