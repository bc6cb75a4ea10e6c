"""Filters of the lists. A patient is a number here: a choice would tell which ids exist."""

from __future__ import annotations

from django_filters import rest_framework as filters

from treatment import models


class _OfPatient(filters.FilterSet):
    patient = filters.NumberFilter(field_name="patient_id")


class PlanFilter(_OfPatient):
    class Meta:
        model = models.Plan
        fields = ["kind", "status"]


class CourseEventFilter(_OfPatient):
    plan = filters.NumberFilter(field_name="plan_id")

    class Meta:
        model = models.CourseEvent
        fields = ["kind"]


class AdverseEventFilter(_OfPatient):
    plan = filters.NumberFilter(field_name="plan_id")

    class Meta:
        model = models.AdverseEvent
        fields = ["grade"]


class PerformanceFilter(_OfPatient):
    class Meta:
        model = models.PerformanceStatus
        fields: list[str] = []


class LifeStatusFilter(_OfPatient):
    class Meta:
        model = models.LifeStatus
        fields = ["status"]


class VisitFilter(_OfPatient):
    """``from`` and ``to``: the first and the last day, by the hospital's calendar."""

    clinician = filters.NumberFilter(field_name="clinician_id")
    since = filters.IsoDateTimeFilter(field_name="planned_at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="planned_at", lookup_expr="lt")
    vars()["from"] = filters.DateFilter(field_name="planned_at", lookup_expr="date__gte")
    vars()["to"] = filters.DateFilter(field_name="planned_at", lookup_expr="date__lte")

    class Meta:
        model = models.Visit
        fields = ["status"]


class AssessmentFilter(_OfPatient):
    class Meta:
        model = models.Assessment
        fields = ["study_instance_uid", "baseline"]


class RevisionFilter(_OfPatient):
    class Meta:
        model = models.Revision
        fields = ["kind", "row"]
