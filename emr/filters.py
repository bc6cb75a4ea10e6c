"""Filters of the lists. A patient is a number here: a choice would tell which ids exist."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters

from emr.models import (
    Allergy,
    BedStay,
    ContactRequest,
    Encounter,
    IncomingPatient,
    Patient,
    PatientMerge,
    Problem,
    RecordLink,
)


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


class OpenemrRowFilter(filters.FilterSet):
    class Meta:
        model = RecordLink
        fields = ["kind"]


class NoteFilter(RowFilter):
    encounter = filters.NumberFilter(field_name="encounter_id")


class BedStayFilter(filters.FilterSet):
    """``open``: in the bed now."""

    patient = filters.NumberFilter(field_name="encounter__patient_id")
    encounter = filters.NumberFilter(field_name="encounter_id")
    ward = filters.NumberFilter(field_name="ward_id")
    open = filters.BooleanFilter(method="is_open")

    def is_open(self, stays: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        occupying = BedStay.objects.occupying().values("pk")
        return stays.filter(pk__in=occupying) if value else stays.exclude(pk__in=occupying)


class CareTeamFilter(filters.FilterSet):
    """``mine``: one's own places in care teams."""

    patient = filters.NumberFilter(field_name="patient_id")
    mine = filters.BooleanFilter(method="is_mine")

    def is_mine(self, members: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        user = getattr(self.request, "user", None)
        own = Q(user_id=getattr(user, "pk", None))
        return members.filter(own if value else ~own)


class StaffFilter(filters.FilterSet):
    """``q`` is a part of the full name or of the username."""

    q = filters.CharFilter(method="is_named", max_length=150)

    def is_named(self, people: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return people.filter(Q(full_name__icontains=value) | Q(username__icontains=value))


class ContactRequestFilter(filters.FilterSet):
    patient = filters.NumberFilter(field_name="patient_id")

    class Meta:
        model = ContactRequest
        fields = ["state"]


class DuplicateFilter(filters.FilterSet):
    """``dismissed``: those of whom a person said that they are not the same; else the open ones."""

    dismissed = filters.BooleanFilter(method="as_asked")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        asked = bool(self.form.cleaned_data.get("dismissed"))
        return super().filter_queryset(queryset).filter(dismissed_at__isnull=not asked)

    def as_asked(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """``filter_queryset`` chose the rows."""
        return rows


class MergeFilter(filters.FilterSet):
    patient = filters.NumberFilter(method="of_patient")

    class Meta:
        model = PatientMerge
        fields = ["state"]

    def of_patient(self, merges: QuerySet[Any], name: str, value: int) -> QuerySet[Any]:
        return merges.filter(Q(survivor=value) | Q(duplicate=value))


class IncomingFilter(filters.FilterSet):
    run = filters.NumberFilter(field_name="run_id")

    class Meta:
        model = IncomingPatient
        fields = ["state", "source"]
