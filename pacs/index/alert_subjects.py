"""What the alerts about studies and about images without a patient name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alert.selectors import About, describes
from common.person import Person
from pacs.dicom.person_names import spoken_name
from pacs.models import Study, UnfiledStudy


def study_about(study: Any) -> About:
    return {
        "study_instance_uid": study.study_instance_uid,
        "description": study.description,
        "study_date": study.study_date,
        "accession_number": study.accession_number,
    }


@describes("study_instance_uid")
def alert_studies(user: Person, uids: set[Any]) -> Mapping[Any, About]:
    found = Study.objects.visible_to(user).filter(study_instance_uid__in=uids)
    rows = found.select_related("patient")
    return {study.study_instance_uid: _of_patient(study, study.patient) for study in rows}


@describes("study_id")
def alert_unmatched(user: Person, ids: set[Any]) -> Mapping[Any, About]:
    """Studies that were without a patient: matched since, they are shown as the patient's."""
    waiting = Study.objects.unmatched_for(user).in_bulk(list(ids))
    matched = Study.objects.visible_to(user).select_related("patient").in_bulk(list(ids))
    return {pk: _of_files(study) for pk, study in waiting.items()} | {
        pk: _of_patient(study, study.patient) for pk, study in matched.items()
    }


@describes("unfiled_id")
def alert_unfiled(user: Person, ids: set[Any]) -> Mapping[Any, About]:
    found = UnfiledStudy.objects.visible_to(user).in_bulk(list(ids))
    return {pk: _of_files(unfiled) for pk, unfiled in found.items()}


def _of_patient(study: Study, patient: Any) -> About:
    return {"patient": patient.brief, "study": study_about(study)}


def _of_files(study: Any) -> About:
    patient = {
        "id": None,
        "patient_id": study.dicom_patient_id,
        "full_name": spoken_name(study.dicom_patient_name),
    }
    return {"patient": patient, "study": study_about(study)}
