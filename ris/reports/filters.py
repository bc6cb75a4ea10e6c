from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError

from ris.choices import ReportLanguage, ReportStatus
from ris.models import Report

EARLIEST, LATEST = date(1900, 1, 1), date(9000, 1, 1)


def statuses_named(value: str, name: str) -> list[str]:
    """Of a list with commas. Raises ValidationError."""
    wanted = [one.strip() for one in value.split(",")]
    if unknown := set(wanted) - set(ReportStatus.values):
        raise ValidationError({name: f"no status {sorted(unknown)[0][:20]}"})
    return wanted


class ReportFilter(filters.FilterSet):
    """``patient`` and ``reader`` are rows, ``patient_id`` the MRN; days are inclusive.

    Discarded drafts are found by their status only.
    """

    patient = filters.NumberFilter(field_name="patient_id")
    patient_id = filters.CharFilter(field_name="patient__patient_id")
    study_instance_uid = filters.CharFilter(field_name="study__study_instance_uid")
    status = filters.CharFilter(method="is_in_status", help_text="One or several, with commas")
    template = filters.CharFilter()
    language = filters.ChoiceFilter(choices=ReportLanguage.choices)
    in_force = filters.BooleanFilter()
    archive_failed = filters.BooleanFilter(
        method="is_not_archived", help_text="Its DICOM document could not be stored yet"
    )
    reader = filters.NumberFilter(method="is_of_reader", help_text="Who wrote or signed it")
    signed_after = filters.DateFilter(method="is_from", label="Day")
    signed_before = filters.DateFilter(method="is_until", label="Day")
    created_after = filters.DateFilter(method="is_from", label="Day")
    created_before = filters.DateFilter(method="is_until", label="Day")

    class Meta:
        model = Report
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data["status"] else found.filter(discarded=0)

    def is_not_archived(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        failed = Q(archive_failures__gt=0, archived_at=None)
        return rows.filter(failed if value else ~failed)

    def is_in_status(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(status__in=statuses_named(value, name))

    def is_of_reader(self, rows: QuerySet[Any], name: str, value: int) -> QuerySet[Any]:
        return rows.filter(Q(author=value) | Q(signed_by=value))

    def is_from(self, rows: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        return rows.filter(**{f"{name.partition('_')[0]}_at__gte": _begins(value)})

    def is_until(self, rows: QuerySet[Any], name: str, value: date) -> QuerySet[Any]:
        end = _begins(min(value, LATEST) + timedelta(days=1))
        return rows.filter(**{f"{name.partition('_')[0]}_at__lt": end})


def _begins(day: date) -> datetime:
    """The first moment of a day at the hospital; of one beyond all reports, the nearest."""
    return timezone.make_aware(datetime.combine(min(max(day, EARLIEST), LATEST), time.min))
