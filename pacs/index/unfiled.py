"""The list of unfiled images: what the archive stored but what contradicts the index."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Count, F, IntegerField, QuerySet, Value
from django.utils import timezone

from alert.choices import Kind
from audit import services as audit
from audit.choices import Outcome
from common.person import Person
from pacs.archive.orthanc import ArchivedInstance
from pacs.choices import UnfiledReason
from pacs.dicom import values as dicom
from pacs.dicom.values import Tags
from pacs.index.radiology_alerts import radiology_alert
from pacs.models import Instance, Series, Study, UnfiledInstance, UnfiledStudy


class Contradiction(Exception):
    """A UID is used for two different objects; the first one stays."""

    def __init__(self, reason: UnfiledReason) -> None:
        super().__init__(reason)
        self.reason = reason


def unfiled_record(archived: ArchivedInstance, tags: Tags, reason: UnfiledReason) -> None:
    """Put the instance on the list of unfiled images; alert radiology of a new entry."""
    unfiled, is_new = UnfiledStudy.objects.update_or_create(
        orthanc_id=archived.study_orthanc_id,
        reason=reason,
        defaults={
            "study_instance_uid": dicom.text(tags, "StudyInstanceUID"),
            "dicom_patient_id": dicom.text(tags, "PatientID"),
            "dicom_patient_name": dicom.text(tags, "PatientName"),
            "dicom_birth_date": dicom.written_day(tags, "PatientBirthDate"),
            "dicom_sex": dicom.text(tags, "PatientSex"),
            "accession_number": dicom.text(tags, "AccessionNumber"),
            "study_date": dicom.day(tags, "StudyDate"),
            "description": dicom.text(tags, "StudyDescription"),
            "last_instance_at": timezone.now(),
        },
    )
    UnfiledInstance.objects.update_or_create(
        orthanc_id=archived.orthanc_id,
        defaults={
            "unfiled": unfiled,
            "series_instance_uid": dicom.text(tags, "SeriesInstanceUID"),
            "sop_instance_uid": dicom.text(tags, "SOPInstanceUID"),
        },
    )
    if is_new:
        _announce(unfiled)


def _announce(unfiled: UnfiledStudy) -> None:
    study = contradicted_study(unfiled)
    audit.record(
        actor=None,
        action="dicom.unfiled",
        object_type="study",
        object_id=unfiled.study_instance_uid[:64],
        patient_id=study.patient_id if study else None,
        outcome=Outcome.FAILED,
        detail={"reason": unfiled.reason},
    )
    radiology_alert(
        Kind.IMAGES_UNFILED,
        dedup_key=f"images-unfiled:{unfiled.pk}",
        params={"unfiled_id": unfiled.pk},
        study_instance_uid=unfiled.study_instance_uid,
    )


def unfiled_settle(orthanc_ids: Collection[str]) -> None:
    """Take those of the instances off the list that are in the index now."""
    filed = Instance.objects.filter(orthanc_id__in=orthanc_ids).values("orthanc_id")
    unfiled_remove(UnfiledInstance.objects.filter(orthanc_id__in=filed))


def unfiled_remove(rows: QuerySet[UnfiledInstance]) -> None:
    """Remove the rows, and the entries of the list that are empty then."""
    entries = set(rows.values_list("unfiled", flat=True))
    if entries:
        rows.delete()
        UnfiledStudy.objects.filter(pk__in=entries, instances=None).delete()


def contradicted_study(unfiled: UnfiledStudy, actor: Person | None = None) -> Study | None:
    """The study in the index that the instances contradict; with ``actor``, if visible to them."""
    studies: QuerySet[Study] = Study.objects.all()
    if actor is not None:
        seen = Study.objects.visible_to(actor) | Study.objects.unmatched_for(actor)
        studies = studies.filter(pk__in=seen.values("pk"))
    match unfiled.reason:
        case UnfiledReason.STUDY_OF_ANOTHER_PATIENT:
            found = studies.filter(study_instance_uid=unfiled.study_instance_uid)
        case UnfiledReason.SERIES_OF_ANOTHER_STUDY:
            uids = unfiled.instances.values("series_instance_uid")
            found = studies.filter(
                pk__in=Series.objects.filter(series_instance_uid__in=uids).values("study")
            )
        case UnfiledReason.INSTANCE_OF_ANOTHER_SERIES:
            same = Instance.objects.filter(
                sop_instance_uid__in=unfiled.instances.values("sop_instance_uid")
            )
            found = studies.filter(pk__in=same.values("series__study"))
        case _:
            return None
    return found.select_related("patient").first()


UNKNOWN_PATIENT = "unknown_patient"
_COLUMNS = (
    "unfiled",
    "reason",
    "decision",
    "study_instance_uid",
    "dicom_patient_id",
    "dicom_patient_name",
    "dicom_birth_date",
    "dicom_sex",
    "accession_number",
    "study_date",
    "description",
    "instance_count",
    "last_instance_at",
)


def waiting_rows(actor: Person, *, study_instance_uid: str, ordering: str) -> QuerySet[Any]:
    """Studies without a patient, and unfiled images beside them: all that waits for a decision."""
    unmatched: QuerySet[Any] = Study.objects.unmatched_for(actor).annotate(
        unfiled=Value(None, IntegerField()),
        reason=Value(UNKNOWN_PATIENT),
        decision=Value(""),
        instance_count=Count("series__instances"),
    )
    contradicting: QuerySet[Any] = UnfiledStudy.objects.visible_to(actor).annotate(
        unfiled=F("pk"), instance_count=Count("instances")
    )
    if study_instance_uid:
        unmatched = unmatched.filter(study_instance_uid=study_instance_uid)
        contradicting = contradicting.filter(study_instance_uid=study_instance_uid)
    both = unmatched.order_by().values(*_COLUMNS).union(contradicting.values(*_COLUMNS), all=True)
    return both.order_by(ordering)
