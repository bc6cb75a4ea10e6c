"""Keeps a study from everybody, its pixels and caches included, until a user says whose it is.

Nobody sees a study that has no patient: that one condition refuses frames, pictures, metadata,
shares, nodes, AI and FHIR. The epochs of rights end the decisions that were cached before.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from audit import services as audit
from common.person import Person
from emr import selectors as patients
from pacs.choices import QuarantineReason
from pacs.index.identity import identity_differences
from pacs.index.list_keys import study_keys_write
from pacs.index.studies import study_lock
from pacs.index.study_moves import study_moved
from pacs.models import AcceptedIdentity, QuarantinedStudy, Study
from rbac.epochs import rights_changing
from rbac.permissions import Permission


def is_quarantined(study: Study) -> bool:
    return QuarantinedStudy.objects.filter(study_instance_uid=study.study_instance_uid).exists()


def studies_out_of_quarantine(studies: QuerySet[Study]) -> QuerySet[Study]:
    """Those of ``studies`` that nobody has to decide about first."""
    return studies.exclude(
        study_instance_uid__in=QuarantinedStudy.objects.values("study_instance_uid")
    )


@transaction.atomic
def study_quarantine(*, actor: Person, study_instance_uid: str) -> Study:
    """Take the study off its patient, because it is of somebody else. Raises NotFound."""
    study = study_lock(actor, study_instance_uid, Permission.VIEW_STUDY)
    _quarantine(study, QuarantineReason.WRONG_PATIENT, study.patient, actor=actor)
    return study


def identity_check(study: Study, patient: Any, birth_date: str) -> bool:
    """Quarantine the study, which has no patient yet, if its images contradict ``patient``."""
    name = study.dicom_patient_name
    if not _is_contradicted(patient, name, birth_date):
        return False
    _quarantine(study, QuarantineReason.IDENTITY, patient, name=name, birth_date=birth_date)
    return True


def instance_check(study: Study, name: str, birth_date: str) -> None:
    """Quarantine a filed study of which a new instance contradicts the patient.

    What the study's first images said already was decided when it was filed.
    """
    known = name == study.dicom_patient_name and birth_date in ("", study.dicom_birth_date)
    if study.patient_id is None or known or not _is_contradicted(study.patient, name, birth_date):
        return
    said = {"dicom_patient_name": name, "dicom_birth_date": birth_date}
    if AcceptedIdentity.objects.filter(study=study, **said).exists():
        return
    study = Study.objects.select_for_update().get(pk=study.pk)
    if study.patient is not None:  # nor taken off it meanwhile
        reason = QuarantineReason.IDENTITY
        _quarantine(study, reason, study.patient, name=name, birth_date=birth_date)


def _is_contradicted(patient: Any, name: str, birth_date: str) -> bool:
    """By the records too that were merged into the patient, whose names images may carry."""
    records = chain([patient], patient.duplicates.all())
    return all(identity_differences(name, birth_date, record) for record in records)


def quarantine_end(study: Study) -> None:
    """A user has said whose the study is: whatever its images say, they are not held back again."""
    for row in QuarantinedStudy.objects.filter(study_instance_uid=study.study_instance_uid):
        if row.reason == QuarantineReason.IDENTITY:
            _identity_accept(study, row)
        row.delete()


def _identity_accept(study: Study, said: QuarantinedStudy | AcceptedIdentity) -> None:
    AcceptedIdentity.objects.get_or_create(
        study=study,
        dicom_patient_name=said.dicom_patient_name,
        dicom_birth_date=said.dicom_birth_date,
    )


def quarantine_extend(source: Study, target: Study) -> None:
    """To a study that takes images of ``source``; what was decided of their names too."""
    held = QuarantinedStudy.objects.filter(study_instance_uid=source.study_instance_uid).first()
    if held is not None and not is_quarantined(target):
        held.pk, held.study_instance_uid = None, target.study_instance_uid
        held.save(force_insert=True)
    for accepted in source.accepted_identities.all():
        _identity_accept(target, accepted)


def quarantines_of(actor: Person, study_instance_uids: Iterable[str]) -> dict[str, Any]:
    """By Study Instance UID, with ``patient`` and ``differences`` if the actor sees the patient."""
    found = QuarantinedStudy.objects.filter(study_instance_uid__in=list(study_instance_uids))
    rows = list(found)
    seen = patients.patients_visible_to(actor).in_bulk({row.patient_id for row in rows})
    return {row.study_instance_uid: _described(row, seen.get(row.patient_id)) for row in rows}


def _described(row: QuarantinedStudy, patient: Any) -> dict[str, Any]:
    name, birth_date = row.dicom_patient_name, row.dicom_birth_date
    return {
        "reason": row.reason,
        "patient": patient,
        "dicom_patient_name": name,
        "dicom_birth_date": birth_date,
        "differences": identity_differences(name, birth_date, patient) if patient else [],
    }


def _quarantine(
    study: Study,
    reason: QuarantineReason,
    patient: Any,
    *,
    actor: Person | None = None,
    name: str = "",
    birth_date: str = "",
) -> None:
    """The object is saved if it was before; then whoever keeps what was found in it is told."""
    QuarantinedStudy.objects.update_or_create(
        study_instance_uid=study.study_instance_uid,
        defaults={
            "reason": reason,
            "patient": patient,
            "dicom_patient_name": name,
            "dicom_birth_date": birth_date,
        },
    )
    before, study.patient, study.order = study.patient_id, None, None
    if study.pk is not None:
        rights_changing()
        study.save_versioned(expected=study.version)
        study_moved(study, before)
        study_keys_write(study.pk)
    audit.record(
        actor=actor,
        action="study.quarantine",
        object_type="study",
        object_id=study.study_instance_uid,
        patient_id=patient.pk,
        permission=Permission.MATCH_STUDY if actor else "",
        detail={"reason": reason},
    )
