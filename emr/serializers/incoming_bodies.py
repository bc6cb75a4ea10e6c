"""What the routes of patients from other hospitals take and answer."""

from __future__ import annotations

import json
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from acct.serializers import UserBriefOut
from common.api.schema import example
from emr import examples
from emr.choices import Gender, IncomingDecision, IncomingState, Likeness, RunState
from emr.models import IncomingRun
from emr.serializers import (
    PatientBriefOut,
    validate_birth_date,
    validate_mrn,
    validate_one_line,
)
from emr.serializers.chart_bodies import StrictIn

MOST_ROWS = 5_000
LONGEST_ROW = 4_096
_LINE = [validate_one_line]


class IncomingRowIn(serializers.Serializer[Any]):
    """One person as the other hospital knows them."""

    external_id = serializers.CharField(max_length=64, validators=[validate_mrn])
    full_name = serializers.CharField(max_length=150, validators=_LINE)
    birth_date = serializers.DateField(validators=[validate_birth_date])
    gender = serializers.ChoiceField(Gender.choices, default=Gender.UNKNOWN)
    phone = serializers.CharField(max_length=30, validators=_LINE, allow_blank=True, default="")
    address = serializers.CharField(max_length=300, validators=_LINE, allow_blank=True, default="")


def checked_row(raw: Any) -> tuple[dict[str, Any], str]:
    """The row to stage, and why it cannot be used: a field and what is wrong with it."""
    text = json.dumps(raw, ensure_ascii=False)
    if len(text) > LONGEST_ROW:
        return {"cut": text[:LONGEST_ROW]}, f"longer than {LONGEST_ROW} characters"
    if not isinstance(raw, dict):
        return {"row": raw}, "not an object"
    row = IncomingRowIn(data={"external_id": raw.get("patient_id")} | raw)
    if row.is_valid():
        values = row.validated_data
        return raw | values | {"birth_date": values["birth_date"].isoformat()}, ""
    field, found = next(iter(row.errors.items()))
    code = getattr(found[0], "code", "invalid") if isinstance(found, list) else "invalid"
    return raw, f"{field}: {code}"


@example(examples.BULK_SYNC)
class BulkSyncIn(StrictIn):
    """``patients`` are checked one by one: a bad one is kept with its reason."""

    source = serializers.CharField(  # type: ignore[assignment]
        max_length=60, validators=[validate_mrn], help_text="Short name of the other hospital"
    )
    patients = serializers.ListField(
        child=serializers.JSONField(allow_null=True),
        min_length=1,
        max_length=MOST_ROWS,
        help_text="{external_id (or patient_id: their number), full_name, birth_date, gender?, "
        "phone?, address?}",
    )


@example(examples.INCOMING_RUN)
class IncomingRunOut(serializers.ModelSerializer[IncomingRun]):
    """``states``: how many of its rows are in which state now."""

    state = serializers.ChoiceField(RunState.choices)
    requested_by = UserBriefOut()
    percent = serializers.IntegerField()
    states = serializers.SerializerMethodField()

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_states(self, run: IncomingRun) -> dict[str, int]:
        found: dict[str, int] = self.context["states"].get(run.pk, {})
        return found

    class Meta:
        model = IncomingRun
        fields = [
            "id",
            "source",
            "state",
            "total",
            "done",
            "percent",
            "states",
            "requested_by",
            "started_at",
            "finished_at",
        ]


class IncomingPersonOut(serializers.Serializer[Any]):
    """As the other hospital sent it; empty where nothing usable was sent."""

    def to_representation(self, payload: Any) -> dict[str, str]:
        names = ("full_name", "birth_date", "gender", "phone", "address")
        return {name: str(payload.get(name) or "") for name in names}

    full_name = serializers.CharField()
    birth_date = serializers.CharField()
    gender = serializers.CharField()
    phone = serializers.CharField()
    address = serializers.CharField()


class CandidatePatientOut(PatientBriefOut):
    class Meta(PatientBriefOut.Meta):
        fields = [*PatientBriefOut.Meta.fields, "phone", "address"]


class CandidateOut(serializers.Serializer[Any]):
    patient = CandidatePatientOut()
    score = serializers.IntegerField(help_text="Of 100")
    alike = serializers.ListField(child=serializers.ChoiceField(Likeness.choices))


@example(examples.INCOMING_PATIENT)
class IncomingPatientOut(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="row.pk")
    run = serializers.IntegerField(source="row.run_id")
    source = serializers.CharField(source="row.source")  # type: ignore[assignment]
    external_id = serializers.CharField(source="row.external_id", allow_null=True)
    line = serializers.IntegerField(source="row.line", help_text="Its place in the request")
    sent = IncomingPersonOut(source="row.payload")
    state = serializers.ChoiceField(IncomingState.choices, source="row.state")
    reason = serializers.CharField(source="row.reason")
    candidates = CandidateOut(many=True)
    patient = PatientBriefOut(allow_null=True)
    resolved_by = UserBriefOut(source="row.resolved_by", allow_null=True)
    resolved_at = serializers.DateTimeField(source="row.resolved_at", allow_null=True)


@example(examples.INCOMING_RESOLVE)
class IncomingResolveIn(StrictIn):
    decision = serializers.ChoiceField(IncomingDecision.choices)
    patient = serializers.IntegerField(
        min_value=1, required=False, help_text="link: id of the patient who it is"
    )
    patient_id = serializers.CharField(
        max_length=64, validators=[validate_mrn], required=False, help_text="create: the new MRN"
    )
    reason = serializers.CharField(
        max_length=300, validators=_LINE, required=False, help_text="reject: why"
    )
