from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.schema import example
from emr.serializers import validate_one_line
from lis import examples
from lis.analytes import analytes
from lis.choices import BenchStep, CallOutcome, RejectReason, ResultState, SpecimenKind
from lis.models import CriticalValue, LabValue, ResultVersion, Specimen
from lis.services.critical_calls import escalation_at
from ocs.examples import ORDER
from ocs.serializers import BilingualName, OrderOut, OrderPatientOut, ResultIn


def _name_of(code: str) -> dict[str, str]:
    found = analytes().get(code)
    return found.name if found else {"ko": code, "en": code}


class RangeOut(serializers.Serializer[Any]):
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    sex = serializers.CharField(allow_null=True)
    method = serializers.CharField(allow_null=True)
    min_age = serializers.IntegerField()


@example(examples.ANALYTE)
class AnalyteOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = BilingualName()
    unit = serializers.CharField()
    ranges = RangeOut(many=True)
    critical_low = serializers.FloatField(allow_null=True)
    critical_high = serializers.FloatField(allow_null=True)


class MethodOut(serializers.Serializer[Any]):
    method = serializers.CharField()
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class PanelAnalyteOut(serializers.Serializer[Any]):
    """``units``: what may be chosen beside ``unit``; ``methods``: those with their own range."""

    code = serializers.CharField()
    name = BilingualName()
    unit = serializers.CharField()
    units = serializers.ListField(child=serializers.CharField())
    methods = MethodOut(many=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    critical_low = serializers.FloatField(allow_null=True)
    critical_high = serializers.FloatField(allow_null=True)


class PanelGroup(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = BilingualName()
    codes = serializers.ListField(child=serializers.CharField())


@example(examples.PANEL)
class PanelOut(serializers.Serializer[Any]):
    """What may be entered for an order, with the ranges of its patient."""

    sex = serializers.CharField()
    age = serializers.IntegerField()
    panels = PanelGroup(many=True)
    analytes = PanelAnalyteOut(many=True)


@example(examples.SPECIMEN_NEW)
class SpecimenIn(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(SpecimenKind.choices)
    collected_at = serializers.DateTimeField(required=False, allow_null=True)


@example(examples.REJECT)
class SpecimenRejectIn(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(RejectReason.choices)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)


@example(examples.SPECIMEN)
class SpecimenOut(serializers.ModelSerializer[Specimen]):
    """With whoever took, received and rejected it."""

    patient = OrderPatientOut(source="order.patient")
    job_type = serializers.CharField(source="order.job_type")
    collected_by_name = serializers.CharField(source="collected_by.full_name")
    received_by_name = serializers.CharField(
        source="received_by.full_name", default=None, allow_null=True
    )
    rejected_by_name = serializers.CharField(
        source="rejected_by.full_name", default=None, allow_null=True
    )

    class Meta:
        model = Specimen
        fields = [
            "id",
            "order",
            "patient",
            "job_type",
            "number",
            "kind",
            "state",
            "collected_at",
            "collected_by_name",
            "received_at",
            "received_by_name",
            "rejected_at",
            "rejected_by_name",
            "reject_reason",
            "reject_note",
            "version",
        ]


@example(examples.LABEL)
class SpecimenLabelOut(serializers.Serializer[Any]):
    """``barcode``: ``number`` as Code 128, a digit for each module; 1 is a bar."""

    number = serializers.CharField()
    barcode = serializers.CharField()


@example(ORDER | {"step": "ENTER", "returned": False, "specimens": [examples.SPECIMEN]})
class LabOrderOut(OrderOut):
    """``step``: what the order waits for; ``returned``: its result was sent back."""

    step = serializers.ChoiceField(BenchStep.choices)
    returned = serializers.SerializerMethodField()
    specimens = SpecimenOut(many=True)

    class Meta:
        model = OrderOut.Meta.model
        fields = [*OrderOut.Meta.fields, "step", "returned", "specimens"]

    def get_returned(self, order: Any) -> bool:
        return bool(order.newest_version == ResultState.RETURNED)


@example(examples.COUNTS)
class WorklistCountsOut(serializers.Serializer[Any]):
    """``steps``: a number by step, without those that nothing waits for."""

    steps = serializers.DictField(child=serializers.IntegerField())
    overdue = serializers.IntegerField()
    urgent = serializers.IntegerField()


@example(examples.RETURN)
class LabResultReturnIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


@example(examples.CHECK)
class CheckIn(ResultIn):
    result = serializers.DictField()


@example(examples.CHECKED)
class CheckedRowOut(serializers.Serializer[Any]):
    """``values``: as the row would be stored; null where ``field`` is wrong."""

    list = serializers.CharField()
    index = serializers.IntegerField()
    values = serializers.DictField(allow_null=True)
    field = serializers.CharField()
    problem = serializers.CharField()


@example({"rows": [examples.CHECKED]})
class CheckedOut(serializers.Serializer[Any]):
    rows = CheckedRowOut(many=True)


@example(examples.RESULT_NEW)
class LabResultIn(ResultIn):
    """``reason``: required to amend a result that is out."""

    result = serializers.DictField()


@example(examples.RESULT)
class LabResultOut(serializers.ModelSerializer[ResultVersion]):
    values = serializers.DictField()
    entered = serializers.DictField()
    entered_by_name = serializers.CharField(source="entered_by.full_name")
    verified_by_name = serializers.CharField(
        source="verified_by.full_name", default=None, allow_null=True
    )
    returned_by_name = serializers.CharField(
        source="returned_by.full_name", default=None, allow_null=True
    )

    class Meta:
        model = ResultVersion
        fields = [
            "id",
            "order",
            "number",
            "values",
            "state",
            "source",
            "reason",
            "entered",
            "entered_by",
            "entered_by_name",
            "entered_at",
            "verified_by_name",
            "verified_at",
            "returned_by_name",
            "returned_at",
            "return_reason",
        ]


@example(examples.VALUE)
class LabValueOut(serializers.ModelSerializer[LabValue]):
    """``value`` null: ``text`` is no number, such as ``<0.5``.

    ``corrected_from``: what it was before it was amended, else null.
    """

    name = serializers.SerializerMethodField()
    corrected_from = serializers.SerializerMethodField()

    class Meta:
        model = LabValue
        fields = [
            "id",
            "order",
            "code",
            "name",
            "value",
            "text",
            "unit",
            "low",
            "high",
            "flag",
            "at",
            "corrected_from",
        ]

    @extend_schema_field(BilingualName)
    def get_name(self, row: LabValue) -> dict[str, str]:
        return _name_of(row.code)

    def get_corrected_from(self, row: Any) -> str | None:
        return row.before if row.before != row.text else None


@example(examples.ANALYTE_HISTORY)
class AnalyteHistoryOut(serializers.Serializer[Any]):
    """``values``: the newest six; ``count``: how many there are."""

    code = serializers.CharField()
    name = serializers.SerializerMethodField()
    unit = serializers.CharField()
    count = serializers.IntegerField()
    values = LabValueOut(many=True)

    @extend_schema_field(BilingualName)
    def get_name(self, row: dict[str, Any]) -> dict[str, str]:
        return _name_of(row["code"])


@example(examples.ATTEMPT_NEW)
class AttemptIn(serializers.Serializer[Any]):
    """``confirmed``: the value was read back; nothing else closes it."""

    told = serializers.CharField(max_length=100, validators=[validate_one_line])
    how = serializers.CharField(max_length=60, validators=[validate_one_line])
    outcome = serializers.ChoiceField(CallOutcome.choices)


@example(examples.ATTEMPT)
class AttemptOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    told = serializers.CharField()
    how = serializers.CharField()
    outcome = serializers.ChoiceField(CallOutcome.choices)
    by_name = serializers.CharField(source="by.full_name")
    at = serializers.DateTimeField()


@example(examples.ESCALATION)
class EscalationOut(serializers.Serializer[Any]):
    """``turn``: 1 for the first time that people were alerted again, 2 for the second."""

    id = serializers.IntegerField()
    turn = serializers.IntegerField()
    to_name = serializers.CharField(source="to.full_name")
    at = serializers.DateTimeField()


class CallsOut(serializers.Serializer[Any]):
    """Whom a critical result was told, whether one read it back, and when people are told again."""

    attempts = AttemptOut(many=True)
    escalations = EscalationOut(many=True)
    closed = serializers.SerializerMethodField()
    escalates_at = serializers.SerializerMethodField()

    def get_closed(self, row: Any) -> bool:
        return any(each.outcome == CallOutcome.CONFIRMED for each in row.attempts.all())

    def get_escalates_at(self, row: Any) -> datetime | None:
        at = None if self.get_closed(row) else escalation_at(row.at, timezone.now())
        return timezone.localtime(at) if at else None


@example(examples.CRITICAL)
class CriticalOut(CallsOut, serializers.ModelSerializer[CriticalValue]):
    patient = OrderPatientOut()
    name = BilingualName()

    class Meta:
        model = CriticalValue
        fields = [
            "id",
            "order",
            "patient",
            "code",
            "name",
            "value",
            "unit",
            "flag",
            "limit",
            "at",
            "closed",
            "escalates_at",
            "attempts",
            "escalations",
        ]


@example(examples.OPEN_CRITICALS)
class OpenCriticalsOut(serializers.Serializer[Any]):
    """``since``: when the oldest came out; ``escalated_to``: whom the last escalation alerted."""

    count = serializers.IntegerField()
    since = serializers.DateTimeField(allow_null=True)
    escalated_at = serializers.DateTimeField(allow_null=True)
    escalated_to = serializers.ListField(child=serializers.CharField())
    escalates_at = serializers.DateTimeField(allow_null=True)
