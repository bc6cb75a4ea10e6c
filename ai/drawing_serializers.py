"""Shapes of prompts, of segmentations begun without a model, and of imported files."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ai import examples
from ai.fact_serializers import slice_field, uid_field
from ai.manifest import CodeSpec, ManifestSegment
from ai.serializers import MetaField
from common.api.schema import example

MAX_INDEX = 65535


def _index() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=0, max_value=MAX_INDEX)


def _segment_number() -> serializers.IntegerField:
    return serializers.IntegerField(min_value=1, max_value=255)


def _range() -> serializers.ListField:
    return serializers.ListField(
        child=_index(), min_length=2, max_length=2, help_text="first and last, both inclusive"
    )


class PromptBoxIn(serializers.Serializer[Any]):
    segment = _segment_number()
    first_slice = slice_field()
    last_slice = slice_field()
    rows = _range()
    columns = _range()


class PromptPointIn(serializers.Serializer[Any]):
    segment = _segment_number()
    slice = slice_field()
    row = _index()
    column = _index()
    positive = serializers.BooleanField(default=True)


class PromptScribbleIn(serializers.Serializer[Any]):
    segment = _segment_number()
    slice = slice_field()
    points = serializers.ListField(
        child=serializers.ListField(child=_index(), min_length=2, max_length=2),
        min_length=1,
        max_length=5000,
        help_text="pixels (row, column)",
    )
    positive = serializers.BooleanField(default=True)


class PromptIn(serializers.Serializer[Any]):
    boxes = serializers.ListField(child=PromptBoxIn(), required=False, max_length=20)
    points = serializers.ListField(child=PromptPointIn(), required=False, max_length=100)
    scribbles = serializers.ListField(child=PromptScribbleIn(), required=False, max_length=200)


class BaseMaskIn(serializers.Serializer[Any]):
    slices = serializers.ListField(child=slice_field(), max_length=10000)
    labelmap = serializers.CharField(
        max_length=8 << 20, help_text="base64 of gzip of uint8 slices x rows x columns"
    )


@example(examples.ASSIST)
class AssistIn(serializers.Serializer[Any]):
    study_instance_uid = uid_field()
    series_instance_uid = uid_field()
    model_type = serializers.CharField(max_length=60)
    prompt = PromptIn()
    base = BaseMaskIn(
        required=False, help_text="The mask that the prompt corrects, of its segments alone"
    )


@example(examples.ASSISTED)
class AssistOut(serializers.Serializer[Any]):
    rows = serializers.IntegerField()
    columns = serializers.IntegerField()
    slices = serializers.ListField(child=serializers.CharField(), help_text="SOP Instance UIDs")
    labelmap = serializers.CharField(help_text="base64 of gzip of uint8 slices x rows x columns")
    volume_ml = serializers.FloatField()
    hint = serializers.CharField()
    hint_ko = serializers.CharField()
    receipt = serializers.CharField(help_text="For `assisted` of the save that keeps this mask")


class CodeIn(serializers.Serializer[Any]):
    value = serializers.CharField(max_length=16)
    scheme = serializers.CharField(max_length=16)
    meaning = serializers.CharField(max_length=64)

    def to_internal_value(self, data: Any) -> CodeSpec:
        return CodeSpec(**super().to_internal_value(data))


class NewSegmentIn(serializers.Serializer[Any]):
    number = _segment_number()
    label = serializers.RegexField(  # type: ignore[assignment]
        r"^[^\\\x00-\x1f\x7f]+\Z", max_length=64, help_text="One value of DICOM's LO: no backslash"
    )
    category = CodeIn(help_text="SNOMED CT, of CID 7150")
    type = CodeIn(help_text="SNOMED CT")
    color = serializers.RegexField(r"^#[0-9a-f]{6}$", required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> ManifestSegment:
        return ManifestSegment(**super().to_internal_value(data))


@example(examples.SEGMENTATION_NEW)
class SegmentationIn(serializers.Serializer[Any]):
    study_instance_uid = uid_field()
    series_instance_uid = uid_field()
    segments = serializers.ListField(child=NewSegmentIn(), min_length=1, max_length=255)


@example(examples.SEGMENTATION_IMPORT, media_type="multipart/form-data")
class ImportIn(serializers.Serializer[Any]):
    study_instance_uid = uid_field()
    series_instance_uid = uid_field(
        required=False, help_text="Of the images; a SEG or RTSTRUCT names it itself"
    )
    file = serializers.FileField(help_text="SEG, RTSTRUCT or NIfTI")
    segments = MetaField(
        required=False,
        help_text="As for a new segmentation, by the number in the file (a structure of an "
        "RTSTRUCT by its place): names and codes that the file itself lacks",
    )
    algorithm_type = serializers.ChoiceField(
        ["AUTOMATIC", "SEMIAUTOMATIC", "MANUAL"],
        required=False,
        help_text="How the mask was made, where the file does not say; left out: unknown",
    )
    algorithm_name = serializers.CharField(
        max_length=64, required=False, help_text="Of what made it, unless by hand"
    )


@example(examples.SEGMENTATION_BEGUN)
class SegmentationBegunOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    job = serializers.IntegerField(source="job_id")


class SaveMetaIn(serializers.Serializer[Any]):
    segmentation = serializers.IntegerField(min_value=1)
    base_version = serializers.IntegerField(min_value=0, help_text="0 before the first version")
    slices = serializers.ListField(child=slice_field(), max_length=10000)
    rows = serializers.IntegerField(min_value=1, max_value=65535)
    columns = serializers.IntegerField(min_value=1, max_value=65535)
    final = serializers.BooleanField(required=False, default=False)
    assisted = serializers.ListField(
        child=serializers.CharField(max_length=4000),
        required=False,
        default=list,
        max_length=200,
        help_text="Receipts of the prompts whose masks are in this one",
    )


@example(examples.SAVE, media_type="multipart/form-data")
class SaveIn(serializers.Serializer[Any]):
    meta = MetaField(help_text="SaveMetaIn as JSON")
    labelmap = serializers.FileField(help_text="gzip of uint8 slices x rows x columns")


@example(examples.SAVED)
class SavedOut(serializers.Serializer[Any]):
    version = serializers.IntegerField()
