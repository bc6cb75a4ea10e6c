"""Signed reports in the archive, as DICOM documents of their studies.

Whoever sees a study's objects sees them, patients too: they are stored when a patient may read
them.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from audit import services as audit
from common.errors import AppError
from pacs.index.objects import instance_store
from ris.models import Report
from ris.reports import selectors
from ris.reports.dicom_document import MANUFACTURER, DocumentFacts, build_document
from ris.reports.presentation import sections_labelled
from ris.reports.templating import template_of

logger = logging.getLogger(__name__)
AT_ONCE = 50


def reports_archive() -> int:
    """Store the reports that are due; returns how many. One that fails is tried again later."""
    delay = timedelta(hours=settings.REPORT_PATIENT_DELAY_HOURS)
    due = Report.objects.filter(
        in_force=True, archived_at=None, signed_at__lte=timezone.now() - delay
    )
    stored = 0
    for report_id in list(due.order_by("signed_at").values_list("pk", flat=True)[:AT_ONCE]):
        try:
            report_archive(report_id)
            stored += 1
        except (AppError, TypeError, ValueError) as error:  # it keeps none of the others waiting
            logger.error(
                "a report is not stored",
                extra={"report": report_id, "error": type(error).__name__},
            )
    return stored


def report_archive(report_id: int) -> None:
    """Store a signed report; stored twice it is stored once. Raises ExternalError."""
    report = selectors.report_for_handler(report_id)
    instance_store(build_document(document_facts(report)))
    still = Q(pk=report.pk, archived_at=None)
    if Report.objects.filter(still).update(archived_at=timezone.now()):
        audit.record(
            actor=None,
            action="report.archive",
            object_type="report",
            object_id=report.pk,
            patient_id=report.patient_id,
        )


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
