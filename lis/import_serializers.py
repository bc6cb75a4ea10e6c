"""What comes in from outside: messages, files, and what became of them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.schema import example
from lis import examples
from lis.models import InboundMessage


@example(examples.MESSAGE)
class MessageOut(serializers.ModelSerializer[InboundMessage]):
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
            "received_at",
            "discard_reason",
        ]


@example(examples.MESSAGE_TEXT)
class MessageTextOut(MessageOut):
    """``raw``: as it came, at most 64 KiB, with a mark for each byte that is no text.

    ``withheld``: it speaks of a patient whom the person may not see, so that ``raw`` is empty.
    """

    raw = serializers.SerializerMethodField()
    withheld = serializers.SerializerMethodField()

    class Meta:
        model = InboundMessage
        fields = [*MessageOut.Meta.fields, "raw", "withheld"]

    def get_raw(self, row: InboundMessage) -> str:
        return str(self.context["raw"])

    def get_withheld(self, row: InboundMessage) -> bool:
        return bool(self.context["withheld"])


@example(examples.MESSAGE_FOR)
class MessageAssignIn(serializers.Serializer[Any]):
    order = serializers.IntegerField(min_value=1)


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
