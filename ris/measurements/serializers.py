from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.schema import example

_STUDY = {"study_instance_uid": "1.2.826.0.1.3680043.8.498.1", "measurements": 1}


class MeasuredStudyOut(serializers.Serializer[Any]):
    """``measurements``: how many the study has of this name; ``value``: the largest of them."""

    study_instance_uid = serializers.CharField(source="study.study_instance_uid")
    study_date = serializers.DateField(source="study.study_date", allow_null=True)
    measurements = serializers.IntegerField()
    value = serializers.FloatField()
    author = serializers.CharField(help_text="a DICOM person name", allow_blank=True)


@example(
    {
        "of": "Tumour",
        "name": "Volume",
        "unit": "mL",
        "change_percent": 26.1,
        "studies": [
            {**_STUDY, "study_date": "2026-01-05", "value": 14.2, "author": "이서연"},
            {**_STUDY, "study_date": "2026-03-02", "value": 17.9, "author": "이서연"},
        ],
    }
)
class MeasurementTrendOut(serializers.Serializer[Any]):
    """``studies``: oldest first, the one asked for last. ``change_percent``: from the one before;
    null of the first. ``of`` is empty where nobody named it."""

    of = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    unit = serializers.CharField(help_text="UCUM")
    change_percent = serializers.FloatField(allow_null=True)
    studies = MeasuredStudyOut(many=True)
