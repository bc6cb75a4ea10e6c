from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.schema import example
from ris import examples
from ris.choices import ReadingStatus


class ReaderOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    username = serializers.CharField()
    full_name = serializers.CharField()


@example(examples.READING_CHANGE)
class ReadingIn(serializers.Serializer[Any]):
    status = serializers.ChoiceField(ReadingStatus.choices)


@example(examples.READING)
class ReadingOut(serializers.Serializer[Any]):
    study_instance_uid = serializers.CharField()
    reading_status = serializers.ChoiceField(ReadingStatus.choices)
    reader = ReaderOut(allow_null=True)
    reading_at = serializers.DateTimeField(allow_null=True)
