"""Shapes of what is known of a patient for a model, what is missing, and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from ai.choices import MissingReason, OfferKind
from ai.manifest import ManifestFact, ManifestSequence, ModelManifest
from pacs.dicom.frame_planes import SLICE_MAX_LENGTH, SLICE_REGEX
from pacs.dicom.uids import UID_MAX_LENGTH, UID_REGEX


def uid_field(**options: Any) -> serializers.RegexField:
    return serializers.RegexField(rf"^{UID_REGEX}$", max_length=UID_MAX_LENGTH, **options)


def slice_field() -> serializers.RegexField:
    return serializers.RegexField(
        rf"^{SLICE_REGEX}$",
        max_length=SLICE_MAX_LENGTH,
        help_text="SOP Instance UID, of a multi-frame image with /frames/ and the number",
    )


class MeasurementOut(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    volume_ml = serializers.FloatField()


class QuantityOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.FloatField()
    unit = serializers.CharField(help_text="UCUM code")


class ClassOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    probability = serializers.FloatField()


class StatementOut(serializers.Serializer[Any]):
    text = serializers.CharField()
    text_ko = serializers.CharField()


class FactSourceOut(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="given: the doctor who asked said it")
    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class FactOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    label_ko = serializers.CharField()
    value = serializers.JSONField(help_text="true, false, a number, a choice; a mask's version")
    unit = serializers.CharField(help_text="UCUM code")
    at = serializers.DateField(allow_null=True)
    source = FactSourceOut()  # type: ignore[assignment]


class OfferOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(OfferKind.choices)
    form = serializers.CharField(help_text="problems, vitals, treatment, …; request: said on it")
    job_role = serializers.CharField()
    job_type = serializers.CharField()
    order = serializers.IntegerField(allow_null=True)
    job = serializers.IntegerField(allow_null=True)
    model = serializers.CharField()
    study_instance_uid = serializers.CharField(help_text="Of a study that holds it")


class MissingOut(serializers.Serializer[Any]):
    """What a model needs and has not, and what would give it."""

    what = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    label_ko = serializers.CharField()
    reason = serializers.ChoiceField(MissingReason.choices)
    required = serializers.BooleanField()  # type: ignore[assignment]
    can_be_given = serializers.BooleanField(help_text="In facts_given of the request")
    choices = serializers.ListField(child=serializers.CharField())
    unit = serializers.CharField()
    offer = OfferOut()


def facts_shown(manifest: ModelManifest, facts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """In the order and under the names of the model's card; a sequence's value is its series."""
    declared: tuple[ManifestFact | ManifestSequence, ...] = (
        *manifest.inputs.facts,
        *manifest.inputs.sequences,
    )
    return [
        {"name": fact.name, "label": fact.label, "label_ko": fact.label_ko, **facts[fact.name]}
        for fact in declared
        if fact.name in facts
    ]
