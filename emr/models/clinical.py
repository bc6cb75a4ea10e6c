"""What is recorded about a patient: visits, prescriptions, vital signs, allergies and so on."""

from __future__ import annotations

from datetime import datetime, timedelta
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
OPENEMR = "OpenEMR"


class ClinicalQuerySet(VisibleQuerySet[Row]):
    """Rows of the patients whom a person sees; deleted rows are not there."""

    def visible_to(self, user: Person, permission: str = Permission.VIEW_ENCOUNTER) -> Self:
        return self.of_seen(user, permission).filter(deleted_at=None)

    def deleted_of(self, user: Person, permission: str) -> Self:
        """The deleted ones, for those who have ``permission`` to change such rows."""
        return self.of_seen(user, permission).exclude(deleted_at=None)

    def of_seen(self, user: Person, permission: str) -> Self:
        return self.filter(patient__in=Patient.objects.seen_by(user, permission))


class _DaysLater(models.Func):
    """A time, some days later."""

    template = "DATE_ADD(%(expressions)s DAY)"
    arg_joiner = ", INTERVAL "
    output_field = models.DateTimeField()


class PrescriptionQuerySet(ClinicalQuerySet["Prescription"]):
    def visible_to(self, user: Person, permission: str = Permission.VIEW_PRESCRIPTION) -> Self:
        return super().visible_to(user, permission)

    def active(self, at: datetime, *, ended: bool = False) -> Self:
        """Those that are taken at that time, or with ``ended`` the others."""
        rows = self.annotate(planned_end=_DaysLater("prescribed_at", "days"))
        if ended:
            return rows.filter(Q(planned_end__lte=at) | Q(stopped_at__lte=at))
        going_on = Q(stopped_at=None) | Q(stopped_at__gt=at)
        return rows.filter(going_on, Q(days=None) | Q(planned_end__gt=at))


class ClinicalRow(VersionedModel):
    """A row of a patient's record. It is never removed: a deleted one says who, when and why.

    ``author_field``: the person who wrote it, or None for what was written in OpenEMR, by
    ``outside_author`` if that is known; ``at_field``: its place in time; ``shown_with``: other rows
    that a list reads with it.
    """

    author_field: ClassVar[str] = "recorded_by"
    goes_to_openemr: ClassVar[bool] = True
    at_field: ClassVar[str] = "created_at"
    shown_with: ClassVar[tuple[str, ...]] = ()
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="%(class)s_rows")
    deleted_at = models.DateTimeField(null=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    deleted_reason = models.CharField(max_length=300, blank=True, db_default="")
    outside_author = models.CharField(
        max_length=150, blank=True, editable=False, db_default="", default=""
    )

    objects: ClassVar[Any] = ClinicalQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def author(self) -> Any:
        return getattr(self, self.author_field)

    @property
    def author_name(self) -> str:
        return self.author.full_name if self.author else self.outside_author or OPENEMR

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
    location = models.CharField(max_length=100, blank=True, db_default="")
    note = models.TextField(blank=True)
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="encounters", null=True
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

    ``days``: None for one of OpenEMR without a known end. ``drug_code``: ATC, of the formulary;
    ``warnings``: what spoke against it, acknowledged with ``warnings_reason``. ``stopped_at``:
    before its days were over, by whom and why.
    """

    author_field = "prescriber"
    at_field = "prescribed_at"
    shown_with = ("stopped_by",)

    encounter = models.ForeignKey(
        Encounter, on_delete=models.PROTECT, related_name="prescriptions", null=True
    )
    drug = models.CharField(max_length=200)
    drug_code = models.CharField(max_length=7, blank=True, db_default="")
    daily_mg = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    dose = models.CharField(max_length=100)
    frequency = models.CharField(max_length=100)
    days = models.PositiveSmallIntegerField(null=True)
    prescriber = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="prescriptions", null=True
    )
    prescribed_at = models.DateTimeField(db_index=True)
    warnings = models.JSONField(default=list)
    warnings_reason = models.CharField(max_length=300, blank=True, db_default="")
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    stop_reason = models.CharField(max_length=300, blank=True, db_default="")

    objects: ClassVar[Any] = PrescriptionQuerySet.as_manager()

    class Meta:
        ordering = ["-prescribed_at", "-id"]
        indexes = [models.Index(fields=["patient", "prescribed_at"])]

    @property
    def ends_at(self) -> datetime | None:
        """None while nobody knows."""
        planned = None if self.days is None else self.prescribed_at + timedelta(days=self.days)
        return min((end for end in (planned, self.stopped_at) if end), default=None)


class Recorded(ClinicalRow):
    """What has no older table of its own."""

    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="%(class)s_recorded",
        null=True,
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
    """A diagnosis or finding of the problem list; one of OpenEMR may have no code of ours."""

    code_system = models.CharField(max_length=20, choices=ProblemCodeSystem.choices, blank=True)
    code = models.CharField(max_length=20, blank=True)
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
        if bool(self.code) != bool(self.code_system):
            return "code", "a code and its system belong together"
        return code_fault(self.code_system, self.code)


class Note(Recorded):
    """A clinical note, signed by its author with each version; only the author changes it."""

    goes_to_openemr = False

    encounter = models.ForeignKey(
        Encounter, on_delete=models.PROTECT, related_name="notes", null=True
    )
    title = models.CharField(max_length=200)
    text = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["patient", "created_at"])]
