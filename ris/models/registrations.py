"""Rigid registrations of two series of one patient."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F

from common.db import VersionedModel, VisibleQuerySet
from common.person import Person
from pacs.index.studies import studies_visible_to
from rbac.permissions import Permission
from ris.choices import RegistrationStatus


class RegistrationQuerySet(VisibleQuerySet["Registration"]):
    def visible_to(
        self, user: Person, permission: str = Permission.VIEW_DICOM
    ) -> RegistrationQuerySet:
        """Of two studies that the person sees, and that are still of one patient."""
        studies = studies_visible_to(user, Permission(permission))
        return self.filter(
            fixed_study__in=studies,
            moving_study__in=studies,
            fixed_study__patient=F("patient"),
            moving_study__patient=F("patient"),
        )

    def with_names(self) -> RegistrationQuerySet:
        """With the studies and the persons that it names."""
        return self.select_related("fixed_study", "moving_study", "requested_by", "decided_by")


class Registration(VersionedModel):
    """Where the moving series lies in the fixed one.

    ``fixed_frame``, ``moving_frame``: Frame of Reference UID of each. ``transform``: 4x4, moving to
    fixed, LPS mm. ``error_mm``: how far repetitions lie apart, of which ``repetitions`` says each;
    ``reasons``: why it is ``flagged``. ``decision_reason``: why a person accepted one that is
    flagged. ``stored_at``: since when the archive has its objects.
    """

    patient = models.ForeignKey("emr.Patient", on_delete=models.PROTECT, related_name="+")
    fixed_study = models.ForeignKey("pacs.Study", on_delete=models.CASCADE, related_name="+")
    moving_study = models.ForeignKey("pacs.Study", on_delete=models.CASCADE, related_name="+")
    fixed_series = models.CharField(max_length=64, db_index=True)
    moving_series = models.CharField(max_length=64, db_index=True)
    fixed_description = models.CharField(max_length=64, blank=True)
    moving_description = models.CharField(max_length=64, blank=True)
    fixed_frame = models.CharField(max_length=64)
    moving_frame = models.CharField(max_length=64)
    status = models.CharField(
        max_length=9, choices=RegistrationStatus.choices, default=RegistrationStatus.REQUESTED
    )
    transform = models.JSONField(null=True)
    error_mm = models.FloatField(null=True)
    flagged = models.BooleanField(default=False)
    reasons = models.JSONField(default=list)
    repetitions = models.JSONField(default=dict)
    seconds = models.FloatField(null=True)
    error_code = models.CharField(max_length=7, blank=True)
    error_detail = models.CharField(max_length=300, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=500, blank=True)
    stored_at = models.DateTimeField(null=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    @property
    def run_key(self) -> str:
        """By which the service knows the run, whoever asks for it again."""
        return f"registration-{self.pk}"


class RegistrationPicture(models.Model):
    """What a person judges the registration by: a PNG that the run made of both series."""

    registration = models.OneToOneField(
        Registration, on_delete=models.CASCADE, primary_key=True, related_name="picture"
    )
    png = models.BinaryField()
