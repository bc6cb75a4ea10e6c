"""Shapes of routing rules, their dry run, what came of them, and of the queue."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ai import examples
from ai.choices import DryOutcome, JobStatus, RoutingRefusal
from ai.models import AIJob, QueueSetting, RoutingDecision, RoutingRule
from ai.serializers import JobStudyOut, ModelRefOut, OutlookOut, places_read
from ai.services.mr_kinds import MrKind
from ai.services.waiting import outlook_listed
from common.api.schema import example
from emr.serializers import validate_one_line
from ocs.choices import Priority

SEQUENCES = [kind.value for kind in MrKind if kind]
MOST_WORDS = 10
MOST_QUEUED = 1000
_LINE = [validate_one_line]


@example(examples.ROUTING_RULE_NEW)
class RoutingRuleIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80, validators=_LINE)
    enabled = serializers.BooleanField(required=False)
    position = serializers.IntegerField(min_value=0, max_value=10_000, required=False)
    modality = serializers.RegexField(r"^[A-Z0-9_]+\Z", max_length=16)
    sequence = serializers.ChoiceField(
        SEQUENCES, required=False, allow_blank=True, help_text="Of MR, by the images' headers"
    )
    words = serializers.ListField(
        child=serializers.CharField(max_length=40, validators=_LINE),
        max_length=MOST_WORDS,
        required=False,
        help_text="All of them are in the Series Description, in upper or lower case",
    )
    body_part = serializers.RegexField(
        r"^[A-Z0-9_ ]*\Z", max_length=16, required=False, allow_blank=True
    )
    job_type = serializers.RegexField(
        r"^[A-Za-z0-9_-]*\Z",
        max_length=60,
        required=False,
        allow_blank=True,
        help_text="The order's examination",
    )
    priority = serializers.ChoiceField(
        Priority.choices, required=False, allow_blank=True, help_text="Of the order, at least"
    )
    model_id = serializers.CharField(max_length=60)
    model_version = serializers.CharField(
        max_length=30, required=False, allow_blank=True, help_text="Empty: the hospital's"
    )
    urgency = serializers.ChoiceField(
        Priority.choices, required=False, allow_blank=True, help_text="Empty: the order's"
    )


@example(examples.ROUTING_RULE_CHANGE)
class RoutingRulePatchIn(RoutingRuleIn):
    pass


@example(examples.ROUTING_RULE)
class RoutingRuleOut(serializers.ModelSerializer[RoutingRule]):
    words = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = RoutingRule
        fields = [
            "id",
            "name",
            "enabled",
            "position",
            "modality",
            "sequence",
            "words",
            "body_part",
            "job_type",
            "priority",
            "model_id",
            "model_version",
            "urgency",
            "version",
        ]


@example(examples.ROUTING_DRY_RUN_OF)
class DryRunIn(serializers.Serializer[Any]):
    days = serializers.IntegerField(min_value=1, max_value=365, default=30)
    page = serializers.IntegerField(min_value=1, max_value=10_000, default=1)


@example(examples.ROUTING_DRY_RUN)
class DraftDryRunIn(RoutingRuleIn, DryRunIn):
    name = serializers.CharField(max_length=80, required=False, validators=_LINE)


class RoutedStudyOut(JobStudyOut):
    study_instance_uid = serializers.CharField()
    patient = serializers.IntegerField(source="patient_id")
    patient_id = serializers.CharField(source="patient.patient_id")
    patient_name = serializers.CharField(source="patient.full_name")


class DryLineOut(serializers.Serializer[Any]):
    study = RoutedStudyOut()
    outcome = serializers.ChoiceField(DryOutcome.choices)
    series_instance_uid = serializers.CharField(
        source="choice.series.series_instance_uid", default=None, allow_null=True
    )
    series_description = serializers.CharField(
        source="choice.series.description", default=None, allow_null=True
    )
    refusal = serializers.ChoiceField(
        RoutingRefusal.choices, source="choice.refusal", allow_blank=True
    )
    detail = serializers.CharField(source="choice.detail")
    job = serializers.IntegerField(
        source="job.pk", default=None, allow_null=True, help_text="Of the same input, if known"
    )


@example(examples.ROUTING_DRY_RESULT)
class DryRunOut(serializers.Serializer[Any]):
    count = serializers.IntegerField(
        help_text="Studies that match, but for the sequence, which is asked of a page alone"
    )
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    seconds = serializers.FloatField(allow_null=True, help_text="Of one run; null before the first")
    expected_seconds = serializers.FloatField(
        allow_null=True, help_text="Of machine time if every one of `count` is run"
    )
    lines = DryLineOut(many=True)


@example(examples.ROUTING_DECISION)
class RoutingDecisionOut(serializers.ModelSerializer[RoutingDecision]):
    rule_name = serializers.CharField(source="rule.name")
    study = RoutedStudyOut()
    job_status = serializers.ChoiceField(
        JobStatus.choices, source="job.status", default=None, allow_null=True
    )

    class Meta:
        model = RoutingDecision
        fields = [
            "id",
            "rule",
            "rule_name",
            "study",
            "job",
            "job_status",
            "refusal",
            "detail",
            "at",
        ]


@example(examples.QUEUED)
class QueuedOut(serializers.ModelSerializer[AIJob]):
    """A job without its patient: who manages the models need not know."""

    model = ModelRefOut(source="*")
    requested_by = serializers.CharField(
        source="requested_by.username", default=None, allow_null=True
    )
    requested_by_name = serializers.CharField(
        source="asked_by_name", help_text="Of the person, or of the routing rule"
    )
    outlook = serializers.SerializerMethodField()

    class Meta:
        model = AIJob
        fields = [
            "id",
            "status",
            "urgency",
            "model",
            "origin",
            "requested_by",
            "requested_by_name",
            "outlook",
            "created_at",
            "started_at",
        ]

    @extend_schema_field(OutlookOut)
    def get_outlook(self, job: AIJob) -> dict[str, Any]:
        return dict(OutlookOut(outlook_listed(job, places_read(self.context))).data)


@example(examples.QUEUE_SETTING_CHANGE)
class QueueSettingIn(serializers.Serializer[Any]):
    queued_per_user = serializers.IntegerField(min_value=1, max_value=MOST_QUEUED)


@example(examples.QUEUE_SETTING)
class QueueSettingOut(serializers.ModelSerializer[QueueSetting]):
    class Meta:
        model = QueueSetting
        fields = ["queued_per_user", "version"]
