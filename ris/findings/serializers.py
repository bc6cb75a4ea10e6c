from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.schema import example
from ris import examples
from ris.findings.lexicon import CONCEPTS

LIMIT = 64 << 10
"""Bytes of UTF-8."""


@example(examples.KEY_FINDINGS_TEXT)
class KeyFindingsIn(serializers.Serializer[Any]):
    """Korean and English are recognised side by side, whichever ``language`` says."""

    text = serializers.CharField(
        allow_blank=True, trim_whitespace=False, max_length=LIMIT, help_text="At most 64 KiB"
    )
    language = serializers.ChoiceField(["ko", "en"], required=False)

    def validate_text(self, text: str) -> str:
        if len(text.encode()) > LIMIT:
            raise serializers.ValidationError("The text has more than 64 KiB. Shorten it.")
        return text


class KeyFindingOut(serializers.Serializer[Any]):
    concept = serializers.ChoiceField([(name, name) for name in CONCEPTS])
    code = serializers.CharField(allow_null=True, help_text="SNOMED CT; null where it has none")
    term = serializers.CharField()
    start = serializers.IntegerField(help_text="In code points of the text as sent")
    end = serializers.IntegerField()
    negated = serializers.BooleanField()
    uncertain = serializers.BooleanField()
    historical = serializers.BooleanField()


@example(examples.KEY_FINDINGS)
class KeyFindingsOut(serializers.Serializer[Any]):
    findings = KeyFindingOut(many=True)
