"""Filters of the lists. A patient is a number here: a choice would tell which ids exist."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters

from treatment import models

EARLIEST, LATEST = date(1900, 1, 1), date(9000, 1, 1)


def midnight(day: date) -> datetime:
    """When a day of the hospital's begins; the database knows no time zones."""
    return timezone.make_aware(datetime.combine(day, time.min))


def bounded(day: date) -> date:
    """Far from the ends of the calendar, beyond which no day can be counted."""
    return min(max(day, EARLIEST), LATEST)


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
    vars()["from"] = filters.DateFilter(method="since_day", label="First day")
    vars()["to"] = filters.DateFilter(method="until_day", label="Last day")

    class Meta:
        model = models.Visit
        fields = ["status"]

    def since_day(self, visits: QuerySet[Any], name: str, day: date) -> QuerySet[Any]:
        return visits.filter(planned_at__gte=midnight(bounded(day)))

    def until_day(self, visits: QuerySet[Any], name: str, day: date) -> QuerySet[Any]:
        return visits.filter(planned_at__lt=midnight(bounded(day) + timedelta(days=1)))


class AssessmentFilter(_OfPatient):
    class Meta:
        model = models.Assessment
        fields = ["study_instance_uid", "baseline"]


class RevisionFilter(_OfPatient):
    class Meta:
        model = models.Revision
        fields = ["kind", "row"]
