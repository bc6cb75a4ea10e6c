"""AI jobs, the masks they made, their review and publication."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from ai.choices import (
    OPEN,
    RUN_BY_MODEL,
    JobStatus,
    Origin,
    ReviewStatus,
    RoutingRefusal,
    VersionKind,
)
from ai.manifest import (
    TRACKED_SEGMENTS,
    ModelManifest,
    TrackedSegment,
    parse_manifest,
)
from ai.models.worklist_rows import FormerWorkitem, Workitem, WorklistSubscription
from common.db import AllOrNoneQuerySet, VersionedModel, VisibleQuerySet
from common.person import Person
from emr import selectors as patients
from ocs.choices import Priority
from pacs.dicom.uids import UID_MAX_LENGTH, new_uid
from pacs.index import studies
from rbac.permissions import Permission

if TYPE_CHECKING:
    from pacs.models import Series

__all__ = [
    "QUEUED_PER_USER",
    "AIJob",
    "AIJobEvent",
    "FormerWorkitem",
    "ModelSetting",
    "Publication",
    "QueueSetting",
    "RoutingDecision",
    "RoutingRule",
    "Segmentation",
    "SegmentationVersion",
    "Workitem",
    "WorklistSubscription",
]
QUEUED_PER_USER = 50

_MANAGE = Permission.MANAGE_MODELS


class AIJobQuerySet(VisibleQuerySet["AIJob"]):
    def visible_to(self, user: Person, permission: str = Permission.REQUEST_AI) -> AIJobQuerySet:
        """Jobs on studies whose pixels this person may see, whatever right to AI results.

        A job without a study is about a patient: whoever may see the patient's record sees it.
        """
        if not user.has_permission(permission):
            return self.none()
        on_images = Q(study__in=studies.studies_visible_to(user, Permission.VIEW_DICOM))
        seen = patients.patients_seen_by(user)
        return self.filter(on_images | Q(study=None, patient__in=seen))

    def queued_for(self, user: Person) -> AIJobQuerySet:
        """All that wait or run, for who manages the models: to be shown without their patients."""
        return self.filter(status__in=OPEN) if user.has_permission(_MANAGE) else self.none()


class AIJob(VersionedModel):
    """One run of one model, on one series or on what is known of a patient.

    ``patient`` is that of the study, and follows it. ``origin``: a mask that a person draws or
    imports is a completed job without a run; one that a routing rule asks for has a ``rule`` and
    nobody in ``requested_by``. ``also_asked``: who made an equal request later. ``facts``: what a
    job about a patient was given; of a model of several sequences, the series of each.
    ``input_sha256``: of model, version, input and parameters; equal requests are one job.
    ``started_at``: of the last run.
    """

    is_repeat = False
    """Of a job in hand, not stored: an equal request had made it before."""

    patient = models.ForeignKey("emr.Patient", on_delete=models.PROTECT, related_name="ai_jobs")
    study = models.ForeignKey(
        "pacs.Study", on_delete=models.PROTECT, related_name="ai_jobs", null=True
    )
    series = models.ForeignKey(
        "pacs.Series", on_delete=models.PROTECT, related_name="ai_jobs", null=True
    )
    origin = models.CharField(
        max_length=10, choices=Origin.choices, default=Origin.MODEL, db_default=Origin.MODEL
    )
    model_id = models.CharField(max_length=60)
    model_version = models.CharField(max_length=30, blank=True)
    model_manifest = models.JSONField(default=dict)
    parameters = models.JSONField(default=dict)
    facts = models.JSONField(null=True)
    input_sha256 = models.CharField(max_length=64, blank=True, db_default="")
    workitem_uid = models.CharField(
        max_length=UID_MAX_LENGTH, unique=True, null=True, default=new_uid
    )
    """Its SOP Instance UID as a Unified Procedure Step; another one after a retry."""
    status = models.CharField(
        max_length=12, choices=JobStatus.choices, default=JobStatus.PENDING, db_index=True
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ai_jobs", null=True
    )
    also_asked = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    rule = models.ForeignKey("RoutingRule", models.PROTECT, related_name="jobs", null=True)
    urgency = models.CharField(
        max_length=10,
        choices=Priority.choices,
        default=Priority.ROUTINE,
        db_default=Priority.ROUTINE,
    )
    started_at = models.DateTimeField(null=True)
    run = models.PositiveIntegerField(default=1)
    result = models.JSONField(null=True)
    seconds = models.FloatField(null=True)
    record = models.JSONField(null=True)
    """What the run was made with (``RunRecord``), of a drawing or an import its input; None: not
    recorded."""
    error_code = models.CharField(max_length=10, blank=True)
    error_detail = models.CharField(max_length=500, blank=True)
    review_status = models.CharField(
        max_length=10, choices=ReviewStatus.choices, default=ReviewStatus.PENDING
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="ai_reviews", null=True
    )
    reviewed_at = models.DateTimeField(null=True)
    review_comment = models.CharField(max_length=500, blank=True)

    sources_moved: bool | None = None
    """Whether it rests on another patient's data by now, where that was looked up."""

    objects = AIJobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["review_status", "status"]),
            models.Index(fields=["patient", "id"]),
            models.Index(fields=["started_at", "requested_by"]),
            models.Index(fields=["model_id", "model_version", "id"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(study__isnull=False, series__isnull=False)
                | Q(study__isnull=True, series__isnull=True),
                name="ai_job_series_with_study",
            ),
            models.CheckConstraint(
                condition=Q(requested_by__isnull=False, rule__isnull=True)
                | Q(requested_by__isnull=True, rule__isnull=False),
                name="ai_job_person_or_rule",
            ),
        ]

    @property
    def source_series(self) -> Series:
        """The series it was run on. Raises ValueError for a job about a patient."""
        if self.series is None:
            raise ValueError(f"AI job {self.pk} has no series")
        return self.series

    @property
    def asked_by_name(self) -> str:
        """The person's, or the routing rule's."""
        if self.rule is not None:
            return self.rule.name
        return self.requested_by.full_name if self.requested_by else ""

    @property
    def succession(self) -> tuple[int | None, str]:
        """Of two approved results in one succession, the later replaces the earlier.

        A model's run replaces its earlier one on the series; a drawing or an import stands alone.
        """
        drawn = "" if self.origin in RUN_BY_MODEL else f" {self.pk}"
        return self.series_id, f"{self.model_id}{drawn}"

    @property
    def manifest(self) -> ModelManifest:
        """The model as it was when the job was requested. Raises ManifestError."""
        return parse_manifest(self.model_manifest)


