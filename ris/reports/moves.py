"""Reports of a study that is moved to another patient, or to none: they say so until checked."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils import timezone

from audit import services as audit
from ris.models import Report


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
