"""The rows of a patient's record. What a body says and nobody reads is refused, not dropped."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from acct.serializers import UserBriefOut
from common.api.schema import example
from emr import examples
from emr.choices import (
    AllergyCategory,
    AllergyCodeSystem,
    AllergySeverity,
    Consciousness,
    EncounterKind,
    PrescriptionWarning,
    ProblemCodeSystem,
    RecordStatus,
    Spo2Scale,
    TermKind,
)
from emr.models import (
    Allergy,
    ClinicalRow,
    Encounter,
    Note,
    Prescription,
    Problem,
    Vitals,
)
from emr.selectors.vital_ranges import POSSIBLE, flag
from emr.serializers import EARLIEST_BIRTH, PatientBriefOut, validate_one_line

CLOCK_TOLERANCE = timedelta(minutes=2)
NOTE_LENGTH = 100_000
_LINE = [validate_one_line]
_ROW = ["id", "patient"]
_END = ["version", "created_at", "deleted"]


def validate_past_time(value: datetime) -> None:
    """Not in the future, but for the difference of two clocks."""
    if value > timezone.now() + CLOCK_TOLERANCE:
        raise serializers.ValidationError("lies in the future")


def validate_past_date(value: date) -> None:
    if not EARLIEST_BIRTH <= value <= timezone.localdate():
        raise serializers.ValidationError("lies in the future or too far in the past")


@extend_schema_field(OpenApiTypes.DOUBLE)
class DecimalNumber(serializers.DecimalField):
    """A JSON number that is kept as it was written."""


class StrictIn(serializers.Serializer[Any]):
    """A body with an unknown field is refused: a value in another unit must not vanish."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(data.keys() - self.fields.keys())):
            raise serializers.ValidationError({unknown[0]: "no such field"})
        return super().to_internal_value(data)


class _About(StrictIn):
    patient = serializers.IntegerField(min_value=1)


@example(examples.ROW_DELETE)
class RowDeleteIn(StrictIn):
    reason = serializers.CharField(max_length=300, validators=_LINE)


class DeletionOut(serializers.Serializer[ClinicalRow]):
    at = serializers.DateTimeField(source="deleted_at")
    by = UserBriefOut(source="deleted_by", allow_null=True)
    reason = serializers.CharField(source="deleted_reason")


class _RowOut(serializers.ModelSerializer[Any]):
    patient = PatientBriefOut()
    deleted = serializers.SerializerMethodField()

    @extend_schema_field(DeletionOut(allow_null=True))
    def get_deleted(self, row: ClinicalRow) -> Any:
        return DeletionOut(row).data if row.deleted_at else None


class _RecordedOut(_RowOut):
    recorded_by_name = serializers.CharField(source="author_name")


@example(examples.ENCOUNTER_CHANGE)
class EncounterFieldsIn(StrictIn):
    kind = serializers.ChoiceField(EncounterKind.choices)
    reason = serializers.CharField(max_length=300, validators=_LINE)
    location = serializers.CharField(
        max_length=100, validators=_LINE, required=False, allow_blank=True
    )
    note = serializers.CharField(max_length=10_000, required=False, allow_blank=True)
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(required=False, allow_null=True)
    spo2_scale = serializers.ChoiceField(
        Spo2Scale.choices, required=False, help_text="NEWS2: 2 with a target of 88-92 %"
    )
    pregnant = serializers.BooleanField(required=False)


@example(examples.ENCOUNTER_NEW)
class EncounterIn(EncounterFieldsIn, _About):
    pass


@example(examples.ENCOUNTER)
class EncounterOut(_RowOut):
    clinician_name = serializers.CharField(source="author_name")

    class Meta:
        model = Encounter
        fields = [
            *_ROW,
            *("kind", "reason", "location", "note", "clinician", "clinician_name"),
            *("started_at", "ended_at", "spo2_scale", "pregnant"),
            *_END,
        ]


@example(examples.PRESCRIPTION_CHANGE)
class PrescriptionFieldsIn(StrictIn):
    encounter = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    days = serializers.IntegerField(min_value=1, max_value=365)


