from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet
from django_filters import rest_framework as filters

from ris.choices import ReadingStatus
from ris.models import Series, Study


class StudyFilter(filters.FilterSet):
    """``patient_id`` is the hospital's MRN, ``patient`` and ``reader`` rows; dates inclusive."""

    patient_id = filters.CharFilter(field_name="patient__patient_id")
    patient = filters.NumberFilter(field_name="patient_id")
    modality = filters.CharFilter(method="has_modality")
    study_date = filters.DateFilter()
    study_date_after = filters.DateFilter(field_name="study_date", lookup_expr="gte")
    study_date_before = filters.DateFilter(field_name="study_date", lookup_expr="lte")
    accession_number = filters.CharFilter()
    reading_status = filters.ChoiceFilter(choices=ReadingStatus.choices)
    reader = filters.NumberFilter(field_name="reader_id")

    class Meta:
        model = Study
        fields: list[str] = []

    def has_modality(self, queryset: QuerySet[Study], name: str, value: str) -> QuerySet[Study]:
        return queryset.filter(Exists(Series.objects.filter(study=OuterRef("pk"), modality=value)))
