from __future__ import annotations

import json
from typing import Any

from rest_framework import serializers

from common.api.schema import example
from ocs import examples, selectors
from ocs.choices import JobRole, Priority
from ocs.models import Order, OrderHistory

MAX_RESULT_BYTES = 64 << 10


@example(examples.ORDER_NEW)
class OrderIn(serializers.Serializer[Any]):
    patient = serializers.IntegerField(min_value=1)
    encounter = serializers.IntegerField(min_value=1, required=False, allow_null=True)
    job_role = serializers.ChoiceField(JobRole.choices)
    job_type = serializers.RegexField(
        r"^[\w ./()+-]+\Z",
        max_length=60,
        help_text="Examination or test, for example MR_BRAIN or BLOOD",
    )
    priority = serializers.ChoiceField(Priority.choices, required=False)
    clinical_info = serializers.CharField(max_length=500, required=False, allow_blank=True)


@example(examples.STEP)
class StepIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


@example(examples.RESULT)
class ResultIn(StepIn):
    """``result``: an object; required with values for laboratory orders."""

    result = serializers.DictField(required=False)

    def validate_result(self, result: dict[str, Any]) -> dict[str, Any]:
        """At most 64 KiB of valid Unicode."""
        try:
            size = len(json.dumps(result, ensure_ascii=False).encode())
        except UnicodeEncodeError:
            raise serializers.ValidationError("not valid Unicode") from None
        if size > MAX_RESULT_BYTES:
            raise serializers.ValidationError("larger than 64 KiB")
        return result


class OrderPatientOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    patient_id = serializers.CharField()
    full_name = serializers.CharField()


@example(examples.ORDER)
class OrderOut(serializers.ModelSerializer[Order]):
    """An order; patients see its ``result`` only when it is confirmed."""

    patient = OrderPatientOut()
    ordered_by_name = serializers.CharField(source="ordered_by.full_name")
    result = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields = [
            "id",
            "accession_number",
            "patient",
            "encounter",
            "job_role",
            "job_type",
            "priority",
            "status",
            "clinical_info",
            "result",
            "ordered_by",
            "ordered_by_name",
            "ordered_at",
            "version",
        ]

    def get_result(self, order: Order) -> dict[str, Any] | None:
        shown = selectors.result_shown(self.context["request"].user, order)
        return order.result if shown else None


@example(examples.ORDER_STEP)
class OrderHistoryOut(serializers.ModelSerializer[OrderHistory]):
    actor_name = serializers.CharField(source="actor.full_name")

    class Meta:
        model = OrderHistory
        fields = ["id", "from_status", "to_status", "actor", "actor_name", "reason", "at"]