class _DrugIn(_About):
    """What is prescribed cannot be changed: another drug or dose is another prescription."""

    drug = serializers.CharField(max_length=200, validators=_LINE)
    drug_code = serializers.CharField(
        max_length=7, required=False, allow_blank=True, help_text="ATC, of the formulary"
    )
    daily_mg = DecimalNumber(
        max_digits=8,
        decimal_places=2,
        min_value=Decimal("0.01"),
        required=False,
        allow_null=True,
    )


@example(examples.PRESCRIPTION_NEW)
class PrescriptionIn(PrescriptionFieldsIn, _DrugIn):
    dose = serializers.CharField(max_length=100, validators=_LINE)
    frequency = serializers.CharField(max_length=100, validators=_LINE)
    acknowledged = serializers.ListField(
        child=serializers.CharField(max_length=30), max_length=50, required=False
    )
    reason = serializers.CharField(
        max_length=300, validators=_LINE, required=False, allow_blank=True
    )


@example(examples.PRESCRIPTION_STOP)
class PrescriptionStopIn(StrictIn):
    reason = serializers.CharField(max_length=300, validators=_LINE)


@example(examples.PRESCRIPTION_CHECK)
class PrescriptionCheckIn(_DrugIn):
    pass


@example(examples.WARNING)
class WarningOut(serializers.Serializer[Any]):
    """``code``: what ``acknowledged`` of a prescription names."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(PrescriptionWarning.choices)
    about = serializers.CharField()
    severity = serializers.CharField(allow_blank=True)
    effect = serializers.CharField(allow_blank=True)
    effect_ko = serializers.CharField(allow_blank=True, default="")
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]


class DrugSearchIn(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=100)


class TermSearchIn(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(TermKind.choices)
    q = serializers.CharField(max_length=100)


@example(examples.TERM)
class TermOut(serializers.Serializer[Any]):
    code_system = serializers.CharField()
    code = serializers.CharField()
    name = serializers.CharField()
    name_ko = serializers.CharField()


@example(examples.DRUG)
class DrugOut(serializers.Serializer[Any]):
    atc = serializers.CharField()
    name = serializers.CharField()
    name_ko = serializers.CharField()
    max_daily_mg = serializers.FloatField(allow_null=True)
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]


@example(examples.PRESCRIPTION)
class PrescriptionOut(_RowOut):
    """``ends_at``: when its days are over, or when it was stopped; null while nobody knows."""

    prescriber_name = serializers.CharField(source="author_name")
    ends_at = serializers.DateTimeField(allow_null=True)
    stopped_by_name = serializers.CharField(
        source="stopped_by.full_name", default=None, allow_null=True
    )
    daily_mg = serializers.FloatField(allow_null=True)
    warnings = WarningOut(many=True)

    class Meta:
        model = Prescription
        fields = [
            *_ROW,
            *("encounter", "drug", "drug_code", "daily_mg", "dose", "frequency", "days"),
            *("warnings", "warnings_reason"),
            *("prescriber", "prescriber_name", "prescribed_at", "ends_at"),
            *("stopped_at", "stopped_by_name", "stop_reason"),
            *_END,
        ]


def _whole(measure: str) -> Any:
    low, high, _ = POSSIBLE[measure]
    return serializers.IntegerField(
        min_value=int(low), max_value=int(high), required=False, allow_null=True
    )


def _decimal(measure: str) -> Any:
    low, high, _ = POSSIBLE[measure]
    places = len(high.partition(".")[2])
    return DecimalNumber(
        max_digits=len(high) - 1,
        decimal_places=places,
        min_value=Decimal(low),
        max_value=Decimal(high),
        required=False,
        allow_null=True,
    )


@example(examples.VITALS_CHANGE)
class VitalsFieldsIn(StrictIn):
    measured_at = serializers.DateTimeField(validators=[validate_past_time])
    systolic_mmhg = _whole("systolic_mmhg")
    diastolic_mmhg = _whole("diastolic_mmhg")
    heart_rate = _whole("heart_rate")
    respiratory_rate = _whole("respiratory_rate")
    temperature_c = _decimal("temperature_c")
    spo2_percent = _whole("spo2_percent")
    weight_kg = _decimal("weight_kg")
    height_cm = _decimal("height_cm")
    pain = _whole("pain")
    consciousness = serializers.ChoiceField(
        Consciousness.choices, required=False, allow_blank=True, help_text="ACVPU"
    )
    supplemental_oxygen = serializers.BooleanField(required=False, allow_null=True)


@example(examples.VITALS_NEW)
class VitalsIn(VitalsFieldsIn, _About):
    pass


@example(examples.VITALS)
class VitalsOut(_RecordedOut):
    """``flags``: the measures outside the reference range of the patient's age."""

    temperature_c = serializers.FloatField(allow_null=True)
    weight_kg = serializers.FloatField(allow_null=True)
    height_cm = serializers.FloatField(allow_null=True)
    flags = serializers.SerializerMethodField()

    class Meta:
        model = Vitals
        fields = [
            *_ROW,
            *("measured_at", *Vitals.MEASURES, "consciousness", "supplemental_oxygen"),
            *("flags", "recorded_by", "recorded_by_name"),
            *_END,
        ]

    def get_flags(self, row: Vitals) -> dict[str, str]:
        day, birth = timezone.localdate(row.measured_at), row.patient.birth_date
        found = {
            measure: flag(birth, day, measure, value)
            for measure in Vitals.MEASURES
            if (value := getattr(row, measure)) is not None
        }
        return {measure: side for measure, side in found.items() if side}


