"""Signed reports in the archive, as DICOM documents of their studies.

Whoever sees a study's objects sees them, patients too: they are stored when a patient may read
them.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from audit import services as audit
from common.errors import AppError, BusinessError, ErrorCode
from common.outbox.services import backoff
from common.person import Person
from pacs.index.images import images_by_uid
from pacs.index.objects import instance_store
from rbac.permissions import Permission
from ris.models import Report, ReportVersion
from ris.reports import selectors
from ris.reports.dicom_document import (
    MANUFACTURER,
    DocumentFacts,
    ReferencedImage,
    build_document,
)
from ris.reports.presentation import sections_labelled
from ris.reports.templating import template_of

logger = logging.getLogger(__name__)
AT_ONCE = 50
MOST_FAILURES = 1_000


def reports_archive() -> int:
    """Store the reports that are due; returns how many.

    One that fails is tried again after a growing pause, and its turn is when that is over: it
    keeps none of the others waiting, and they do not keep it.
    """
    now = timezone.now()
    delay = timedelta(hours=settings.REPORT_PATIENT_DELAY_HOURS)
    due = Report.objects.filter(
        Q(archive_next_at=None) | Q(archive_next_at__lte=now),
        in_force=True,
        archived_at=None,
        moved_at=None,
        signed_at__lte=now - delay,
    ).order_by(Coalesce("archive_next_at", F("signed_at") + delay), "pk")
    return sum(_tried(report_id) for report_id in list(due.values_list("pk", flat=True)[:AT_ONCE]))


def _tried(report_id: int) -> bool:
    try:
        report_archive(report_id)
    except Exception as error:  # whatever a library raises about one document
        code = error.code.value.code if isinstance(error, AppError) else type(error).__name__
        logger.error("a report is not stored", extra={"report": report_id, "error": code})
        report = Report.objects.get(pk=report_id)
        failures = min(report.archive_failures + 1, MOST_FAILURES)
        Report.objects.filter(pk=report_id).update(
            archive_failures=failures,
            archive_error=code[:40],
            archive_next_at=timezone.now() + backoff(failures),
        )
        return False
    return True


def report_redrive(*, actor: Person, report_id: int) -> Report:
    """Store it at the next run, whatever failed before. Raises NotFound, BusinessError (stored)."""
    report = selectors.report_get(actor, report_id)
    waiting = Report.objects.filter(pk=report_id, in_force=True, archived_at=None)
    if not waiting.update(archive_failures=0, archive_next_at=None):
        raise BusinessError(ErrorCode.INVALID_TRANSITION, f"report {report_id}", "archived_at")
    audit.record(
        actor=actor,
        action="report.archive_again",
        object_type="report",
        object_id=report_id,
        patient_id=report.patient_id,
        permission=Permission.OPERATE,
    )
    return report


def report_archive(report_id: int) -> None:
    """Store a signed report; stored twice it is stored once. Raises ExternalError."""
    report = selectors.report_for_handler(report_id)
    instance_store(build_document(document_facts(report)))
    still = Q(pk=report.pk, archived_at=None)
    done = {"archived_at": timezone.now(), "archive_error": "", "archive_next_at": None}
    if Report.objects.filter(still).update(**done):
        audit.record(
            actor=None,
            action="report.archive",
            object_type="report",
            object_id=report.pk,
            patient_id=report.patient_id,
        )


def _images(report: Report, text: ReportVersion) -> list[ReferencedImage]:
    """The key images that the study still has, in the order chosen."""
    uids = [one["sop_instance_uid"] for one in text.key_images]
    found = images_by_uid(report.study, uids)
    return [
        ReferencedImage(
            series_instance_uid=row.series.series_instance_uid,
            sop_class_uid=row.sop_class_uid,
            sop_instance_uid=row.sop_instance_uid,
            frame=one["frame"] if row.frames > 1 else None,
        )
        for one in text.key_images
        if (row := found.get(one["sop_instance_uid"]))
    ]


def document_facts(report: Report) -> DocumentFacts:
    text, study = selectors.report_text(report), report.study
    template, signer = template_of(text), report.signed_by
    if signer is None or report.signed_at is None:
        raise ValueError(f"report {report.pk} is not signed")
    before = report.predecessor
    return DocumentFacts(
        number=report.pk,
        predecessor=before.pk if before and before.archived_at else None,
        language=text.language,
        title=template["name"][text.language],
        sections=list(sections_labelled(template, text)),
        images=_images(report, text),
        signer=signer.full_name or signer.username,
        organization=settings.HOSPITAL_NAME or MANUFACTURER,
        signed_at=timezone.localtime(report.signed_at),
        study_instance_uid=study.study_instance_uid,
        identity={
            "PatientName": study.dicom_patient_name,
            "PatientID": study.dicom_patient_id,
            "PatientBirthDate": study.dicom_birth_date,
            "PatientSex": study.dicom_sex,
            "StudyDate": f"{study.study_date:%Y%m%d}" if study.study_date else "",
            "StudyTime": study.study_time,
            "AccessionNumber": study.accession_number,
            "ReferringPhysicianName": study.referring_physician_name,
            "StudyID": study.study_id,
            "StudyDescription": study.description[:64],
        },
    )
