from __future__ import annotations

from django_filters import rest_framework as filters

from ocs.models import Order


class OrderFilter(filters.FilterSet):
    """A patient is a number here: a choice would tell which ids exist."""

    patient = filters.NumberFilter(field_name="patient_id")
    since = filters.IsoDateTimeFilter(field_name="ordered_at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="ordered_at", lookup_expr="lt")

    class Meta:
        model = Order
        fields = ["job_role", "job_type", "status", "priority", "accession_number"]
