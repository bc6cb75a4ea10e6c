"""Radiology reports: their heads, the versions of their text, and imported templates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from common.db import AllOrNoneQuerySet, VersionedModel, VisibleQuerySet
from common.person import Person
from pacs.index.studies import studies_visible_to
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for
from ris.choices import ReportLanguage, ReportStatus

_USER = settings.AUTH_USER_MODEL
_PERSON: dict[str, Any] = {"on_delete": models.PROTECT, "related_name": "+"}


class ReportQuerySet(VisibleQuerySet["Report"]):
    def visible_to(self, user: Person, permission: str = Permission.VIEW_REPORT) -> ReportQuerySet:
        return self.readable_by(user, permission).of_studies_seen(user, permission)

    def of_studies_seen(
        self, user: Person, permission: str = Permission.VIEW_REPORT
    ) -> ReportQuerySet:
        """Of whatever status."""
        return self.filter(study__in=studies_visible_to(user, Permission(permission)))

    def readable_by(self, user: Person, permission: str = Permission.VIEW_REPORT) -> ReportQuerySet:
        """Of the studies that the person sees: those in a state in which they may be read.

        A right that does not reach all reports reaches those in force; a patient's own after the
        delay that the hospital sets. Patients and guests get none that was written for another
        patient than its study has now.
        """
        scope = scope_for(user, permission)
        if scope is Scope.NONE:
            return self.none()
        if scope is Scope.ALL:
            return self
        rows = self.filter(in_force=True)
        if scope is not Scope.SUMMARY:
            rows = rows.filter(moved_at=None)
        if scope is Scope.OWN_SIGNED:
            delay = timedelta(hours=settings.REPORT_PATIENT_DELAY_HOURS)
            rows = rows.filter(signed_at__lte=timezone.now() - delay)
        return rows


class Report(VersionedModel):
    """A report on a study, by a template. An amendment is a report of its own.

    ``edition``: 1, or how many amendments there are with this one; ``predecessor`` is what it
    amends. ``in_force``: signed, and no amendment of it is. ``version`` is the number of its last
    ``ReportVersion``, which has the text. ``discarded``: its own number once it is, else 0, so that
    another one may be begun.

    ``patient``: of the study; None while the study has none. ``moved_at``: since when the study is
    not of the patient any more for whom the text was written (``moved_from``).

    ``archived_at``: since when the archive has it as a DICOM document; ``archive_failures`` of
    storing it, the code of the last one, and when it is tried next.

    Once it is signed the database lets only these two groups and ``in_force`` change.
    """

    study = models.ForeignKey("pacs.Study", on_delete=models.PROTECT, related_name="reports")
    patient = models.ForeignKey(
        "emr.Patient", on_delete=models.PROTECT, related_name="reports", null=True
    )
    moved_at = models.DateTimeField(null=True)
    moved_from = models.ForeignKey("emr.Patient", null=True, **_PERSON)
    template = models.CharField(max_length=60)
    language = models.CharField(max_length=2, choices=ReportLanguage.choices)
    edition = models.PositiveSmallIntegerField(default=1)
    predecessor = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="successors", null=True
    )
    discarded = models.PositiveBigIntegerField(default=0, db_default=0)
    reason = models.CharField(max_length=500, blank=True)
    status = models.CharField(
        max_length=11, choices=ReportStatus.choices, default=ReportStatus.DRAFT
    )
    in_force = models.BooleanField(default=False)
    author = models.ForeignKey(_USER, **_PERSON)
    saved_by = models.ForeignKey(_USER, **_PERSON)
    saved_at = models.DateTimeField()
    preliminary_by = models.ForeignKey(_USER, null=True, **_PERSON)
    preliminary_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(_USER, null=True, **_PERSON)
    signed_at = models.DateTimeField(null=True)
    archived_at = models.DateTimeField(null=True)
    archive_failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    archive_error = models.CharField(max_length=40, default="", db_default="", blank=True)
    archive_next_at = models.DateTimeField(null=True)

    text: ReportVersion | None = None
    """Its last version, where that was read with it."""

    @property
    def whose(self) -> Any:
        """The patient; while its study has none, the one for whom it was written."""
        return self.patient or self.moved_from

    @property
    def critical_found(self) -> Any:
        """Its ``CriticalReport``; None if nothing in it is critical."""
        return getattr(self, "critical", None)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "template", "edition", "discarded"],
                name="ris_one_report_kept",
            ),
            models.UniqueConstraint(
                fields=["predecessor", "discarded"], name="ris_one_amendment_of_a_report"
            ),
        ]
        indexes = [
            models.Index(fields=["study", "status"]),
            models.Index(fields=["status", "study"]),
            models.Index(fields=["patient", "in_force", "signed_at"]),
            models.Index(fields=["signed_at"]),
            models.Index(fields=["in_force", "archived_at", "signed_at"]),
        ]


class ReportVersionQuerySet(VisibleQuerySet["ReportVersion"]):
    def visible_to(
        self, user: Person, permission: str = Permission.VIEW_REPORT
    ) -> ReportVersionQuerySet:
        """For those who see drafts too."""
        if scope_for(user, permission) is not Scope.ALL:
            return self.none()
        return self.filter(report__in=Report.objects.visible_to(user, permission))


class ReportVersion(models.Model):
    """The report as it was saved once. Never changed or deleted: the database forbids both.

    ``sections``: {key: text}, ``fields``: {key: value} by the keys of the template.
    ``taken_over``: [{key, section, text, value, unit, source}]. ``key_images``:
    [{sop_instance_uid, frame}], frames from 1.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=11, choices=ReportStatus.choices)
    template = models.CharField(max_length=60)
    language = models.CharField(max_length=2, choices=ReportLanguage.choices)
    sections = models.JSONField()
    fields = models.JSONField()
    taken_over = models.JSONField()
    key_images = models.JSONField()
    reason = models.CharField(max_length=500, blank=True)
    author = models.ForeignKey(_USER, **_PERSON)
    at = models.DateTimeField()

    form: dict[str, Any] | None = None
    """The template by which it is read; ``former``: what only earlier versions of it have."""
    former: dict[str, Any] | None = None
    images: list[dict[str, Any]] | None = None
    """``key_images`` with their series."""

    objects = ReportVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="ris_one_version_number")
        ]

    @property
    def marks(self) -> list[dict[str, Any]]:
        """``taken_over`` with ``edited``: the text no longer stands so in its section.

        Not ``confirmed``: the archive could not be asked for the value.
        """
        said = {key: " ".join(text.split()) for key, text in self.sections.items()}
        return [
            {"confirmed": True}
            | one
            | {"edited": " ".join(one["text"].split()) not in said.get(one["section"], "")}
            for one in self.taken_over
        ]


class ReportTemplate(models.Model):
    """A version of a template (``body``: as the files in ``ris/reports/templates``).

    One that the hospital imported, or the product's own (``imported_by`` is None), of which each
    changed file adds one. The newest of a ``code`` is the one that is used.
    """

    code = models.CharField(max_length=60)
    version = models.PositiveSmallIntegerField()
    body = models.JSONField()
    retired = models.BooleanField(default=False)
    imported_by = models.ForeignKey(_USER, null=True, **_PERSON)
    imported_at = models.DateTimeField(auto_now_add=True)

    objects: Any = AllOrNoneQuerySet.as_manager()

    class Meta:
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="ris_one_template_version")
        ]