class AIJobEvent(models.Model):
    """One step of a job's history; publication steps included."""

    job = models.ForeignKey(AIJob, on_delete=models.CASCADE, related_name="events")
    step = models.CharField(max_length=30)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]


class SegmentationQuerySet(VisibleQuerySet["Segmentation"]):
    def visible_to(
        self, user: Person, permission: str = Permission.REQUEST_AI
    ) -> SegmentationQuerySet:
        return self.filter(job__in=AIJob.objects.visible_to(user, permission))


class Segmentation(models.Model):
    """The mask of one job. ``segments`` and ``tracking`` stay the same across versions.

    ``slices``: SOP Instance UIDs in ascending position; labelmaps are (slices, rows, columns).
    ``heatmap``: path and SHA-256 of the probability map in the ``ai_seg`` store; empty: none.
    """

    job = models.OneToOneField(AIJob, on_delete=models.PROTECT, related_name="segmentation")
    segments = models.JSONField()
    slices = models.JSONField()
    rows = models.PositiveIntegerField()
    columns = models.PositiveIntegerField()
    heatmap_path = models.CharField(max_length=200, blank=True, db_default="", default="")
    heatmap_sha256 = models.CharField(max_length=64, blank=True, db_default="", default="")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SegmentationQuerySet.as_manager()

    @property
    def tracked_segments(self) -> tuple[TrackedSegment, ...]:
        return TRACKED_SEGMENTS.validate_python(self.segments)


class SegmentationVersionQuerySet(VisibleQuerySet["SegmentationVersion"]):
    def visible_to(
        self, user: Person, permission: str = Permission.REQUEST_AI
    ) -> SegmentationVersionQuerySet:
        return self.filter(segmentation__in=Segmentation.objects.visible_to(user, permission))


