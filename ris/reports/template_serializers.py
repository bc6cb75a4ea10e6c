from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.schema import example
from emr.serializers.chart_bodies import StrictIn
from ocs.serializers import BilingualName
from ris.reports import examples
from ris.reports.templating import KEY


@example(examples.TEMPLATE_FILE, media_type="multipart/form-data")
class TemplateFileIn(serializers.Serializer[Any]):
    """``code``: of the template that it becomes or replaces; without, made of its title."""

    file = serializers.FileField(help_text="MRRT: HTML5 in UTF-8, without scripts")
    code = serializers.RegexField(KEY, required=False)


@example(examples.TEMPLATE_CHANGE)
class TemplateChangeIn(StrictIn):
    retired = serializers.BooleanField()


class TemplateSectionOut(serializers.Serializer[Any]):
    """``text``: what a new report begins with."""

    key = serializers.CharField()
    label = BilingualName()  # type: ignore[assignment]
    required = serializers.BooleanField()  # type: ignore[assignment]
    text = BilingualName()


class TemplateChoiceOut(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = BilingualName()  # type: ignore[assignment]


class TemplateFieldOut(serializers.Serializer[Any]):
    """``section``: below whose text it stands; ``unit``: UCUM; bounds are inclusive."""

    key = serializers.CharField()
    label = BilingualName()  # type: ignore[assignment]
    section = serializers.CharField()
    type = serializers.ChoiceField(["choice", "number", "text", "boolean", "date"])
    required = serializers.BooleanField()  # type: ignore[assignment]
    multiple = serializers.BooleanField(default=False)
    unit = serializers.CharField(default="")
    minimum = serializers.FloatField(allow_null=True, default=None)
    maximum = serializers.FloatField(allow_null=True, default=None)
    choices = TemplateChoiceOut(many=True, default=list)


@example(examples.TEMPLATES[0])
class TemplateOut(serializers.Serializer[Any]):
    """``imported``: the hospital's own; of a ``retired`` one no report is begun."""

    code = serializers.CharField()
    version = serializers.IntegerField()
    examination = serializers.CharField()
    name = BilingualName()
    imported = serializers.BooleanField()
    retired = serializers.BooleanField()
    sections = TemplateSectionOut(many=True)
    fields = TemplateFieldOut(many=True)  # type: ignore[assignment]
