"""What the routes of the synchronisation with OpenEMR take and answer."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.schema import example
from emr import examples
from emr.choices import ConflictKind, ConflictSide, SyncFault
from emr.models import RecordLink, SyncConflict, SyncRun
from emr.serializers import PatientBriefOut


class SyncProblemOut(serializers.Serializer[Any]):
    pid = serializers.IntegerField(help_text="OpenEMR's number of the patient")
    field = serializers.CharField(help_text="What is missing or cannot be taken over")


@example(examples.SYNC_RUN)
class SyncRunOut(serializers.ModelSerializer[SyncRun]):
    problems = SyncProblemOut(many=True)

    class Meta:
        model = SyncRun
        fields = [
            "id",
            "state",
            "total",
            "done",
            "created",
            "conflicts",
            "left_out",
            "records",
            "records_left_out",
            "problems",
            "started_at",
            "finished_at",
        ]


@extend_schema_field(
    {
        "type": "object",
        "additionalProperties": {
            "oneOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}],
            "nullable": True,
        },
    }
)
class SyncSideField(serializers.JSONField):
    """The values of one side by their names."""


class SyncFaultOut(serializers.Serializer[Any]):
    field = serializers.CharField(allow_blank=True, help_text="Empty: the row as a whole")
    reason = serializers.ChoiceField(SyncFault.choices)


@example(examples.OPENEMR_ROW)
class OpenemrRowOut(serializers.ModelSerializer[RecordLink]):
    """A row of OpenEMR that is not, or not wholly, among the rows here; a laboratory result."""

    row = serializers.IntegerField(source="row_id", allow_null=True, help_text="Its row here")
    faults = SyncFaultOut(many=True)
    values = SyncSideField()

    class Meta:
        model = RecordLink
        fields = ["id", "kind", "row", "faults", "values", "seen_at"]


@example(examples.SYNC_CONFLICT)
class SyncConflictOut(serializers.ModelSerializer[SyncConflict]):
    patient = PatientBriefOut(source="link.patient")
    kind = serializers.ChoiceField(ConflictKind.choices)
    ours = SyncSideField()
    theirs = SyncSideField()
    shown = serializers.CharField()

    class Meta:
        model = SyncConflict
        fields = [
            *("id", "patient", "kind", "ours", "theirs", "shown"),
            *("kept", "created_at", "resolved_at"),
        ]


@example(examples.SYNC_CONFLICT_RESOLVE)
class SyncConflictResolveIn(serializers.Serializer[Any]):
    keep = serializers.ChoiceField(ConflictSide.choices)
    shown = serializers.CharField(
        max_length=64, required=False, help_text="As read: 409 if a side was changed since"
    )