@example(examples.ALLERGY_CHANGE)
class AllergyFieldsIn(StrictIn):
    category = serializers.ChoiceField(AllergyCategory.choices)
    substance = serializers.CharField(max_length=200, validators=_LINE)
    code_system = serializers.ChoiceField(
        AllergyCodeSystem.choices, required=False, allow_blank=True
    )
    code = serializers.CharField(max_length=20, required=False, allow_blank=True)
    reaction = serializers.CharField(
        max_length=300, validators=_LINE, required=False, allow_blank=True
    )
    severity = serializers.ChoiceField(AllergySeverity.choices, required=False, allow_blank=True)
    status = serializers.ChoiceField(RecordStatus.choices, required=False)


@example(examples.ALLERGY_NEW)
class AllergyIn(AllergyFieldsIn, _About):
    pass


@example(examples.ALLERGY)
class AllergyOut(_RecordedOut):
    class Meta:
        model = Allergy
        fields = [
            *_ROW,
            *("category", "substance", "code_system", "code", "reaction", "severity", "status"),
            *("recorded_by", "recorded_by_name"),
            *_END,
        ]


@example(examples.PROBLEM_CHANGE)
class ProblemFieldsIn(StrictIn):
    code_system = serializers.ChoiceField(ProblemCodeSystem.choices)
    code = serializers.CharField(max_length=20)
    text = serializers.CharField(max_length=300, validators=_LINE)
    onset_date = serializers.DateField(
        required=False, allow_null=True, validators=[validate_past_date]
    )
    resolved_date = serializers.DateField(
        required=False, allow_null=True, validators=[validate_past_date]
    )
    status = serializers.ChoiceField(RecordStatus.choices, required=False)


@example(examples.PROBLEM_NEW)
class ProblemIn(ProblemFieldsIn, _About):
    pass


@example(examples.PROBLEM)
class ProblemOut(_RecordedOut):
    class Meta:
        model = Problem
        fields = [
            *_ROW,
            *("code_system", "code", "text", "onset_date", "resolved_date", "status"),
            *("recorded_by", "recorded_by_name"),
            *_END,
        ]


@example(examples.NOTE_CHANGE)
class NoteFieldsIn(StrictIn):
    encounter = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    title = serializers.CharField(max_length=200, validators=_LINE)
    text = serializers.CharField(max_length=NOTE_LENGTH)


@example(examples.NOTE_NEW)
class NoteIn(NoteFieldsIn, _About):
    pass


@example(examples.NOTE)
class NoteOut(_RecordedOut):
    class Meta:
        model = Note
        fields = [
            *_ROW,
            *("encounter", "title", "text", "signed_at", "recorded_by", "recorded_by_name"),
            *_END,
        ]
