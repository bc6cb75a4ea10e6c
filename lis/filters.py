from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from lis.choices import BenchStep, SpecimenKind
from lis.models import CriticalValue, InboundMessage, LabValue, Specimen
from ocs.filters import OrderFilter


class WorklistFilter(OrderFilter):
    """``number``: an accession number or that on a tube."""

    step = filters.ChoiceFilter(choices=BenchStep.choices)
    number = filters.CharFilter(method="is_numbered", label="Accession or specimen number")
    specimen = filters.ChoiceFilter(
        choices=SpecimenKind.choices, method="has_specimen", label="Kind of specimen"
    )

    def is_open(self, orders: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        done = Q(step=BenchStep.DONE)
        return orders.filter(~done if value else done)

    def is_numbered(self, orders: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        tubes = Specimen.objects.filter(number=value).values("order")
        return orders.filter(Q(accession_number=value) | Q(pk__in=tubes))

    def has_specimen(self, orders: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return orders.filter(pk__in=Specimen.objects.filter(kind=value).values("order"))


class SpecimenFilter(filters.FilterSet):
    since = filters.IsoDateTimeFilter(field_name="collected_at", lookup_expr="gte")
    number = filters.CharFilter(lookup_expr="startswith")

    class Meta:
        model = Specimen
        fields = ["state", "kind"]


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
