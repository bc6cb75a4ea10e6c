"""Wards, beds, the nurse station, and vital signs of a whole ward at once."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from acct.serializers import UserBriefOut
from common.api.schema import ErrorBody, example
from emr import ward_examples as examples
from emr.choices import (
    AllergyState,
    BedState,
    BulkOutcome,
    Consciousness,
    EncounterKind,
    NewsObservation,
    NewsRefusal,
    NewsRisk,
    VitalFlag,
    WardTaskKind,
)
from emr.models import Allergy, BedStay, Vitals, Ward
from emr.serializers import PatientBriefOut, validate_one_line
from emr.serializers.chart_bodies import StrictIn, VitalsIn, VitalsOut, validate_past_time

_LINE = [validate_one_line]
MOST_BEDS, MOST_ROWS = 200, 100


class WardName(serializers.Serializer[Any]):
    ko = serializers.CharField()
    en = serializers.CharField()


class WardFieldsIn(StrictIn):
    name_ko = serializers.CharField(max_length=60, validators=_LINE)
    name_en = serializers.CharField(max_length=60, validators=_LINE)
    beds = serializers.ListField(
        child=serializers.RegexField(r"^[\w-]+\Z", max_length=20),
        max_length=MOST_BEDS,
        help_text="Labels of room and bed, in their order: 501-1",
    )
    active = serializers.BooleanField(required=False)

    def validate_beds(self, beds: list[str]) -> list[str]:
        if len({bed.casefold() for bed in beds}) != len(beds):
            raise serializers.ValidationError("a bed is named twice")
        return beds


@example(examples.WARD_NEW)
class WardIn(WardFieldsIn):
    code = serializers.SlugField(max_length=20)


@example(examples.WARD_CHANGE)
class WardPatchIn(WardFieldsIn):
    pass


class WardBriefOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    code = serializers.CharField()
    name = serializers.SerializerMethodField()

    @extend_schema_field(WardName)
    def get_name(self, ward: Ward) -> Any:
        return {"ko": ward.name_ko, "en": ward.name_en}


@example(examples.WARD)
class WardOut(WardBriefOut):
    beds = serializers.ListField(child=serializers.CharField())
    active = serializers.BooleanField()
    version = serializers.IntegerField()


class _BedIn(StrictIn):
    ward = serializers.IntegerField(min_value=1)
    bed = serializers.CharField(max_length=20)
    reason = serializers.CharField(
        max_length=300, required=False, allow_blank=True, validators=_LINE
    )


@example(examples.STAY_NEW)
class BedTakeIn(_BedIn):
    encounter = serializers.IntegerField(min_value=1)
    started_at = serializers.DateTimeField(required=False, validators=[validate_past_time])


@example(examples.STAY_CHANGE)
class BedChangeIn(_BedIn):
    pass


@example(examples.STAY_END)
class BedLeaveIn(StrictIn):
    """``discharge``: the encounter ends too, by who may edit encounters."""

    discharge = serializers.BooleanField(default=False)
    reason = serializers.CharField(
        max_length=300, required=False, allow_blank=True, validators=_LINE
    )


@example(examples.STAY)
class BedStayOut(serializers.Serializer[BedStay]):
    id = serializers.IntegerField(source="pk")
    patient = PatientBriefOut(source="encounter.patient")
    encounter = serializers.IntegerField(source="encounter_id")
    ward = WardBriefOut()
    bed = serializers.CharField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(source="left_at", allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    placed_by = UserBriefOut()
    ended_by = UserBriefOut(allow_null=True)
    version = serializers.IntegerField()


class LatestValueOut(serializers.Serializer[Any]):
    measure = serializers.ChoiceField(Vitals.MEASURES)
    value = serializers.FloatField()
    at = serializers.DateTimeField()
    flag = serializers.ChoiceField(VitalFlag.choices, allow_null=True)


class VitalLimitsOut(serializers.Serializer[Any]):
    measure = serializers.ChoiceField(Vitals.MEASURES)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class NewsPartOut(serializers.Serializer[Any]):
    name = serializers.ChoiceField(NewsObservation.choices)
    points = serializers.IntegerField()


class EarlyWarningOut(serializers.Serializer[Any]):
    """NEWS2 (Royal College of Physicians, 2017); ``refusal`` says why there is no score."""

    score = serializers.IntegerField(allow_null=True)
    risk = serializers.ChoiceField(NewsRisk.choices, allow_null=True)
    refusal = serializers.ChoiceField(NewsRefusal.choices, allow_null=True)
    scale = serializers.IntegerField(help_text="Of SpO2: 1 or 2")
    at = serializers.DateTimeField(allow_null=True)
    parts = serializers.SerializerMethodField()
    missing = serializers.ListField(child=serializers.ChoiceField(NewsObservation.choices))

    @extend_schema_field(NewsPartOut(many=True))
    def get_parts(self, news: Any) -> Any:
        return [{"name": name, "points": points} for name, points in news.parts.items()]


class WardTaskOut(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(WardTaskKind.choices)
    id = serializers.IntegerField()
    label = WardName()  # type: ignore[assignment]
    state = serializers.CharField()
    at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    overdue = serializers.BooleanField()
    urgent = serializers.BooleanField()


class WardAllergyOut(serializers.ModelSerializer[Allergy]):
    class Meta:
        model = Allergy
        fields = ["id", "substance", "severity", "reaction"]


class WardPatientOut(PatientBriefOut):
    class Meta(PatientBriefOut.Meta):
        fields = [*PatientBriefOut.Meta.fields, "restricted"]


class BedsideOut(serializers.Serializer[Any]):
    stay = serializers.IntegerField(source="stay.pk")
    stay_version = serializers.IntegerField(source="stay.version")
    since = serializers.DateTimeField(source="stay.started_at")
    encounter = serializers.IntegerField(source="encounter.pk")
    kind = serializers.ChoiceField(EncounterKind.choices, source="encounter.kind")
    admitted_at = serializers.DateTimeField(source="encounter.started_at")
    patient = WardPatientOut()
    age = serializers.IntegerField(allow_null=True)
    latest = LatestValueOut(many=True)
    limits = VitalLimitsOut(many=True)
    consciousness = serializers.ChoiceField(Consciousness.choices, allow_blank=True)
    supplemental_oxygen = serializers.BooleanField(allow_null=True)
    news = EarlyWarningOut()
    allergy_state = serializers.ChoiceField(AllergyState.choices, allow_null=True)
    allergies = WardAllergyOut(many=True)
    tasks = WardTaskOut(many=True)


class BedOut(serializers.Serializer[Any]):
    """``hidden``: occupied by a restricted patient whom the reader may not see."""

    bed = serializers.CharField()
    state = serializers.ChoiceField(BedState.choices)
    bedside = BedsideOut(allow_null=True)


@example(examples.BOARD)
class BoardOut(serializers.Serializer[Any]):
    ward = WardBriefOut()
    at = serializers.DateTimeField()
    beds = BedOut(many=True)


class VitalsEntryIn(VitalsIn):
    client_id = serializers.UUIDField(help_text="Made by the client, the same in each attempt")


@extend_schema_field(VitalsEntryIn(many=True))
class EntryList(serializers.ListField):
    """Of rows that are checked one by one."""


@example(examples.VITALS_BULK)
class VitalsBulkIn(StrictIn):
    rows = EntryList(child=serializers.DictField(), min_length=1, max_length=MOST_ROWS)


class EnteredOut(serializers.Serializer[Any]):
    """``stored``: by an earlier attempt with the same ``client_id``; ``client_id`` as it came."""

    client_id = serializers.CharField(allow_null=True)
    outcome = serializers.ChoiceField(BulkOutcome.choices)
    vitals = VitalsOut(allow_null=True)
    error = ErrorBody(allow_null=True)


@example(examples.VITALS_BULK_DONE)
class VitalsBulkOut(serializers.Serializer[Any]):
    """One result for each row, in their order."""

    results = EnteredOut(many=True)
