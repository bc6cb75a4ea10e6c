from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ai.services.registrations import registration_progress
from common.api.schema import example
from pacs.dicom.uids import UID_MAX_LENGTH, UID_REGEX
from ris import examples
from ris.choices import RegistrationStatus
from ris.models import Registration


def _uid() -> Any:
    return serializers.RegexField(rf"\A{UID_REGEX}\Z", max_length=UID_MAX_LENGTH)


@example(examples.REGISTRATION_REQUEST)
class RegistrationIn(serializers.Serializer[Any]):
    fixed_series = _uid()
    moving_series = _uid()


@example({"id": 4})
class RegistrationCreatedOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()


@example({"reason": ""})
class DecisionIn(serializers.Serializer[Any]):
    reason = serializers.CharField(
        required=False, allow_blank=True, max_length=500, help_text="Needed if it is flagged"
    )


@example(examples.REGISTRATION)
class RegistrationOut(serializers.Serializer[Any]):
    """``transform``: 4x4, moving to fixed, LPS mm. ``error_mm``: how far repetitions lie apart;
    ``repetitions`` says each. ``reasons``: why it is flagged."""

    id = serializers.IntegerField()
    version = serializers.IntegerField(help_text="For If-Match")
    status = serializers.ChoiceField(RegistrationStatus.choices)
    progress = serializers.SerializerMethodField()
    fixed_series = serializers.CharField()
    moving_series = serializers.CharField()
    transform = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()), allow_null=True
    )
    error_mm = serializers.FloatField(allow_null=True)
    flagged = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField())
    repetitions = serializers.DictField(child=serializers.FloatField())
    error_code = serializers.CharField()
    error_detail = serializers.CharField()
    created_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_reason = serializers.CharField()
    stored_at = serializers.DateTimeField(allow_null=True)

    def get_progress(self, row: Registration) -> float:
        """0..1"""
        if row.status == RegistrationStatus.REQUESTED:
            return 0.0
        running = row.status == RegistrationStatus.RUNNING
        return registration_progress(row.run_key) if running else 1.0
