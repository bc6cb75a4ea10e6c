"""Treatment and follow-up of a patient. ``visible_to`` defaults to nothing."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from common.db import VersionedModel, VisibleQuerySet
from common.person import Person
from emr import selectors as patients
from rbac.permissions import Permission
from treatment import choices

Row = TypeVar("Row", bound=models.Model)


class CourseQuerySet(VisibleQuerySet[Row]):
    def visible_to(self, user: Person, permission: str = Permission.VIEW_ENCOUNTER) -> Self:
        """Rows of the patients that ``permission`` reaches; none by default."""
        return self.filter(patient__in=patients.patients_seen_by(user, permission))

    def live(self) -> Self:
        """Without what was removed, which stays in the table and in the history."""
        return self.filter(removed_at=None)


class CourseRow(VersionedModel):
    """What all records have in common. ``record``: its kind, in the history and the audit log."""

    record: ClassVar[choices.RecordKind]

    patient = models.ForeignKey("emr.Patient", on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    removed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=1000, blank=True)

    objects: ClassVar[Any] = CourseQuerySet.as_manager()

    class Meta:
        abstract = True


class Revision(models.Model):
    """A record as it was after one change: who made it, and when. ``actor`` null: the clock."""

    kind = models.CharField(max_length=15, choices=choices.RecordKind.choices)
    row = models.PositiveBigIntegerField()
    patient = models.ForeignKey("emr.Patient", on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=10, choices=choices.RecordAction.choices)
    version = models.PositiveIntegerField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    reason = models.CharField(max_length=300, blank=True, db_default="")
    at = models.DateTimeField(auto_now_add=True)
    values = models.JSONField(encoder=DjangoJSONEncoder)

    objects: ClassVar[Any] = CourseQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "row", "version"], name="revision_once")
        ]


class Plan(CourseRow):
    """A treatment. Of surgery, radiotherapy and chemotherapy only the fields of its kind are set.

    ``cycles``: ``[{cycle, day, drug, dose, unit}]``.
    """

    record = choices.RecordKind.PLAN

    kind = models.CharField(max_length=15, choices=choices.TreatmentKind.choices)
    status = models.CharField(
        max_length=10, choices=choices.PlanStatus.choices, default=choices.PlanStatus.PLANNED
    )
    title = models.CharField(max_length=200)
    planned_on = models.DateField(null=True)
    started_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    stop_reason = models.CharField(max_length=300, blank=True)
    order = models.ForeignKey("ocs.Order", on_delete=models.PROTECT, related_name="+", null=True)
    extent_of_resection = models.CharField(
        max_length=12, choices=choices.ResectionExtent.choices, blank=True
    )
    resection_percent = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    total_dose_gy = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    fractions = models.PositiveSmallIntegerField(null=True)
    technique = models.CharField(
        max_length=12, choices=choices.RadiotherapyTechnique.choices, blank=True
    )
    target = models.CharField(max_length=200, blank=True)
    regimen = models.CharField(max_length=100, blank=True)
    drugs = models.JSONField(default=list)
    cycles = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["patient", "kind"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__gte=F("started_on")) | Q(ended_on=None) | Q(started_on=None),
                name="plan_ends_after_its_start",
            ),
            models.CheckConstraint(
                condition=Q(total_dose_gy=None) | Q(total_dose_gy__gt=0, total_dose_gy__lte=100),
                name="plan_dose_is_plausible",
            ),
        ]


class CourseEvent(CourseRow):
    """What happened in a treatment: an operation, fractions or a cycle given, a complication."""

    record = choices.RecordKind.EVENT

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=20, choices=choices.CourseEventKind.choices)
    occurred_on = models.DateField()
    cycle = models.PositiveSmallIntegerField(null=True)
    fractions = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["-occurred_on", "-id"]


class AdverseEvent(CourseRow):
    """By CTCAE v5. ``term``: as CTCAE names it (``treatment.ctcae``), or free text."""

    record = choices.RecordKind.ADVERSE_EVENT

    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, related_name="adverse_events", null=True
    )
    term = models.CharField(max_length=100)
    grade = models.PositiveSmallIntegerField()
    onset_on = models.DateField()
    ended_on = models.DateField(null=True)
    attribution = models.CharField(max_length=10, choices=choices.Attribution.choices)
    action_taken = models.CharField(max_length=15, choices=choices.ActionTaken.choices)

    class Meta:
        ordering = ["-onset_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(grade__gte=1, grade__lte=5), name="adverse_event_has_a_ctcae_grade"
            )
        ]


class PerformanceStatus(CourseRow):
    """Karnofsky (0-100 by 10), ECOG (0-5), or both, on one day."""

    record = choices.RecordKind.PERFORMANCE

    assessed_on = models.DateField()
    karnofsky = models.PositiveSmallIntegerField(null=True)
    ecog = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["-assessed_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(karnofsky=None, ecog=None), name="performance_has_a_scale"
            )
        ]


class Visit(CourseRow):
    """A planned follow-up visit. ``clinician``: the doctor who is responsible for it."""

    record = choices.RecordKind.VISIT

    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    planned_at = models.DateTimeField()
    purpose = models.CharField(max_length=200)
    status = models.CharField(
        max_length=10, choices=choices.VisitStatus.choices, default=choices.VisitStatus.PLANNED
    )

    class Meta:
        ordering = ["-planned_at", "-id"]
        indexes = [models.Index(fields=["status", "planned_at"])]


class Assessment(CourseRow):
    """What was measured on one study; its RANO response is computed (``treatment.rano``).

    ``lesions``: ``[{label, longest_mm, perpendicular_mm}]``. ``steroid_mg``: dexamethasone or its
    equivalent a day; 0 also for mere replacement. Null: not known. ``live`` is null when removed,
    and when the study turned out to be another patient's and was assessed anew: a study has one
    assessment at most.
    """

    record = choices.RecordKind.RESPONSE

    study_instance_uid = models.CharField(max_length=64)
    assessed_on = models.DateField()
    baseline = models.BooleanField(default=False)
    lesions = models.JSONField()
    flair = models.CharField(max_length=10, choices=choices.FlairChange.choices, null=True)
    new_lesion = models.BooleanField(null=True)
    new_lesion_outside_field = models.BooleanField(null=True)
    steroid_mg = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    clinical = models.CharField(max_length=10, choices=choices.ClinicalChange.choices, null=True)
    live = models.BooleanField(null=True, default=True)

    class Meta:
        ordering = ["-assessed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["study_instance_uid", "live"], name="study_assessed_once"
            )
        ]


class LifeStatus(CourseRow):
    """That the patient was alive, or died, on a day: what survival is computed from."""

    record = choices.RecordKind.VITAL_STATUS

    status = models.CharField(max_length=10, choices=choices.VitalStatus.choices)
    on = models.DateField()

    class Meta:
        ordering = ["-on", "-id"]
