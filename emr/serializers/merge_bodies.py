"""What the routes of merging take and answer."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from acct.serializers import UserBriefOut
from common.api.schema import example
from emr import examples
from emr.choices import Likeness, MergeObstacle, MergeSide, MergeState, MergeWarning
from emr.models import DuplicatePair, Patient, PatientMerge
from emr.selectors.patient_merges import CHOSEN_FIELDS, undo_until
from emr.serializers import PatientBriefOut, validate_one_line
from emr.serializers.chart_bodies import StrictIn

_CARRIED = ("restricted", "user_id")


class MergePairIn(serializers.Serializer[Any]):
    survivor = serializers.IntegerField(min_value=1, help_text="Id of the record that stays")
    duplicate = serializers.IntegerField(min_value=1, help_text="Id of the record that goes")


@example(examples.MERGE_NEW)
class MergeIn(StrictIn):
    survivor = serializers.IntegerField(min_value=1, help_text="Id of the record that stays")
    duplicate = serializers.IntegerField(min_value=1, help_text="Id of the record that goes")
    reason = serializers.CharField(max_length=500, validators=[validate_one_line])
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ChoiceField(MergeSide.choices),
        required=False,
        help_text=f"Whose value is kept, by field: {', '.join(CHOSEN_FIELDS)}",
    )
    survivor_version = serializers.IntegerField(
        min_value=1, required=False, help_text="As in the preview: 409 if it was changed since"
    )
    duplicate_version = serializers.IntegerField(
        min_value=1, required=False, help_text="As in the preview: 409 if it was changed since"
    )

    def validate_fields(self, chosen: dict[str, str]) -> dict[str, str]:
        if unknown := sorted(chosen.keys() - set(CHOSEN_FIELDS)):
            raise serializers.ValidationError({unknown[0]: "no such field"})
        return chosen


class MergeRecordOut(serializers.ModelSerializer[Patient]):
    has_account = serializers.SerializerMethodField()

    def get_has_account(self, patient: Patient) -> bool:
        return patient.user_id is not None

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
            "has_account",
            "version",
            "created_at",
        ]


class MergeFieldOut(serializers.Serializer[Any]):
    name = serializers.ChoiceField([(name, name) for name in CHOSEN_FIELDS])
    survivor = serializers.CharField()
    duplicate = serializers.CharField()
    differs = serializers.BooleanField()


@example(examples.MERGE_PREVIEW)
class MergePreviewOut(serializers.Serializer[Any]):
    survivor = MergeRecordOut()
    duplicate = MergeRecordOut()
    fields = MergeFieldOut(many=True)  # type: ignore[assignment]
    follows = serializers.DictField(
        child=serializers.IntegerField(), help_text="Rows of the duplicate that follow, by kind"
    )
    obstacles = serializers.ListField(child=serializers.ChoiceField(MergeObstacle.choices))
    warnings = serializers.ListField(child=serializers.ChoiceField(MergeWarning.choices))


@example(examples.MERGE)
class MergeOut(serializers.ModelSerializer[PatientMerge]):
    """``not_restored``: fields that were changed before the merge was undone."""

    survivor = PatientBriefOut()
    duplicate = PatientBriefOut()
    state = serializers.ChoiceField(MergeState.choices)
    proposed_by = UserBriefOut()
    decided_by = UserBriefOut(allow_null=True)
    undone_by = UserBriefOut(allow_null=True)
    undo_until = serializers.SerializerMethodField()
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ChoiceField(MergeSide.choices)
    )
    not_restored = serializers.ListField(
        child=serializers.ChoiceField([(name, name) for name in (*CHOSEN_FIELDS, *_CARRIED)])
    )

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_undo_until(self, merge: PatientMerge) -> Any:
        return undo_until(merge)

    class Meta:
        model = PatientMerge
        fields = [
            "id",
            "survivor",
            "duplicate",
            "state",
            "reason",
            "fields",
            "proposed_by",
            "proposed_at",
            "decided_by",
            "decided_at",
            "undo_until",
            "undone_by",
            "undone_at",
            "not_restored",
        ]


@example(examples.DUPLICATE_PAIR)
class DuplicatePairOut(serializers.ModelSerializer[DuplicatePair]):
    """``score`` of 100."""

    first = PatientBriefOut()
    second = PatientBriefOut()
    alike = serializers.ListField(child=serializers.ChoiceField(Likeness.choices))

    class Meta:
        model = DuplicatePair
        fields = ["id", "first", "second", "score", "alike", "found_at", "dismissed_at"]
