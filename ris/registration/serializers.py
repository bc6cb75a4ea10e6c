from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from rest_framework import serializers

from ai.services.series_registration import registration_progress
from common.api.schema import example
from common.errors import AppError, ErrorCode
from pacs.dicom.uids import UID_MAX_LENGTH, UID_REGEX
from ris import examples
from ris.choices import RegistrationStatus
from ris.models import Registration
from ris.registration.dicom_objects import resampled_series_uid


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
    fixed_study = serializers.CharField(source="fixed_study.study_instance_uid")
    moving_study = serializers.CharField(source="moving_study.study_instance_uid")
    moving_study_date = serializers.DateField(source="moving_study.study_date", allow_null=True)
    fixed_series = serializers.CharField()
    moving_series = serializers.CharField()
    fixed_description = serializers.CharField()
    moving_description = serializers.CharField()
    resampled_series = serializers.SerializerMethodField(
        help_text="The moving series on the grid of the fixed one; empty until it is stored"
    )
    transform = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField()), allow_null=True
    )
    error_mm = serializers.FloatField(allow_null=True)
    flagged = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField())
    repetitions = serializers.DictField(child=serializers.FloatField())
    error_code = serializers.CharField()
    error_message = serializers.SerializerMethodField()
    error_detail = serializers.CharField()
    created_at = serializers.DateTimeField()
    requested_by = serializers.CharField(source="requested_by.full_name")
    decided_by = serializers.CharField(source="decided_by.full_name", default=None, allow_null=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    decision_reason = serializers.CharField()
    stored_at = serializers.DateTimeField(allow_null=True)

    def get_resampled_series(self, row: Registration) -> str:
        return resampled_series_uid(row.pk) if row.stored_at else ""

    def get_error_message(self, row: Registration) -> str:
        """In the language of the request."""
        code = next((each for each in ErrorCode if each.value.code == row.error_code), None)
        return AppError(code).message(get_language() or "ko") if code else ""

    def get_progress(self, row: Registration) -> float:
        """0..1"""
        if row.status == RegistrationStatus.REQUESTED:
            return 0.0
        running = row.status == RegistrationStatus.RUNNING
        return registration_progress(row.run_key) if running else 1.0
