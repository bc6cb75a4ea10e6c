from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request

from common.person import Person
from pacs.index.studies import studies_with_modality
from pacs.index.study_search import studies_found
from ris.choices import ReadingStatus
from ris.reports.filters import statuses_named
from ris.reports.selectors import studies_reported

MAX_SEARCH = 100
COLUMNS = {
    "study_date": "study_date",
    "patient": "list_patient_name",
    "modality": "list_modality",
    "priority": "list_priority",
    "reading_status": "list_reading",
    "last_instance_at": "last_instance_at",
    "accession_number": "accession_number",
}


class StudyOrdering(OrderingFilter):
    """By one column, then by study date in the same direction, as the indexes of Study are."""

    ordering_description = (
        f"One of {', '.join(COLUMNS)}; with - before it in reverse. Priority begins with STAT, "
        "the reading status with UNREAD."
    )

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> list[str]:
        asked = request.query_params.get(self.ordering_param) or "-study_date"
        column = COLUMNS.get(asked.removeprefix("-"))
        if column is None:
            raise ValidationError({self.ordering_param: "unknown column"})
        sign = "-" if asked.startswith("-") else ""
        return [sign + name for name in dict.fromkeys([column, "study_date", "id"])]


class StudyFilter(filters.FilterSet):
    """``patient_id`` is the hospital's MRN, ``patient`` and ``reader`` rows; dates inclusive."""

    search = filters.CharFilter(
        method="is_found",
        max_length=MAX_SEARCH,
        help_text="Words of the patient's name, or the beginning of an MRN or accession number",
    )
    patient_id = filters.CharFilter(field_name="patient__patient_id")
    patient = filters.NumberFilter(field_name="patient_id")
    modality = filters.CharFilter(method="has_modality")
    study_date = filters.DateFilter()
    study_date_after = filters.DateFilter(field_name="study_date", lookup_expr="gte")
    study_date_before = filters.DateFilter(field_name="study_date", lookup_expr="lte")
    accession_number = filters.CharFilter()
    reading_status = filters.ChoiceFilter(choices=ReadingStatus.choices, method="is_in_status")
    reader = filters.NumberFilter(field_name="reading__reader_id")
    has_report = filters.BooleanFilter(method="is_reported")
    report_status = filters.CharFilter(
        method="is_reported_as", help_text="draft, preliminary, signed or amended; with commas"
    )

    def is_found(self, studies: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return studies.filter(studies_found(value))

    def has_modality(self, studies: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return studies_with_modality(studies, value)

    def is_in_status(self, studies: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return studies.filter(list_reading=ReadingStatus.values.index(value))

    def is_reported(self, studies: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        reported = Q(pk__in=studies_reported(_user(self)))
        return studies.filter(reported if value else ~reported)

    def is_reported_as(self, studies: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        statuses = statuses_named(value, name)
        return studies.filter(pk__in=studies_reported(_user(self), statuses))


def _user(filters_: filters.FilterSet) -> Person:
    request: Any = filters_.request
    person: Person = request.user
    return person
