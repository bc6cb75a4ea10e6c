"""A patient over time: trends, changes, the timeline."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from acct.serializers import UserBriefOut
from common.api.schema import example
from emr import examples
from emr.choices import ChangeAction, VitalFlag
from emr.models import RecordChange, Vitals


class TrendPointOut(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    value = serializers.FloatField()
    flag = serializers.ChoiceField(VitalFlag.choices, allow_null=True)


@example(examples.VITALS_TREND)
class VitalsTrendOut(serializers.Serializer[Any]):
    """``low`` and ``high``: the reference range at the patient's age today."""

    measure = serializers.ChoiceField(Vitals.MEASURES)
    unit = serializers.CharField(help_text="UCUM")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    points = TrendPointOut(many=True)


class FieldChangeOut(serializers.Serializer[Any]):
    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


@example(examples.RECORD_CHANGE)
class RecordChangeOut(serializers.ModelSerializer[RecordChange]):
    action = serializers.ChoiceField(ChangeAction.choices)
    actor = UserBriefOut()
    changes = serializers.SerializerMethodField()

    class Meta:
        model = RecordChange
        fields = ["id", "version", "action", "at", "actor", "changes"]

    @extend_schema_field(FieldChangeOut(many=True))
    def get_changes(self, change: RecordChange) -> Any:
        rows = [
            {"field": name, "before": before, "after": after}
            for name, (before, after) in sorted(change.values.items())
        ]
        return FieldChangeOut(rows, many=True).data


@example(examples.TIMELINE_ENTRY)
class TimelineEntryOut(serializers.Serializer[Any]):
    type = serializers.ChoiceField(["encounter", "prescription"])
    at = serializers.DateTimeField()
    id = serializers.IntegerField()
    title = serializers.CharField()
    detail = serializers.CharField()
