"""What is recorded about a patient: visits, prescriptions, vital signs, allergies and so on."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.db import VersionedModel, VisibleQuerySet
from common.person import Person
from emr.choices import (
    AllergyCategory,
    AllergyCodeSystem,
    AllergySeverity,
    Consciousness,
    EncounterKind,
    ProblemCodeSystem,
    RecordStatus,
    Spo2Scale,
)
from emr.models.code_shapes import code_fault
from emr.models.patient import Patient
from rbac.permissions import Permission

Row = TypeVar("Row", bound="ClinicalRow")


class ClinicalQuerySet(VisibleQuerySet[Row]):
    """Rows of the patients whom a person sees; deleted rows are not there."""

    def visible_to(self, user: Person, permission: str = Permission.VIEW_ENCOUNTER) -> Self:
        return self.of_seen(user, permission).filter(deleted_at=None)

    def deleted_of(self, user: Person, permission: str) -> Self:
        """The deleted ones, for those who have ``permission`` to change such rows."""
        return self.of_seen(user, permission).exclude(deleted_at=None)

    def of_seen(self, user: Person, permission: str) -> Self:
        return self.filter(patient__in=Patient.objects.visible_to(user, permission))


class PrescriptionQuerySet(ClinicalQuerySet["Prescription"]):
    def visible_to(self, user: Person, permission: str = Permission.VIEW_PRESCRIPTION) -> Self:
        return super().visible_to(user, permission)


class ClinicalRow(VersionedModel):
    """A row of a patient's record. It is never removed: a deleted one says who, when and why.

    ``author_field``: the person who wrote it; ``at_field``: its place in time.
    """

    author_field: ClassVar[str] = "recorded_by"
    at_field: ClassVar[str] = "created_at"
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="%(class)s_rows")
    deleted_at = models.DateTimeField(null=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    deleted_reason = models.CharField(max_length=300, blank=True, db_default="")

    objects: ClassVar[Any] = ClinicalQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def author(self) -> Any:
        return getattr(self, self.author_field)

    def contradiction(self) -> tuple[str, str] | None:
        """The field, and what is wrong with it beside the others; None if nothing is."""
        return None


class Encounter(ClinicalRow):
    """A visit or stay.

    ``spo2_scale`` and ``pregnant``: what a clinician set for the early warning score (NEWS2).
    """

    author_field = "clinician"
    at_field = "started_at"

    kind = models.CharField(max_length=20, choices=EncounterKind.choices)
    reason = models.CharField(max_length=300)
    note = models.TextField(blank=True)
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="encounters"
    )
    started_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    spo2_scale = models.PositiveSmallIntegerField(
        choices=Spo2Scale.choices, default=Spo2Scale.ONE, db_default=1
    )
    pregnant = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["-started_at", "-id"]
        indexes = [models.Index(fields=["patient", "started_at"])]

    def contradiction(self) -> tuple[str, str] | None:
        if self.ended_at is not None and self.ended_at < self.started_at:
            return "ended_at", "it ends before it starts"
        return None


class Prescription(ClinicalRow):
    """One medication of one encounter.

    ``drug_code``: ATC, of the formulary; ``warnings``: what spoke against it, acknowledged with
    ``warnings_reason``.
    """

    author_field = "prescriber"
    at_field = "prescribed_at"

    encounter = models.ForeignKey(
        Encounter, on_delete=models.PROTECT, related_name="prescriptions", null=True
    )
    drug = models.CharField(max_length=200)
    drug_code = models.CharField(max_length=7, blank=True, db_default="")
    daily_mg = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    dose = models.CharField(max_length=100)
    frequency = models.CharField(max_length=100)
    days = models.PositiveSmallIntegerField()
    prescriber = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="prescriptions"
    )
    prescribed_at = models.DateTimeField(db_index=True)
    warnings = models.JSONField(default=list)
    warnings_reason = models.CharField(max_length=300, blank=True, db_default="")

    objects: ClassVar[Any] = PrescriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-prescribed_at", "-id"]
        indexes = [models.Index(fields=["patient", "prescribed_at"])]


class Recorded(ClinicalRow):
    """What has no older table of its own."""

    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="%(class)s_recorded"
    )

    class Meta:
        abstract = True


class Vitals(Recorded):
    """Vital signs taken at one time; each value in the unit that its name ends with.

    ``supplemental_oxygen``: None where nobody noted it. ``client_id``: of the entry at the bedside,
    so that one that is sent again is not stored again.
    """

    at_field = "measured_at"
    MEASURES = (
        "systolic_mmhg",
        "diastolic_mmhg",
        "heart_rate",
        "respiratory_rate",
        "temperature_c",
        "spo2_percent",
        "weight_kg",
        "height_cm",
        "pain",
    )

    measured_at = models.DateTimeField(db_index=True)
    systolic_mmhg = models.PositiveSmallIntegerField(null=True)
    diastolic_mmhg = models.PositiveSmallIntegerField(null=True)
    heart_rate = models.PositiveSmallIntegerField(null=True)
    respiratory_rate = models.PositiveSmallIntegerField(null=True)
    temperature_c = models.DecimalField(max_digits=3, decimal_places=1, null=True)
    spo2_percent = models.PositiveSmallIntegerField(null=True)
    weight_kg = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    height_cm = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    pain = models.PositiveSmallIntegerField(null=True)
    consciousness = models.CharField(
        max_length=12, choices=Consciousness.choices, blank=True, default="", db_default=""
    )
    supplemental_oxygen = models.BooleanField(null=True)
    client_id = models.UUIDField(null=True, editable=False)

    class Meta:
        ordering = ["-measured_at", "-id"]
        indexes = [models.Index(fields=["patient", "measured_at"])]
        constraints = [
            models.UniqueConstraint(
                fields=["recorded_by", "client_id"], name="vitals_once_an_entry"
            ),
            models.CheckConstraint(
                name="vitals_hold_a_value",
                condition=Q(systolic_mmhg__isnull=False)
                | Q(diastolic_mmhg__isnull=False)
                | Q(heart_rate__isnull=False)
                | Q(respiratory_rate__isnull=False)
                | Q(temperature_c__isnull=False)
                | Q(spo2_percent__isnull=False)
                | Q(weight_kg__isnull=False)
                | Q(height_cm__isnull=False)
                | Q(pain__isnull=False)
                | ~Q(consciousness=""),
            ),
        ]

    def contradiction(self) -> tuple[str, str] | None:
        taken = (getattr(self, measure) is not None for measure in self.MEASURES)
        if not self.consciousness and not any(taken):
            return "vitals", "at least one value is needed"
        pressures = self.systolic_mmhg, self.diastolic_mmhg
        if None not in pressures and pressures[1] >= pressures[0]:  # type: ignore[operator]
            return "diastolic_mmhg", "not below the systolic pressure"
        return None


class Allergy(Recorded):
    """To what the patient reacts; ``code`` may be empty where no system has one."""

    category = models.CharField(max_length=20, choices=AllergyCategory.choices)
    substance = models.CharField(max_length=200)
    code_system = models.CharField(max_length=20, choices=AllergyCodeSystem.choices, blank=True)
    code = models.CharField(max_length=20, blank=True)
    reaction = models.CharField(max_length=300, blank=True)
    severity = models.CharField(max_length=20, choices=AllergySeverity.choices, blank=True)
    status = models.CharField(
        max_length=20, choices=RecordStatus.choices, default=RecordStatus.ACTIVE
    )

    class Meta:
        ordering = ["status", "substance", "id"]

    def contradiction(self) -> tuple[str, str] | None:
        if bool(self.code) != bool(self.code_system):
            return "code", "a code and its system belong together"
        return code_fault(self.code_system, self.code)


class Problem(Recorded):
    """A diagnosis or finding of the problem list."""

    code_system = models.CharField(max_length=20, choices=ProblemCodeSystem.choices)
    code = models.CharField(max_length=20)
    text = models.CharField(max_length=300)
    onset_date = models.DateField(null=True)
    resolved_date = models.DateField(null=True)
    status = models.CharField(
        max_length=20, choices=RecordStatus.choices, default=RecordStatus.ACTIVE
    )

    class Meta:
        ordering = ["status", "-onset_date", "-id"]

    def contradiction(self) -> tuple[str, str] | None:
        if self.resolved_date and self.onset_date and self.resolved_date < self.onset_date:
            return "resolved_date", "it ends before it begins"
        if self.resolved_date and self.status == RecordStatus.ACTIVE:
            return "status", "an active problem has no end"
        return code_fault(self.code_system, self.code)


class Note(Recorded):
    """A clinical note, signed by its author with each version; only the author changes it."""

    encounter = models.ForeignKey(
        Encounter, on_delete=models.PROTECT, related_name="notes", null=True
    )
    title = models.CharField(max_length=200)
    text = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["patient", "created_at"])]
