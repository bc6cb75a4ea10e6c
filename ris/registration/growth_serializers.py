from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.schema import example
from ris.registration.growth_examples import GROWTH


class GrowthIn(serializers.Serializer[Any]):
    baseline = serializers.IntegerField(min_value=1, help_text="Id of the earlier segmentation")
    follow_up = serializers.IntegerField(min_value=1, help_text="Id of the later one")


class GrowthMapIn(GrowthIn):
    type = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=16,
        help_text="Code value of one finding; all without it",
    )


class ComparedMaskOut(serializers.Serializer[Any]):
    segmentation = serializers.IntegerField(source="segmentation_id")
    version = serializers.IntegerField()
    study_instance_uid = serializers.CharField(source="study.study_instance_uid")
    series_instance_uid = serializers.CharField(source="series.series_instance_uid")
    study_date = serializers.DateField(source="study.study_date", allow_null=True)


class GrowthFindingOut(serializers.Serializer[Any]):
    """Volumes in ml: ``before_ml`` and ``after_ml`` each on the grid of its own series, the others
    on that of the follow-up. ``unseen_before_ml``, ``unseen_after_ml``: marked where the other
    series has no images, so neither grown nor shrunk. ``type`` empty: all findings together."""

    type = serializers.CharField(source="finding.type", allow_blank=True)
    label = serializers.CharField(  # type: ignore[assignment]
        source="finding.label", allow_blank=True
    )
    label_ko = serializers.CharField(source="finding.label_ko", allow_blank=True)
    before_ml = serializers.FloatField(source="volumes.before")
    after_ml = serializers.FloatField(source="volumes.after")
    change_ml = serializers.FloatField(source="volumes.change")
    change_percent = serializers.FloatField(source="volumes.change_percent", allow_null=True)
    grown_ml = serializers.FloatField(source="volumes.grown")
    shrunk_ml = serializers.FloatField(source="volumes.shrunk")
    stable_ml = serializers.FloatField(source="volumes.stable")
    unseen_before_ml = serializers.FloatField(source="volumes.unseen_before")
    unseen_after_ml = serializers.FloatField(source="volumes.unseen_after")


@example(GROWTH)
class GrowthOut(serializers.Serializer[Any]):
    """``registration``: through which they are compared, with its error; null within one frame of
    reference."""

    baseline = ComparedMaskOut()
    follow_up = ComparedMaskOut()
    registration = serializers.IntegerField(source="registration.pk", allow_null=True)
    error_mm = serializers.FloatField(source="registration.error_mm", allow_null=True)
    findings = GrowthFindingOut(many=True, source="volumes")
