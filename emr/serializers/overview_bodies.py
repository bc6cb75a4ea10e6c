"""A patient over time: trends, changes, the timeline."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from acct.serializers import UserBriefOut
from common.api.schema import example
from emr import examples
from emr.choices import AllergyState, ChangeAction, VitalFlag
from emr.models import RecordChange, Vitals
from emr.selectors.patient_summary import parts
from emr.selectors.timeline import LONGEST_PAGE
from emr.serializers.chart_bodies import AllergyOut


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


class LatestVitalOut(serializers.Serializer[Any]):
    """``low`` and ``high``: the reference range at the patient's age then."""

    measure = serializers.ChoiceField(Vitals.MEASURES)
    unit = serializers.CharField(help_text="UCUM")
    value = serializers.FloatField()
    at = serializers.DateTimeField()
    flag = serializers.ChoiceField(VitalFlag.choices, allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class AllergiesKnownOut(serializers.Serializer[Any]):
    state = serializers.ChoiceField(AllergyState.choices)
    active = AllergyOut(many=True)


@example(examples.PATIENT_SUMMARY)
class PatientSummaryOut(serializers.Serializer[Any]):
    """Each part is null for those who have no right to it."""

    def get_fields(self) -> dict[str, Any]:
        return {
            name: serializers.ListField(child=part.shown(), allow_null=True)
            if part.many
            else part.shown(allow_null=True)
            for name, part in parts.items()
        }


class FieldChangeOut(serializers.Serializer[Any]):
    field = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)


@example(examples.RECORD_CHANGE)
class RecordChangeOut(serializers.ModelSerializer[RecordChange]):
    action = serializers.ChoiceField(ChangeAction.choices)
    actor = UserBriefOut(allow_null=True)
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


class TimelineIn(serializers.Serializer[Any]):
    kind = serializers.ListField(
        child=serializers.CharField(max_length=20), required=False, help_text="Repeat it for more"
    )
    to = serializers.DateTimeField(required=False, help_text="Entries before this time")
    cursor = serializers.CharField(max_length=100, required=False, help_text="``next`` of a page")
    page_size = serializers.IntegerField(min_value=1, max_value=LONGEST_PAGE, required=False)

    def get_fields(self) -> dict[str, Any]:
        begin = serializers.DateTimeField(required=False, help_text="Entries from this time on")
        return super().get_fields() | {"from": begin}


class TimelineEntryOut(serializers.Serializer[Any]):
    type = serializers.CharField(help_text="encounter, prescription, vitals, order and so on")
    at = serializers.DateTimeField()
    id = serializers.IntegerField()
    ref = serializers.CharField(help_text="Of a study its UID, of others the id")
    title = serializers.CharField()
    detail = serializers.CharField()
    whole_day = serializers.BooleanField(help_text="Only the day is known")


@example(examples.TIMELINE)
class TimelineOut(serializers.Serializer[Any]):
    results = TimelineEntryOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="``cursor`` of the next page")
