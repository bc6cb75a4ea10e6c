"""Shapes of AI jobs, models and segmentations."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ai import examples
from ai.card_serializers import RESULT_KIND, RUN_KINDS, ModelOut
from ai.choices import VersionKind
from ai.fact_serializers import (
    ClassOut,
    FactOut,
    MeasurementOut,
    QuantityOut,
    StatementOut,
    facts_shown,
    uid_field,
)
from ai.manifest import ManifestError, TrackedSegment, with_result_kind
from ai.models import AIJob, Segmentation, SegmentationVersion
from ai.publication_serializers import JobErrorOut, PublicationOut
from ai.selectors.moved_sources import on_moved_sources
from ai.selectors.outcome import outcome
from ai.selectors.publication import publication_view
from ai.services.queue import QueuePlace, places
from ai.services.waiting import outlook, outlook_listed
from common.api.schema import example
from ocs.choices import Priority


@example(examples.JOB_NEW)
class AIJobIn(serializers.Serializer[Any]):
    study_instance_uid = uid_field(required=False)
    series_instance_uid = uid_field(required=False)
    sequences = serializers.DictField(
        child=uid_field(),
        required=False,
        help_text="Of a model of several sequences: series by id, else the best of the study",
    )
    model_type = serializers.CharField(max_length=60)
    model_version = serializers.CharField(
        max_length=30, required=False, help_text="Without it, the hospital's default version"
    )
    patient = serializers.IntegerField(
        min_value=1, required=False, help_text="Of a rule, which is about a patient"
    )
    facts_given = serializers.DictField(
        required=False,
        help_text="Of a rule: what the doctor says of what no record holds, by the fact's name",
    )
    parameters = serializers.DictField(required=False)
    urgency = serializers.ChoiceField(
        Priority.choices, required=False, help_text="Without it, the order's"
    )


@example(examples.REVIEW)
class ReviewIn(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(["approve", "reject"])
    version = serializers.IntegerField(min_value=1, required=False)
    comment = serializers.CharField(max_length=500, required=False, allow_blank=True)


class AIJobAcceptedOut(serializers.ModelSerializer[AIJob]):
    class Meta:
        model = AIJob
        fields = ["id", "status", "review_status"]


class ResultOut(serializers.Serializer[Any]):
    risk_score = serializers.FloatField(allow_null=True)
    confidence = serializers.FloatField(
        allow_null=True,
        help_text="Mean voxel probability of the mask: not the probability that it is right",
    )
    processing_time = serializers.FloatField()
    preview_png = serializers.CharField(help_text="base64 PNG; empty without a mask")
    warnings = serializers.ListField(child=serializers.CharField())
    measurements = MeasurementOut(
        many=True, help_text="of the approved version; of the newest without an approval"
    )
    version = serializers.IntegerField(
        allow_null=True, help_text="of the mask that was measured; null without a mask"
    )
    kind = serializers.ChoiceField(VersionKind.choices, allow_null=True)
    quantities = QuantityOut(many=True)
    classes = ClassOut(many=True)
    statements = StatementOut(many=True, help_text="Of a rule: the path of its reasoning")

    def to_representation(self, instance: dict[str, Any]) -> dict[str, Any]:
        """Rows of before know segment volumes alone."""
        absent: dict[str, Any] = {"quantities": [], "classes": [], "statements": []}
        absent |= {"version": None, "kind": None}
        return super().to_representation(absent | instance)


class ModelRefOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="model_id")
    version = serializers.CharField(source="model_version")
    kind = serializers.SerializerMethodField()
    result_kind = serializers.SerializerMethodField()
    name = serializers.CharField(source="model_manifest.name")
    name_ko = serializers.CharField(source="model_manifest.name_ko", required=False)

    @extend_schema_field(serializers.ChoiceField(RUN_KINDS))
    def get_kind(self, job: AIJob) -> str:
        return str(with_result_kind(job.model_manifest).get("kind", ""))

    @extend_schema_field(serializers.CharField(help_text=RESULT_KIND))
    def get_result_kind(self, job: AIJob) -> str:
        return str(with_result_kind(job.model_manifest).get("result_kind", ""))


class StepOut(serializers.Serializer[Any]):
    step = serializers.CharField()
    at = serializers.DateTimeField()


class JobStudyOut(serializers.Serializer[Any]):
    description = serializers.CharField()
    study_date = serializers.DateField(allow_null=True)
    study_time = serializers.CharField()
    accession_number = serializers.CharField()


class JobRows(serializers.ListSerializer[AIJob]):
    """One look-up of moved sources for all results."""

    def to_representation(self, data: Any) -> list[Any]:
        rows = list(data)
        moved = on_moved_sources([row.pk for row in rows])
        for row in rows:
            row.sources_moved = row.pk in moved
        return super().to_representation(rows)


def places_read(context: Any) -> dict[int, QueuePlace]:
    """The places in the queue, read once for all rows of an answer."""
    if "places" not in context:
        context["places"] = places()
    found: dict[int, QueuePlace] = context["places"]
    return found


class OutlookOut(serializers.Serializer[Any]):
    progress = serializers.FloatField(
        allow_null=True, help_text="Of the run, 0..1, as the model tells it"
    )
    expected_wait_s = serializers.FloatField(
        allow_null=True, help_text="By the runs of before; null when nobody knows"
    )
    place = serializers.IntegerField(
        allow_null=True, help_text="Among those that wait: 1 is the next"
    )


@example(examples.JOB_LISTED)
class AIJobListOut(serializers.ModelSerializer[AIJob]):
    model = ModelRefOut(source="*")
    study_instance_uid = serializers.CharField(
        source="study.study_instance_uid",
        default=None,
        allow_null=True,
        help_text="null of a job about a patient",
    )
    series_instance_uid = serializers.CharField(
        source="series.series_instance_uid", default=None, allow_null=True
    )
    study = JobStudyOut(allow_null=True)
    series_description = serializers.CharField(
        source="series.description", default=None, allow_null=True
    )
    patient = serializers.IntegerField(source="patient_id")
    patient_id = serializers.CharField(source="patient.patient_id")
    patient_name = serializers.CharField(source="patient.full_name")
    requested_by = serializers.CharField(
        source="requested_by.username",
        default=None,
        allow_null=True,
        help_text="null of what a routing rule asked for",
    )
    requested_by_name = serializers.CharField(
        source="asked_by_name", help_text="Of the person, or of the routing rule"
    )
    reviewed_by = serializers.CharField(
        source="reviewed_by.username", default=None, allow_null=True
    )
    reviewed_by_name = serializers.CharField(
        source="reviewed_by.full_name", default=None, allow_null=True
    )
    segmentation = serializers.SerializerMethodField()
    sources_moved = serializers.SerializerMethodField(
        help_text="Its images, or a fact that a rule was given, are of another patient now"
    )
    outlook = serializers.SerializerMethodField()

    class Meta:
        model = AIJob
        list_serializer_class = JobRows
        fields = [
            "id",
            "status",
            "review_status",
            "model",
            "origin",
            "study_instance_uid",
            "series_instance_uid",
            "study",
            "series_description",
            "patient",
            "patient_id",
            "patient_name",
            "requested_by",
            "requested_by_name",
            "reviewed_by",
            "reviewed_by_name",
            "reviewed_at",
            "segmentation",
            "sources_moved",
            "urgency",
            "outlook",
            "created_at",
        ]

    def get_sources_moved(self, job: AIJob) -> bool:
        known = job.sources_moved
        return bool(on_moved_sources([job.pk])) if known is None else known

    @extend_schema_field(OutlookOut)
    def get_outlook(self, job: AIJob) -> dict[str, Any]:
        return dict(OutlookOut(outlook_listed(job, places_read(self.context))).data)

    def get_segmentation(self, job: AIJob) -> int | None:
        segmentation: Segmentation | None = getattr(job, "segmentation", None)
        return segmentation.pk if segmentation else None


class AskerOut(serializers.Serializer[Any]):
    username = serializers.CharField()
    full_name = serializers.CharField()


@example(examples.JOB)
class AIJobOut(AIJobListOut):
    also_asked = AskerOut(many=True, help_text="Who made an equal request after `requested_by`")
    facts = serializers.SerializerMethodField()
    result = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    timeline = StepOut(many=True, source="events")
    publication = serializers.SerializerMethodField()
    card = serializers.SerializerMethodField(
        help_text="Of the model in the version that ran, installed still or not"
    )

    class Meta(AIJobListOut.Meta):
        fields = [
            *AIJobListOut.Meta.fields,
            "also_asked",
            "parameters",
            "facts",
            "result",
            "error",
            "timeline",
            "review_comment",
            "publication",
            "card",
        ]

    @extend_schema_field(ModelOut(allow_null=True))
    def get_card(self, job: AIJob) -> dict[str, Any] | None:
        try:
            return job.manifest.to_json()
        except ManifestError:
            return None

    @extend_schema_field(OutlookOut)
    def get_outlook(self, job: AIJob) -> dict[str, Any]:
        return dict(OutlookOut(outlook(job)).data)

    @extend_schema_field(FactOut(many=True))
    def get_facts(self, job: AIJob) -> list[dict[str, Any]]:
        return facts_shown(job.manifest, job.facts) if job.facts else []

    @extend_schema_field(ResultOut(allow_null=True))
    def get_result(self, job: AIJob) -> dict[str, Any] | None:
        found = outcome(job)
        return dict(ResultOut(found).data) if found else None

    @extend_schema_field(JobErrorOut(allow_null=True))
    def get_error(self, job: AIJob) -> dict[str, str] | None:
        if not job.error_code:
            return None
        return {"code": job.error_code, "detail": job.error_detail}

    @extend_schema_field(PublicationOut)
    def get_publication(self, job: AIJob) -> dict[str, Any]:
        return dict(PublicationOut(publication_view(job)).data)


class SegmentOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    label_ko = serializers.CharField()
    property_type = serializers.SerializerMethodField()
    color = serializers.CharField(allow_null=True)

    def get_property_type(self, segment: TrackedSegment) -> dict[str, str]:
        return asdict(segment.type)


class VersionSummaryOut(serializers.ModelSerializer[SegmentationVersion]):
    author = serializers.CharField(source="author.username", default=None, allow_null=True)
    author_name = serializers.CharField(source="author.full_name", default=None, allow_null=True)
    parent = serializers.IntegerField(  # type: ignore[assignment]
        source="parent.version", default=None, allow_null=True
    )

    class Meta:
        model = SegmentationVersion
        fields = [
            "version",
            "kind",
            "author",
            "author_name",
            "parent",
            "created_at",
            "sha256",
            "volumes_ml",
        ]


@example(examples.SEGMENTATION)
class SegmentationOut(serializers.ModelSerializer[Segmentation]):
    job = serializers.IntegerField(source="job_id")
    study_instance_uid = serializers.CharField(source="job.study.study_instance_uid")
    series_instance_uid = serializers.CharField(source="job.series.series_instance_uid")
    segments = SegmentOut(many=True, source="tracked_segments")
    has_heatmap = serializers.SerializerMethodField()
    versions = VersionSummaryOut(many=True)

    class Meta:
        model = Segmentation
        fields = [
            "id",
            "job",
            "study_instance_uid",
            "series_instance_uid",
            "segments",
            "has_heatmap",
            "versions",
        ]

    def get_has_heatmap(self, segmentation: Segmentation) -> bool:
        return bool(segmentation.heatmap_path)


@example(examples.VERSION)
class VersionOut(VersionSummaryOut):
    rows = serializers.IntegerField(source="segmentation.rows")
    columns = serializers.IntegerField(source="segmentation.columns")
    slices = serializers.ListField(child=serializers.CharField(), source="segmentation.slices")

    class Meta(VersionSummaryOut.Meta):
        fields = [*VersionSummaryOut.Meta.fields, "rows", "columns", "slices"]


class MetaField(serializers.JSONField):
    """JSON in a form field; nesting without end is no JSON."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except RecursionError:
            self.fail("invalid")
