from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.schema import example
from lis import examples
from lis.analytes import analytes
from lis.choices import CallOutcome, RejectReason, SpecimenKind
from lis.models import (
    CriticalAttempt,
    CriticalValue,
    InboundMessage,
    LabValue,
    ResultVersion,
    Specimen,
)
from ocs.serializers import BilingualName, OrderPatientOut, ResultIn

SHOWN_BYTES = 64 << 10


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
    class Meta:
        model = Specimen
        fields = [
            "id",
            "order",
            "number",
            "kind",
            "state",
            "collected_at",
            "received_at",
            "reject_reason",
            "reject_note",
            "version",
        ]


@example(examples.RESULT_NEW)
class LabResultIn(ResultIn):
    """``reason``: required to amend a result that is out."""

    result = serializers.DictField()


@example(examples.RESULT)
class LabResultOut(serializers.ModelSerializer[ResultVersion]):
    values = serializers.DictField()
    entered_by_name = serializers.CharField(source="entered_by.full_name")
    verified_by_name = serializers.CharField(
        source="verified_by.full_name", default=None, allow_null=True
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
            "entered_by_name",
            "entered_at",
            "verified_by_name",
            "verified_at",
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

    told = serializers.CharField(max_length=100)
    how = serializers.CharField(max_length=60)
    outcome = serializers.ChoiceField(CallOutcome.choices)


@example(examples.ATTEMPT)
class AttemptOut(serializers.ModelSerializer[CriticalAttempt]):
    by_name = serializers.CharField(source="by.full_name")

    class Meta:
        model = CriticalAttempt
        fields = ["id", "told", "how", "outcome", "by_name", "at"]


@example(examples.CRITICAL)
class CriticalOut(serializers.ModelSerializer[CriticalValue]):
    patient = OrderPatientOut()
    name = BilingualName()
    attempts = AttemptOut(many=True)
    closed = serializers.SerializerMethodField()

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
            "attempts",
        ]

    def get_closed(self, row: CriticalValue) -> bool:
        return any(each.outcome == CallOutcome.CONFIRMED for each in row.attempts.all())


@example(examples.MESSAGE)
class MessageOut(serializers.ModelSerializer[InboundMessage]):
    """``raw``: as it came, at most 64 KiB, with a mark for each byte that is no UTF-8."""

    raw = serializers.SerializerMethodField()

    class Meta:
        model = InboundMessage
        fields = [
            "id",
            "kind",
            "sender",
            "control_id",
            "state",
            "reason",
            "order",
            "raw",
            "received_at",
            "discard_reason",
        ]

    def get_raw(self, row: InboundMessage) -> str:
        return bytes(row.raw)[:SHOWN_BYTES].decode("utf-8", "replace")


@example(examples.DISCARD)
class MessageDiscardIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class RejectedLine(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    reason = serializers.CharField()


@example(examples.IMPORTED)
class ImportedOut(serializers.Serializer[Any]):
    accepted = serializers.IntegerField()
    rejected = RejectedLine(many=True)


class FileIn(serializers.Serializer[Any]):
    file = serializers.FileField()


@example(examples.RNA)
class RnaOut(serializers.Serializer[Any]):
    """What the result of the order names as ``rna_seq``."""

    file = serializers.CharField(source="sha256")
    genes = serializers.IntegerField()
    samples = serializers.IntegerField()
