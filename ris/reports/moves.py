"""Reports of a study that is moved to another patient, or to none: they say so until checked.

Of one whose series go to another study of the patient they go along while they are not signed.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils import timezone

from audit import services as audit
from common.outbox.services import publish
from pacs.choices import MoveFailure
from ris.choices import ReportStatus
from ris.events import REPORT_PRELIMINARY
from ris.models import Report
from ris.reading.entries import report_note


def reports_follow(study: Any) -> None:
    """Mark the reports of a study whose patient was set, before their rows name that patient.

    A draft is checked before it goes on, a signed report is amended. Back at the patient for whom
    they were written, they are as they were. In the transaction of the move.
    """
    rows = Report.objects.filter(study=study.pk)
    if study.patient_id is not None:
        back = rows.filter(moved_from=study.patient_id)
        back.update(moved_at=None, moved_from=None, patient=study.patient_id)
    away = rows.filter(moved_at=None, patient__isnull=False).exclude(patient=study.patient_id)
    moved = list(away.values_list("pk", "patient_id"))
    away.update(moved_at=timezone.now(), moved_from=F("patient"))
    for report_id, former in moved:
        for patient_id in filter(None, (former, study.patient_id)):
            audit.record(
                actor=None,
                action="report.move",
                object_type="report",
                object_id=report_id,
                patient_id=patient_id,
            )


def merge_refusal(source: Any, target: Any) -> MoveFailure | None:
    """Nothing changes a signed report, so its study stays; a study has one report by a template."""
    reports = Report.objects.filter(study=source.pk)
    if reports.exclude(signed_at=None).exists():
        return MoveFailure.REPORT_SIGNED
    kept = Report.objects.filter(study=target.pk, discarded=0).values_list("template", "edition")
    clash = set(kept) & set(reports.filter(discarded=0).values_list("template", "edition"))
    return MoveFailure.REPORTS_CLASH if clash else None


def reports_merge(source: Any, target: Any, is_whole: bool) -> None:
    """The drafts of a study, all series of which went to ``target``, in the transaction of that."""
    moved = list(Report.objects.filter(study=source.pk)) if is_whole else []
    has_own = Report.objects.filter(study=target.pk, discarded=0).exists()
    Report.objects.filter(pk__in=[report.pk for report in moved]).update(study=target.pk)
    for report in moved:
        if not report.discarded and not has_own:
            report_note(target.pk, report.status)
        if report.status == ReportStatus.PRELIMINARY:
            publish(
                REPORT_PRELIMINARY,
                aggregate=f"report:{report.pk}",
                payload={"report_id": report.pk},
            )
        audit.record(
            actor=None,
            action="report.merge_study",
            object_type="report",
            object_id=report.pk,
            patient_id=report.patient_id,
            detail={"study_instance_uid": target.study_instance_uid},
        )
