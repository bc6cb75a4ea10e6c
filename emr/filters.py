"""Filters of the lists. A patient is a number here: a choice would tell which ids exist."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters

from emr.models import Allergy, Encounter, Patient, Problem


class PatientFilter(filters.FilterSet):
    born_from = filters.DateFilter(field_name="birth_date", lookup_expr="gte")
    born_until = filters.DateFilter(field_name="birth_date", lookup_expr="lte")

    class Meta:
        model = Patient
        fields = ["patient_id", "gender", "restricted"]


class GlassFilter(filters.FilterSet):
    """``open``: neither over nor ended."""

    patient = filters.NumberFilter(field_name="patient_id")
    user = filters.NumberFilter(field_name="grantee_id")
    reviewed = filters.BooleanFilter(field_name="reviewed_at", lookup_expr="isnull", exclude=True)
    open = filters.BooleanFilter(method="is_open")

    def is_open(self, grants: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        open_now = grants.filter(expires_at__gt=timezone.now(), revoked_at=None)
        return open_now if value else grants.exclude(pk__in=open_now.values("pk"))


def deleted_wanted(request: Any) -> bool:
    """Whether a list is asked for what was deleted."""
    return getattr(request, "query_params", {}).get("deleted") == "true"


class RowFilter(filters.FilterSet):
    """``deleted=true``: only what was deleted, for those who may change such rows."""

    patient = filters.NumberFilter(field_name="patient_id")
    deleted = filters.ChoiceFilter(choices=[("true", "true"), ("false", "false")], method="as_is")

    def as_is(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """``deleted_wanted`` chose the rows."""
        return rows


class EncounterFilter(RowFilter):
    since = filters.IsoDateTimeFilter(field_name="started_at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="started_at", lookup_expr="lt")

    class Meta:
        model = Encounter
        fields = ["kind"]


class PrescriptionFilter(RowFilter):
    encounter = filters.NumberFilter(field_name="encounter_id")
    active = filters.BooleanFilter(
        method="is_active", label="Taken now (true), or ended or stopped (false)"
    )

    def is_active(self, rows: Any, name: str, value: bool) -> Any:
        return rows.active(timezone.now(), ended=not value)


class VitalsFilter(RowFilter):
    since = filters.IsoDateTimeFilter(field_name="measured_at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="measured_at", lookup_expr="lt")


class AllergyFilter(RowFilter):
    class Meta:
        model = Allergy
        fields = ["status", "category"]


class ProblemFilter(RowFilter):
    class Meta:
        model = Problem
        fields = ["status"]


class NoteFilter(RowFilter):
    encounter = filters.NumberFilter(field_name="encounter_id")
