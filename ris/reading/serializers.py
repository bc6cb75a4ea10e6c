from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.schema import example
from ris import examples
from ris.choices import ReadingStatus

MAX_REASON = 500


@example(examples.READER)
class ReaderOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    username = serializers.CharField()
    full_name = serializers.CharField()


@example(examples.READING_CHANGE)
class ReadingIn(serializers.Serializer[Any]):
    status = serializers.ChoiceField(ReadingStatus.choices)
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=MAX_REASON,
        help_text="Why the study is set back to unread while another user reads it",
    )


@example(examples.READING)
class ReadingOut(serializers.Serializer[Any]):
    study_instance_uid = serializers.CharField()
    reading_status = serializers.ChoiceField(ReadingStatus.choices)
    reader = ReaderOut(allow_null=True)
    reading_at = serializers.DateTimeField(allow_null=True)


@example(examples.LOCKED)
class LockOut(ReadingOut):
    """``expires_at``: when the lock ends unless it is asked for again."""

    expires_at = serializers.DateTimeField(allow_null=True)
    assigned_to = ReaderOut(source="assignee", allow_null=True)


@example(examples.LOCK)
class LockIn(serializers.Serializer[Any]):
    reason = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=MAX_REASON,
        help_text="Why the study is taken over from the user who reads it",
    )


@example(examples.HAND_OVER)
class UnlockIn(serializers.Serializer[Any]):
    hand_over_to = serializers.IntegerField(
        required=False, allow_null=True, help_text="Id of the user who reads on"
    )


@example({"assignee": 9})
class StudyAssignIn(serializers.Serializer[Any]):
    assignee = serializers.IntegerField(allow_null=True, help_text="Id of a user; null: of nobody")