class SegmentationVersion(models.Model):
    """One immutable NIfTI in the ``ai_seg`` store; ``path`` is relative to it.

    ``changes``: by segment the voxels it gained and lost against the parent, and the assist models
    that helped (``AssistUse``); None: not recorded.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    segmentation = models.ForeignKey(
        Segmentation, on_delete=models.PROTECT, related_name="versions"
    )
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=VersionKind.choices)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    path = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    volumes_ml = models.JSONField()
    changes = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SegmentationVersionQuerySet.as_manager()

    class Meta:
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(
                fields=["segmentation", "version"], name="segmentation_version_once"
            )
        ]


class Publication(models.Model):
    """Where an approved result stands on its way to the archive and to FHIR.

    ``dice`` says how far the model's own mask is the approved one (1: the same), ``volume_bias`` by
    which share of the approved volume it is too large.

    A result without a mask has no version and makes no SEG: it goes to FHIR alone. ``sr``: the
    measurement report of the SEG. ``map``: the Parametric Map of the model's probabilities.
    """

    job = models.OneToOneField(AIJob, on_delete=models.PROTECT, related_name="publication")
    version = models.OneToOneField(
        SegmentationVersion, on_delete=models.PROTECT, related_name="publication", null=True
    )
    seg_sop_instance_uid = models.CharField(max_length=64, unique=True, null=True)
    seg_series_instance_uid = models.CharField(max_length=64, null=True)
    seg_stored_at = models.DateTimeField(null=True)
    seg_seen_at = models.DateTimeField(null=True)
    sr_sop_instance_uid = models.CharField(max_length=64, unique=True, null=True)
    sr_series_instance_uid = models.CharField(max_length=64, null=True)
    sr_stored_at = models.DateTimeField(null=True)
    map_sop_instance_uid = models.CharField(max_length=64, unique=True, null=True)
    map_series_instance_uid = models.CharField(max_length=64, null=True)
    map_stored_at = models.DateTimeField(null=True)
    fhir_diagnostic_report = models.CharField(max_length=100, blank=True)
    fhir_imaging_study = models.CharField(max_length=100, blank=True)
    fhir_at = models.DateTimeField(null=True)
    dice = models.FloatField(null=True)
    volume_bias = models.FloatField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)


class ModelSetting(VersionedModel):
    """What the hospital decided on a model; one without a row is on, in its newest version."""

    model_id = models.CharField(max_length=60, unique=True)
    enabled = models.BooleanField(default=True)
    default_version = models.CharField(max_length=30, blank=True)

    objects = AllOrNoneQuerySet["ModelSetting"].as_manager()

    class Meta:
        ordering = ["model_id"]


class QueueSetting(VersionedModel):
    """What the hospital decided on the queue; one row, or none while nothing was changed."""

    queued_per_user = models.PositiveIntegerField(default=QUEUED_PER_USER)

    objects = AllOrNoneQuerySet["QueueSetting"].as_manager()


class RoutingRule(VersionedModel):
    """Which studies go to which model when they arrive; what is empty says nothing.

    Of the series: ``modality``, ``sequence`` (``MrKind``), ``words`` of its description, all of
    them, and ``body_part``. Of the order: its examination (``job_type``) and its ``priority`` at
    least. ``model_version`` empty: the hospital's. ``urgency`` empty: the order's.
    """

    name = models.CharField(max_length=80, unique=True)
    enabled = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    modality = models.CharField(max_length=16)
    sequence = models.CharField(max_length=20, blank=True)
    words = models.JSONField(default=list)
    body_part = models.CharField(max_length=16, blank=True)
    job_type = models.CharField(max_length=60, blank=True)
    priority = models.CharField(max_length=10, choices=Priority.choices, blank=True)
    model_id = models.CharField(max_length=60)
    model_version = models.CharField(max_length=30, blank=True)
    urgency = models.CharField(max_length=10, choices=Priority.choices, blank=True)

    objects = AllOrNoneQuerySet["RoutingRule"].as_manager()

    class Meta:
        ordering = ["position", "id"]


class RoutingDecisionQuerySet(VisibleQuerySet["RoutingDecision"]):
    def visible_to(self, user: Person, permission: str = _MANAGE) -> RoutingDecisionQuerySet:
        if not user.has_permission(permission):
            return self.none()
        return self.filter(study__in=studies.studies_visible_to(user))


class RoutingDecision(models.Model):
    """What came of a rule for a study that it matches: a job, or why there is none."""

    rule = models.ForeignKey(RoutingRule, on_delete=models.CASCADE, related_name="decisions")
    study = models.ForeignKey("pacs.Study", on_delete=models.CASCADE, related_name="+")
    job = models.ForeignKey(AIJob, on_delete=models.PROTECT, related_name="+", null=True)
    refusal = models.CharField(max_length=12, choices=RoutingRefusal.choices, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(auto_now=True)

    objects = RoutingDecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["rule", "study"], name="ai_routing_decision_once")
        ]
