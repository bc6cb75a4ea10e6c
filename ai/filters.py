from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from ai.models import AIJob
from ai.selectors.publication import failed_publications


class AIJobFilter(filters.FilterSet):
    study_instance_uid = filters.CharFilter(field_name="study__study_instance_uid")
    patient_id = filters.CharFilter(field_name="patient__patient_id")
    patient = filters.NumberFilter(field_name="patient_id")
    publication_failed = filters.BooleanFilter(method="has_failed_publication")

    class Meta:
        model = AIJob
        fields = ["status", "review_status", "model_id", "origin"]

    def has_failed_publication(self, jobs: QuerySet[AIJob], name: str, value: bool) -> Any:
        failed = failed_publications()
        return jobs.filter(pk__in=failed) if value else jobs.exclude(pk__in=failed)
