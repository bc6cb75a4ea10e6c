from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from acct.serializers import UserBriefOut
from common.api.schema import example
from emr import examples
from emr.choices import Gender
from emr.models import Patient
from emr.openemr_sync import patient_source
from openemr.selectors import down_since
from rbac.choices import GlassOutcome

SHORTEST_REASON, DIFFERENT_LETTERS = 10, 5
"""A Korean syllable counts as two letters."""
EARLIEST_BIRTH = date(1850, 1, 1)


def validate_mrn(value: str) -> None:
    """Safe as DICOM Patient ID (0010,0020), VR LO (PS3.5 6.2), in any character set and query.

    Printable ASCII; no backslash (separates values), no ``*`` or ``?`` (wildcards of a query).
    """
    if not (value.isascii() and value.isprintable()) or set(value) & set("\\*?"):
        raise serializers.ValidationError("only printable ASCII characters without \\ * ?")


def validate_one_line(value: str) -> None:
    """No control character in a text of one line."""
    if any(unicodedata.category(character) == "Cc" for character in value):
        raise serializers.ValidationError("control characters are not allowed")


def validate_birth_date(value: date) -> None:
    """Not after today by the hospital's calendar, nor before anybody's memory."""
    if not EARLIEST_BIRTH <= value <= timezone.localdate():
        raise serializers.ValidationError("lies in the future or too far in the past")


_LINE = [validate_one_line]


class PatientFieldsIn(serializers.Serializer[Any]):
    """The patient data that can be changed."""

    full_name = serializers.CharField(max_length=150, validators=_LINE)
    birth_date = serializers.DateField(validators=[validate_birth_date])
    gender = serializers.ChoiceField(Gender.choices)
    phone = serializers.CharField(max_length=30, validators=_LINE, required=False, allow_blank=True)
    address = serializers.CharField(
        max_length=300, validators=_LINE, required=False, allow_blank=True
    )
    restricted = serializers.BooleanField(required=False)


@example(examples.PATIENT_NEW)
class PatientIn(PatientFieldsIn):
    patient_id = serializers.CharField(
        max_length=64,
        validators=[validate_mrn],
        help_text="MRN, equal to DICOM Patient ID (0010,0020)",
    )


@example(examples.PATIENT_CHANGE)
class PatientPatchIn(PatientFieldsIn):
    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "patient_id" in self.initial_data:
            raise serializers.ValidationError({"patient_id": "the MRN never changes"})
        return attrs


class EmrSourceOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    synced_at = serializers.DateTimeField(allow_null=True, help_text="Alike there at that time")
    records_synced_at = serializers.DateTimeField(
        allow_null=True, help_text="The visits, vital signs and so on, compared at that time"
    )
    stale = serializers.BooleanField(help_text="Longer ago than OPENEMR_MAX_AGE_S")
    down_since = serializers.DateTimeField(
        allow_null=True, help_text="OpenEMR has not answered since then"
    )


class FormerRecordOut(serializers.ModelSerializer[Patient]):
    class Meta:
        model = Patient
        fields = ["id", "patient_id", "full_name"]


@example(examples.PATIENT)
class PatientOut(serializers.ModelSerializer[Patient]):
    """``emr_source`` is null for a patient who is kept here alone.

    ``formerly``: the records that were merged into this one.
    """

    emr_source = serializers.SerializerMethodField()
    formerly = FormerRecordOut(source="duplicates", many=True)

    @extend_schema_field(EmrSourceOut(allow_null=True))
    def get_emr_source(self, patient: Patient) -> Any:
        if not hasattr(self, "_down"):
            self._down = down_since()  # once for a list of patients
        source = patient_source(patient, self._down)
        return EmrSourceOut(source).data if source else None

    class Meta:
        model = Patient
        fields = [
            "id",
            "patient_id",
            "full_name",
            "birth_date",
            "gender",
            "phone",
            "address",
            "restricted",
            "version",
            "emr_source",
            "formerly",
        ]


class PatientBriefOut(serializers.ModelSerializer[Patient]):
    """A patient in the response of another resource."""

    class Meta:
        model = Patient
        fields = ["id", "patient_id", "full_name", "birth_date", "gender"]


@example(examples.PATIENT_CREATED)
class PatientCreatedOut(PatientOut):
    """``possible_duplicates``: other records of the same name and birth date, or phone number."""

    possible_duplicates = serializers.SerializerMethodField()

    class Meta(PatientOut.Meta):
        fields = [*PatientOut.Meta.fields, "possible_duplicates"]

    @extend_schema_field(PatientBriefOut(many=True))
    def get_possible_duplicates(self, patient: Patient) -> Any:
        return PatientBriefOut(self.context["possible_duplicates"], many=True).data


class PatientSearchIn(serializers.Serializer[Any]):
    q = serializers.CharField(
        max_length=150,
        help_text="Start of the MRN, end of the phone number (4 digits or more), birth date, or "
        "parts of the name",
    )


def validate_reason(value: str) -> None:
    """Something that can be reviewed: long enough, and not one sign or word over and over."""
    text = "".join(value.casefold().split())
    repeated = any(text == text[:n] * (len(text) // n) for n in range(1, len(text) // 2 + 1))
    width = sum(2 if "가" <= letter <= "힣" else 1 for letter in text if letter.isalnum())
    if width < SHORTEST_REASON or len(set(text)) < DIFFERENT_LETTERS or repeated:
        raise serializers.ValidationError(
            "describe why this record is needed now, in a few words of your own"
        )


@example(examples.GLASS_BREAK)
class BreakGlassIn(serializers.Serializer[Any]):
    patient_id = serializers.CharField(max_length=64, help_text="The patient's exact MRN")
    reason = serializers.CharField(max_length=500, validators=[validate_reason])


@example(examples.GLASS_BROKEN)
class BreakGlassOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    patient = serializers.IntegerField(source="patient_id", help_text="Id of the patient")
    expires_at = serializers.DateTimeField()


@example(examples.BROKEN_GLASS)
class BrokenGlassOut(serializers.Serializer[Any]):
    """``full_name`` is empty for a reader who does not see the patient."""

    id = serializers.IntegerField(source="grant.pk")
    patient = serializers.IntegerField(source="grant.patient_id", help_text="Id of the patient")
    patient_id = serializers.CharField(help_text="MRN")
    full_name = serializers.CharField()
    user = UserBriefOut(source="grant.grantee")
    reason = serializers.CharField(source="grant.reason")
    created_at = serializers.DateTimeField(source="grant.created_at")
    ends_at = serializers.DateTimeField(source="grant.ends_at")
    open = serializers.BooleanField()
    reviewed_at = serializers.DateTimeField(source="grant.reviewed_at", allow_null=True)
    reviewed_by = UserBriefOut(source="grant.reviewed_by", allow_null=True)
    outcome = serializers.ChoiceField(
        GlassOutcome.choices, source="grant.review_outcome", allow_blank=True
    )
    comment = serializers.CharField(source="grant.review_comment")


@example(examples.GLASS_REVIEW)
class GlassReviewIn(serializers.Serializer[Any]):
    outcome = serializers.ChoiceField(GlassOutcome.choices)
    comment = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
