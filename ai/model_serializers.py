"""Shapes of AI models: their cards, whom they suit, their administration."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ai import examples
from ai.card_serializers import RESULT_KIND, RUN_KINDS, ModelOut
from ai.fact_serializers import FactOut, MissingOut, facts_shown
from ai.services.catalogue import Available
from common.api.schema import example


class SuitableSeriesOut(serializers.Serializer[Any]):
    study_instance_uid = serializers.CharField(source="study.study_instance_uid")
    series_instance_uid = serializers.CharField()


@example(examples.MODEL_AVAILABLE)
class AvailableModelOut(ModelOut):
    """A model card with what the patient has for it, and what is missing."""

    available = serializers.BooleanField()
    missing = MissingOut(many=True)
    absent = MissingOut(many=True, help_text="Without these it runs, and says less")
    facts = FactOut(many=True)
    suitable_series = SuitableSeriesOut(
        many=True,
        help_text="Of each study the best first: a request that names the study alone takes it",
    )

    def to_representation(self, instance: Available) -> dict[str, Any]:
        series = SuitableSeriesOut(instance.series, many=True).data
        known = {name: fact.to_json() for name, fact in instance.facts.items()}
        return instance.manifest.to_json() | {
            "available": not instance.missing,
            "missing": MissingOut(instance.missing, many=True).data,
            "absent": MissingOut(instance.absent, many=True).data,
            "facts": FactOut(facts_shown(instance.manifest, known), many=True).data,
            "suitable_series": list(series),
        }


@example(examples.MODEL_MANAGED)
class ManagedModelOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="manifest.id")
    name = serializers.CharField(source="manifest.name")
    name_ko = serializers.CharField(source="manifest.name_ko")
    kind = serializers.ChoiceField(RUN_KINDS, source="manifest.kind")
    result_kind = serializers.CharField(source="manifest.result_kind", help_text=RESULT_KIND)
    intended_use = serializers.CharField(source="manifest.intended_use")
    intended_use_ko = serializers.CharField(source="manifest.intended_use_ko", allow_null=True)
    versions = serializers.ListField(child=serializers.CharField(), help_text="The newest first")
    used_version = serializers.CharField(source="manifest.version")
    default_version = serializers.CharField(help_text="Empty: the newest, whichever it is")
    enabled = serializers.BooleanField()
    version = serializers.IntegerField(help_text="For If-Match; 0 before the first change")


class RefusedModelOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    version = serializers.CharField()
    reason = serializers.CharField()


@example(examples.MODELS_MANAGED)
class ModelsOverviewOut(serializers.Serializer[Any]):
    models = ManagedModelOut(many=True)
    refused = RefusedModelOut(many=True, help_text="Folders that are not served, with the reason")


@example(examples.MODEL_SETTING)
class ModelSettingIn(serializers.Serializer[Any]):
    enabled = serializers.BooleanField(required=False)
    default_version = serializers.CharField(max_length=30, required=False, allow_blank=True)


class UsageIn(serializers.Serializer[Any]):
    months = serializers.IntegerField(min_value=1, max_value=60, default=12)


@example(examples.MODEL_USAGE)
class ModelUsageOut(serializers.Serializer[Any]):
    month = serializers.DateField(help_text="Its first day")
    model_version = serializers.CharField()
    jobs = serializers.IntegerField()
    completed = serializers.IntegerField()
    failed = serializers.IntegerField()
    approved = serializers.IntegerField()
    rejected = serializers.IntegerField()
    seconds = serializers.FloatField(allow_null=True, help_text="Mean time of a run")
    longest_seconds = serializers.FloatField(allow_null=True)
    compared = serializers.IntegerField(help_text="Approved masks behind the next two")
    dice = serializers.FloatField(
        allow_null=True, help_text="The model's own mask against the approved one, mean"
    )
    volume_bias = serializers.FloatField(
        allow_null=True, help_text="By which share of the approved volume the own one is too large"
    )
