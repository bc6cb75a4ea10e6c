from __future__ import annotations

from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When
from django.utils import timezone
from django_filters import rest_framework as filters
from rest_framework.filters import OrderingFilter

from ocs.choices import PRIORITY_RANKS, TRANSITIONS
from ocs.models import Order
from ocs.selectors import UNDONE

ENDED = [status for status, following in TRANSITIONS.items() if not following]


class OrderFilter(filters.FilterSet):
    """A patient and who ordered are numbers here: a choice would tell which ids exist."""

    patient = filters.NumberFilter(field_name="patient_id")
    ordered_by = filters.NumberFilter(field_name="ordered_by_id")
    not_ordered_by = filters.NumberFilter(field_name="ordered_by_id", exclude=True)
    assigned_to = filters.NumberFilter(field_name="assigned_to_id")
    overdue = filters.BooleanFilter(method="is_overdue", label="Not done at the due time")
    open = filters.BooleanFilter(
        method="is_open", label="Neither confirmed nor cancelled (true), or either (false)"
    )
    since = filters.IsoDateTimeFilter(field_name="ordered_at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="ordered_at", lookup_expr="lt")

    class Meta:
        model = Order
        fields = ["job_role", "job_type", "status", "priority", "accession_number"]

    def is_overdue(self, orders: QuerySet[Order], name: str, value: bool) -> QuerySet[Order]:
        late = Q(due_at__lt=timezone.now(), status__in=UNDONE)
        return orders.filter(late if value else ~late)

    def is_open(self, orders: QuerySet[Order], name: str, value: bool) -> QuerySet[Order]:
        return orders.exclude(status__in=ENDED) if value else orders.filter(status__in=ENDED)


class OrderOrdering(OrderingFilter):
    """``priority`` means STAT before urgent before routine, not the alphabet."""

    def filter_queryset(self, request: Any, queryset: Any, view: Any) -> Any:
        ordering = self.get_ordering(request, queryset, view)
        if not ordering:
            return queryset
        urgency = {"priority": "urgency", "-priority": "-urgency"}
        names = [urgency.get(field, field) for field in ordering]
        whens = [When(priority=name, then=Value(rank)) for name, rank in PRIORITY_RANKS.items()]
        ranked = queryset.annotate(urgency=Case(*whens)) if names != ordering else queryset
        return ranked.order_by(*names)
