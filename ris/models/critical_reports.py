"""Critical results of imaging: whom they were told, and who was alerted while nobody was."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from common.db import VisibleQuerySet
from common.person import Person
from lis.call_rows import AttemptRow, EscalationRow
from lis.choices import CallOutcome
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for
from ris.choices import CriticalCategory
from ris.models.written_reports import Report

_USER = settings.AUTH_USER_MODEL


class CriticalReportQuerySet(VisibleQuerySet["CriticalReport"]):
    def visible_to(
        self, user: Person, permission: str = Permission.VIEW_REPORT
    ) -> CriticalReportQuerySet:
        """For the staff who see the report's study, also while the report is a draft."""
        if scope_for(user, permission) not in (Scope.ALL, Scope.SUMMARY):
            return self.none()
        every = Report.objects.of_studies_seen(user, permission)
        return self.filter(report__in=every)

    def open(self) -> CriticalReportQuerySet:
        """Not yet read back by anybody."""
        return self.exclude(attempts__outcome=CallOutcome.CONFIRMED)


class CriticalReport(models.Model):
    """That a report has a finding which somebody must be told of at once.

    Written once, but ``report`` becomes its amendment once that is signed.
    """

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="critical")
    category = models.CharField(max_length=30, choices=CriticalCategory.choices)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(_USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    objects = CriticalReportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["at"], name="ris_critical_report_at")]

    @property
    def patient_id(self) -> int | None:
        return self.report.patient_id

    @property
    def order(self) -> Any:
        """What the study was made for; None: nothing that is known."""
        return self.report.study.order


class OfCriticalReportQuerySet(VisibleQuerySet[Any]):
    def visible_to(
        self, user: Person, permission: str = Permission.VIEW_REPORT
    ) -> OfCriticalReportQuerySet:
        return self.filter(critical__in=CriticalReport.objects.visible_to(user, permission))


class CriticalReportAttempt(AttemptRow):
    critical = models.ForeignKey(CriticalReport, on_delete=models.PROTECT, related_name="attempts")

    objects = OfCriticalReportQuerySet.as_manager()


class CriticalReportEscalation(EscalationRow):
    critical = models.ForeignKey(
        CriticalReport, on_delete=models.PROTECT, related_name="escalations"
    )

    objects = OfCriticalReportQuerySet.as_manager()

    class Meta(EscalationRow.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["critical", "turn", "to"], name="ris_one_escalation_of_a_turn"
            )
        ]
