"""The card of a model: its manifest as the API shows it."""

from __future__ import annotations

from typing import Any, get_args

from rest_framework import serializers

from ai import examples
from ai.manifest import RunKind
from common.api.schema import example

RUN_KINDS = get_args(RunKind)
RESULT_KIND = "What it returns: segmentation, score, classification, measurement, or another word"


@example(examples.MODEL)
class ModelOut(serializers.Serializer[Any]):
    """A model card: the manifest that ships with the model."""

    id = serializers.CharField()
    version = serializers.CharField()
    name = serializers.CharField()
    name_ko = serializers.CharField(required=False)
    kind = serializers.ChoiceField(RUN_KINDS, help_text="How the model runs")
    result_kind = serializers.CharField(help_text=RESULT_KIND)
    algorithm_name = serializers.CharField(required=False)
    description = serializers.CharField(required=False)
    description_ko = serializers.CharField(required=False, allow_null=True)
    manufacturer = serializers.CharField(required=False)
    udi = serializers.CharField(required=False, help_text="UDI-DI of a registered device")
    body_site = serializers.DictField(required=False, allow_null=True, help_text="a coded concept")
    inputs = serializers.DictField()
    gates = serializers.ListField(child=serializers.DictField(), required=False)
    outputs = serializers.DictField()
    parameters = serializers.DictField(required=False)
    resources = serializers.DictField(required=False, help_text="what one run may use")
    licence = serializers.CharField()
    source = serializers.CharField(required=False)  # type: ignore[assignment]
    intended_use = serializers.CharField()
    intended_use_ko = serializers.CharField(required=False, allow_null=True)
    limits = serializers.JSONField()
    limits_ko = serializers.ListField(child=serializers.CharField(), required=False)
    contraindications = serializers.ListField(child=serializers.CharField(), required=False)
    contraindications_ko = serializers.ListField(child=serializers.CharField(), required=False)
    references = serializers.ListField(child=serializers.CharField(), required=False)
    files = serializers.DictField(required=False, help_text="sha256 of each weight file")
