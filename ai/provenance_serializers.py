"""The shape of a version's provenance; null is what was not recorded."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ai import examples
from ai.choices import Origin, ReviewStatus, VersionKind
from ai.services.assist_receipts import KINDS
from common.api.schema import example


class PersonAtOut(serializers.Serializer[Any]):
    username = serializers.CharField()
    name = serializers.CharField()
    at = serializers.DateTimeField()


class UsedModelOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    version = serializers.CharField()
    name = serializers.CharField()
    name_ko = serializers.CharField(allow_blank=True)
    algorithm_name = serializers.CharField(allow_blank=True)
    manufacturer = serializers.CharField(allow_blank=True)
    udi = serializers.CharField(allow_blank=True)
    requested_parameters = serializers.DictField()
    parameters = serializers.DictField(
        child=serializers.FloatField(), allow_null=True, help_text="As used, defaults included"
    )
    files = serializers.DictField(
        child=serializers.CharField(), allow_null=True, help_text="SHA-256 of each weight file"
    )
    runtime = serializers.DictField(
        child=serializers.CharField(), allow_null=True, help_text="Library to version"
    )


class InputSeriesOut(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="Of the sequence")
    series_instance_uid = serializers.CharField()
    sha256 = serializers.CharField()
    instances = serializers.IntegerField()


class InputOut(serializers.Serializer[Any]):
    sha256 = serializers.CharField()
    instances = serializers.IntegerField()
    method = serializers.CharField(help_text="Over what the digest is taken")
    series = InputSeriesOut(many=True, help_text="Of a model of several sequences")


class TrackedSegmentOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    label_ko = serializers.CharField(allow_blank=True)
    tracking_id = serializers.CharField()
    tracking_uid = serializers.CharField()


class AssistUseOut(serializers.Serializer[Any]):
    model = serializers.CharField()
    version = serializers.CharField()
    name = serializers.CharField()
    files = serializers.DictField(
        child=serializers.CharField(), help_text="SHA-256 of each of the model's files"
    )
    prompts = serializers.ListField(child=serializers.ChoiceField(list(KINDS.values())))


class SegmentChangeOut(serializers.Serializer[Any]):
    segment = serializers.IntegerField()
    added = serializers.IntegerField(help_text="voxels")
    removed = serializers.IntegerField(help_text="voxels")
    assist = AssistUseOut(many=True, help_text="Models that helped to draw it")


class ChainStepOut(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(VersionKind.choices)
    parent = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]
    author = serializers.CharField(allow_null=True)
    author_name = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    sha256 = serializers.CharField(help_text="Of the stored file")
    volumes_ml = serializers.DictField(child=serializers.FloatField())
    changes = SegmentChangeOut(many=True, allow_null=True, help_text="Against the parent")


class ReviewedOut(PersonAtOut):
    decision = serializers.ChoiceField(ReviewStatus.choices)
    comment = serializers.CharField(allow_blank=True)


class StoredObjectOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["seg", "sr", "map"])
    sop_instance_uid = serializers.CharField()
    stored_at = serializers.DateTimeField(allow_null=True)


@example(examples.PROVENANCE)
class ProvenanceOut(serializers.Serializer[Any]):
    segmentation = serializers.IntegerField()
    version = serializers.IntegerField()
    job = serializers.IntegerField()
    origin = serializers.ChoiceField(Origin.choices)
    patient_id = serializers.CharField()
    patient_name = serializers.CharField()
    study_instance_uid = serializers.CharField()
    series_instance_uid = serializers.CharField()
    requested = PersonAtOut()
    model = UsedModelOut(allow_null=True, help_text="null without a model's run")
    input = InputOut(allow_null=True)
    segments = TrackedSegmentOut(many=True)
    chain = ChainStepOut(many=True, help_text="From the first version to this one")
    review = ReviewedOut(allow_null=True, help_text="Of this version")
    publication = StoredObjectOut(many=True, allow_null=True, help_text="Of this version")
