from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.schema import example
from emr.serializers import PatientBriefOut, validate_one_line
from lis.serializers import CallsOut
from ris.choices import CriticalCategory
from ris.reading.serializers import ReaderOut
from ris.reports import examples

_LINE = [validate_one_line]


@example(examples.CRITICAL_NEW)
class CriticalReportIn(serializers.Serializer[Any]):
    category = serializers.ChoiceField(CriticalCategory.choices)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, validators=_LINE)


@example(examples.CRITICAL)
class CriticalReportOut(CallsOut):
    """``to_tell``: who ordered the study; null where nobody did."""

    id = serializers.IntegerField()
    report = serializers.IntegerField(source="report_id")
    study_instance_uid = serializers.CharField(source="report.study.study_instance_uid")
    patient = PatientBriefOut(source="report.patient")
    category = serializers.ChoiceField(CriticalCategory.choices)
    note = serializers.CharField()
    by = ReaderOut()
    at = serializers.DateTimeField()
    to_tell = ReaderOut(source="order.ordered_by", allow_null=True, default=None)
