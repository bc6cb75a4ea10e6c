"""Instances that the archive stored but that contradict the index: nothing is accepted invisibly."""

from __future__ import annotations

from django.utils import timezone

from acct import selectors as accounts
from alert import services as alerts
from alert.choices import Kind
from audit import services as audit
from audit.choices import Outcome
from common.person import Person
from pacs.archive.orthanc import ArchivedInstance
from pacs.choices import UnfiledReason
from pacs.dicom import values as dicom
from pacs.dicom.values import Tags
from pacs.models import Instance, Series, Study, UnfiledInstance, UnfiledStudy
from rbac.permissions import Role


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
    for role in (Role.ADMIN, Role.RIB):
        for user in accounts.users_with_role(role):
            alerts.notify(
                user_id=user.pk,
                kind=Kind.IMAGES_UNFILED,
                dedup_key=f"images-unfiled:{unfiled.pk}",
                params={"unfiled_id": unfiled.pk},
                link="/unmatched",
            )


def unfiled_remove(orthanc_id: str) -> None:
    """The instance is filed, or gone: take it off the list."""
    found = UnfiledInstance.objects.filter(orthanc_id=orthanc_id).first()
    if found is not None:
        found.delete()
        UnfiledStudy.objects.filter(pk=found.unfiled_id, instances=None).delete()


def contradicted_study(unfiled: UnfiledStudy, actor: Person | None = None) -> Study | None:
    """The study in the index that the instances contradict; with ``actor``, if visible to them."""
    studies = Study.objects.all() if actor is None else Study.objects.visible_to(actor)
    studies |= Study.objects.none() if actor is None else Study.objects.unmatched_for(actor)
    match unfiled.reason:
        case UnfiledReason.STUDY_OF_ANOTHER_PATIENT:
            found = studies.filter(study_instance_uid=unfiled.study_instance_uid)
        case UnfiledReason.SERIES_OF_ANOTHER_STUDY:
            uids = unfiled.instances.values("series_instance_uid")
            found = studies.filter(
                pk__in=Series.objects.filter(series_instance_uid__in=uids).values("study")
            )
        case UnfiledReason.INSTANCE_OF_ANOTHER_SERIES:
            uids = unfiled.instances.values("sop_instance_uid")
            same = Instance.objects.filter(sop_instance_uid__in=uids)
            found = studies.filter(pk__in=same.values("series__study"))
        case _:
            return None
    return found.select_related("patient").first()
