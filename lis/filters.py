from __future__ import annotations

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from lis.models import CriticalValue, InboundMessage, LabValue


class LabValueFilter(filters.FilterSet):
    """A patient is a number here: a choice would tell which ids exist."""

    patient = filters.NumberFilter(field_name="patient_id", required=True)
    order = filters.NumberFilter(field_name="order_id")
    since = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")

    class Meta:
        model = LabValue
        fields = ["code"]


class CriticalFilter(filters.FilterSet):
    patient = filters.NumberFilter(field_name="patient_id")
    open = filters.BooleanFilter(method="is_open", label="Not yet confirmed by reading back")

    class Meta:
        model = CriticalValue
        fields: list[str] = []

    def is_open(
        self, rows: QuerySet[CriticalValue], name: str, value: bool
    ) -> QuerySet[CriticalValue]:
        waiting = CriticalValue.objects.open().values("pk")
        return rows.filter(pk__in=waiting) if value else rows.exclude(pk__in=waiting)


class MessageFilter(filters.FilterSet):
    class Meta:
        model = InboundMessage
        fields = ["state", "kind", "control_id"]
