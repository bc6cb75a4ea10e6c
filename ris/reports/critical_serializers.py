from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from common.api.schema import example
from emr.serializers import PatientBriefOut, validate_one_line
from lis.choices import CallOutcome
from lis.services.criticals import escalation_at
from ris.choices import CriticalCategory
from ris.models import CriticalReport
from ris.reading.serializers import ReaderOut
from ris.reports import examples

_LINE = [validate_one_line]


@example(examples.CRITICAL_NEW)
class CriticalReportIn(serializers.Serializer[Any]):
    category = serializers.ChoiceField(CriticalCategory.choices)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, validators=_LINE)


@example(examples.CALL)
class CriticalCallIn(serializers.Serializer[Any]):
    """``confirmed``: it was read back; nothing else closes it."""

    told = serializers.CharField(max_length=100, validators=_LINE)
    how = serializers.CharField(max_length=60, validators=_LINE)
    outcome = serializers.ChoiceField(CallOutcome.choices)


class CriticalCallOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    told = serializers.CharField()
    how = serializers.CharField()
    outcome = serializers.ChoiceField(CallOutcome.choices)
    by = ReaderOut()
    at = serializers.DateTimeField()


class CriticalTurnOut(serializers.Serializer[Any]):
    """``turn``: 1 for the first time that people were alerted again."""

    turn = serializers.IntegerField()
    to = ReaderOut()
    at = serializers.DateTimeField()


@example(examples.CRITICAL)
class CriticalReportOut(serializers.Serializer[CriticalReport]):
    id = serializers.IntegerField()
    report = serializers.IntegerField(source="report_id")
    study_instance_uid = serializers.CharField(source="report.study.study_instance_uid")
    patient = PatientBriefOut(source="report.patient")
    category = serializers.ChoiceField(CriticalCategory.choices)
    note = serializers.CharField()
    by = ReaderOut()
    at = serializers.DateTimeField()
    confirmed = serializers.SerializerMethodField()
    attempts = CriticalCallOut(many=True)
    escalations = CriticalTurnOut(many=True)
    escalates_at = serializers.SerializerMethodField()

    def get_confirmed(self, row: CriticalReport) -> bool:
        return any(each.outcome == CallOutcome.CONFIRMED for each in row.attempts.all())

    def get_escalates_at(self, row: CriticalReport) -> datetime | None:
        at = None if self.get_confirmed(row) else escalation_at(row.at, timezone.now())
        return timezone.localtime(at) if at else None
