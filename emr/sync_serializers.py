"""What the routes of the synchronisation with OpenEMR take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.schema import example
from emr import examples
from emr.choices import ConflictSide
from emr.models import SyncConflict, SyncRun
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
            "problems",
            "started_at",
            "finished_at",
        ]


class SyncSideOut(serializers.Serializer[Any]):
    full_name = serializers.CharField()
    birth_date = serializers.DateField(allow_null=True)
    gender = serializers.CharField()
    phone = serializers.CharField()
    address = serializers.CharField()


@example(examples.SYNC_CONFLICT)
class SyncConflictOut(serializers.ModelSerializer[SyncConflict]):
    patient = PatientBriefOut(source="link.patient")
    ours = SyncSideOut()
    theirs = SyncSideOut()
    shown = serializers.CharField()

    class Meta:
        model = SyncConflict
        fields = ["id", "patient", "ours", "theirs", "shown", "kept", "created_at", "resolved_at"]


@example(examples.SYNC_CONFLICT_RESOLVE)
class SyncConflictResolveIn(serializers.Serializer[Any]):
    keep = serializers.ChoiceField(ConflictSide.choices)
    shown = serializers.CharField(
        max_length=64, required=False, help_text="As read: 409 if a side was changed since"
    )
