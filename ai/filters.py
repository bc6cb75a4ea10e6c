from __future__ import annotations

from django_filters import rest_framework as filters

from ai.models import AIJob


class AIJobFilter(filters.FilterSet):
    study_instance_uid = filters.CharFilter(field_name="study__study_instance_uid")
    patient_id = filters.CharFilter(field_name="study__patient__patient_id")

    class Meta:
        model = AIJob
        fields = ["status", "review_status", "model_id"]
