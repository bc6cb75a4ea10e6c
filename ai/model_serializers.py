"""Shapes of the administration of AI models."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ai import examples
from ai.serializers import RESULT_KIND, RUN_KINDS
from common.api.schema import example


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
