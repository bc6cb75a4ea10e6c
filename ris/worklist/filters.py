from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from pacs.index.studies import studies_with_modality
from ris.choices import ReadingStatus


class StudyFilter(filters.FilterSet):
    """``patient_id`` is the hospital's MRN, ``patient`` and ``reader`` rows; dates inclusive."""

    patient_id = filters.CharFilter(field_name="patient__patient_id")
    patient = filters.NumberFilter(field_name="patient_id")
    modality = filters.CharFilter(method="has_modality")
    study_date = filters.DateFilter()
    study_date_after = filters.DateFilter(field_name="study_date", lookup_expr="gte")
    study_date_before = filters.DateFilter(field_name="study_date", lookup_expr="lte")
    accession_number = filters.CharFilter()
    reading_status = filters.ChoiceFilter(choices=ReadingStatus.choices, method="is_in_status")
    reader = filters.NumberFilter(field_name="reading__reader_id")

    def has_modality(self, studies: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return studies_with_modality(studies, value)

    def is_in_status(self, studies: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == ReadingStatus.UNREAD:
            return studies.filter(reading=None)
        return studies.filter(reading__status=value)
