from __future__ import annotations

import json
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from common.api.schema import example
from emr.choices import Gender
from ocs import examples, selectors
from ocs.choices import BodyPart, JobRole, Laterality, Priority, SheetPart
from ocs.models import Order, OrderHistory, OrderNote

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
    body_part = serializers.ChoiceField(
        BodyPart.choices,
        required=False,
        allow_blank=True,
        help_text="For imaging, surgery and radiotherapy",
    )
    laterality = serializers.ChoiceField(
        Laterality.choices,
        required=False,
        allow_blank=True,
        help_text="Of a body part that has sides",
    )
    due_at = serializers.DateTimeField(required=False, allow_null=True)
    reason = serializers.CharField(
        max_length=300,
        required=False,
        allow_blank=True,
        help_text="Why it is ordered although it may be a duplicate; in its history",
    )


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
    assigned_to_name = serializers.CharField(
        source="assigned_to.full_name", default=None, allow_null=True
    )
    overdue = serializers.SerializerMethodField()
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
            "body_part",
            "laterality",
            "due_at",
            "overdue",
            "assigned_to",
            "assigned_to_name",
            "result",
            "result_schema_version",
            "ordered_by",
            "ordered_by_name",
            "ordered_at",
            "version",
        ]

    def get_overdue(self, order: Order) -> bool:
        late = order.due_at is not None and order.due_at < timezone.now()
        return late and order.status in selectors.UNDONE

    def get_result(self, order: Order) -> dict[str, Any] | None:
        shown = selectors.result_shown(self.context["request"].user, order)
        return order.result if shown else None


@example(examples.ORDER_STEP)
class OrderHistoryOut(serializers.ModelSerializer[OrderHistory]):
    actor_name = serializers.CharField(source="actor.full_name")

    class Meta:
        model = OrderHistory
        fields = ["id", "from_status", "to_status", "actor", "actor_name", "reason", "at"]


@example(examples.DUPLICATE)
class DuplicateOut(serializers.ModelSerializer[Order]):
    ordered_by_name = serializers.CharField(source="ordered_by.full_name")

    class Meta:
        model = Order
        fields = ["id", "accession_number", "job_type", "status", "ordered_by_name", "ordered_at"]


@example(examples.DUPLICATES)
class DuplicatesOut(serializers.Serializer[Any]):
    possible_duplicates = DuplicateOut(many=True)


@example(examples.ORDER_CREATED)
class OrderCreatedOut(OrderOut):
    """``possible_duplicates``: open orders of the same for the same patient within 24 hours."""

    possible_duplicates = DuplicateOut(many=True)

    class Meta:
        model = Order
        fields = [*OrderOut.Meta.fields, "possible_duplicates"]


class DuplicateQuery(serializers.Serializer[Any]):
    patient = serializers.IntegerField(min_value=1)
    job_type = serializers.CharField(max_length=60)


@example(examples.ASSIGN)
class AssignIn(serializers.Serializer[Any]):
    """``user`` null: nobody has the order."""

    user = serializers.IntegerField(min_value=1, allow_null=True)


@example(examples.ASSIGNEES[0])
class AssigneeOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    full_name = serializers.CharField()


@example(examples.NOTE_NEW)
class OrderNoteIn(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=2000)


@example(examples.NOTE)
class OrderNoteOut(serializers.ModelSerializer[OrderNote]):
    author_name = serializers.CharField(source="author.full_name")

    class Meta:
        model = OrderNote
        fields = ["id", "text", "author", "author_name", "at"]


class BilingualName(serializers.Serializer[Any]):
    ko = serializers.CharField()
    en = serializers.CharField()


class OrderSetRow(serializers.Serializer[Any]):
    job_role = serializers.ChoiceField(JobRole.choices)
    job_type = serializers.CharField()
    priority = serializers.ChoiceField(Priority.choices, default=Priority.ROUTINE)
    body_part = serializers.ChoiceField(BodyPart.choices, allow_blank=True, default="")


@example(examples.ORDER_SETS[0])
class OrderSetOut(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = BilingualName()
    orders = OrderSetRow(many=True)


@example(examples.SET_FOR)
class OrderSetIn(serializers.Serializer[Any]):
    """``rows``: which of the set's orders, counted from 0; all of them by default."""

    patient = serializers.IntegerField(min_value=1)
    rows = serializers.ListField(
        child=serializers.IntegerField(min_value=0),
        allow_empty=False,
        max_length=50,
        required=False,
    )
    clinical_info = serializers.CharField(max_length=500, required=False, allow_blank=True)
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)


@example(examples.SET_APPLIED)
class OrderSetApplied(serializers.Serializer[Any]):
    orders = OrderOut(many=True)


class SheetQuery(serializers.Serializer[Any]):
    part = serializers.ChoiceField(SheetPart.choices)


@example(examples.SHEET)
class OrderSheetOut(serializers.Serializer[Any]):
    """``barcode``: the accession number as Code 128, a digit for each module: 1 is a bar."""

    hospital = serializers.CharField()
    printed_at = serializers.DateTimeField()
    printed_by_name = serializers.CharField()
    barcode = serializers.CharField()
    birth_date = serializers.DateField(source="order.patient.birth_date")
    gender = serializers.ChoiceField(Gender.choices, source="order.patient.gender")
    order = OrderOut()
    history = OrderHistoryOut(many=True)


class SchemaQuery(serializers.Serializer[Any]):
    version = serializers.IntegerField(min_value=1, max_value=9999, required=False)
