"""Checks whether the sender may upload images of a patient."""

from __future__ import annotations

from common.errors import ConflictError, ErrorCode, InvalidInput, NotFound
from common.person import Person
from emr import selectors as patients
from pacs.ingest.inspection import Candidate
from pacs.models import QuarantinedStudy, Series, Study
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for


class PatientGate:
    """Checks each file of one upload against the given patient and the sender's rights.

    Staff may upload images of any patient but those restricted patients whom they do not see.
    Users who see shared patients only may upload images of these. Other images are stored but not
    matched automatically (QuarantinedStudy), with the same response, which discloses nobody.
    """

    def __init__(self, actor: Person, patient_id: str) -> None:
        """``patient_id``: the MRN that all files must carry, or empty.

        Raises NotFound for a patient whom the sender does not see.
        """
        self._actor = actor
        self._patient_id = patient_id
        self._named = patients.patient_by_mrn(patient_id) if patient_id else None
        self._trusted = scope_for(actor, Permission.VIEW_PATIENT) is Scope.ALL
        self._passed: set[tuple[str, str, str]] = set()
        self._patients: dict[str, str] = {}
        self._studies: dict[str, str] = {}
        if patient_id and not self._sees(patient_id):
            raise NotFound(ErrorCode.PATIENT_NOT_FOUND, field="patient_id")

    def _sees(self, patient_id: str) -> bool:
        """By the MRN, also that of a record that was merged into another."""
        return patients.patient_seen_by_mrn(self._actor, patient_id) is not None

    def _is_named(self, patient_id: str) -> bool:
        if patient_id in ("", self._patient_id):
            return True
        return self._named is not None and self._named == patients.patient_by_mrn(patient_id)

    def _may_file(self, patient_id: str) -> bool:
        if self._sees(patient_id):
            return True
        return self._trusted and patients.patient_by_mrn(patient_id) is None

    def check(self, candidate: Candidate) -> None:
        """Raises InvalidInput for another patient's file, ConflictError for a misused Series UID.

        A file without Patient ID contradicts nothing; its study waits for a person to match it.
        """
        key = (candidate.study_instance_uid, candidate.series_instance_uid, candidate.patient_id)
        if key in self._passed:
            return
        if self._patient_id and not self._is_named(candidate.patient_id):
            raise InvalidInput(ErrorCode.DICOM_PATIENT_MISMATCH)
        self._check_index(candidate)
        self._check_upload(candidate)
        if not self._may_file(candidate.patient_id):
            self._quarantine(candidate.study_instance_uid)
        self._passed.add(key)

    def _check_index(self, candidate: Candidate) -> None:
        study = Study.objects.filter(study_instance_uid=candidate.study_instance_uid).first()
        if study is not None and study.dicom_patient_id != candidate.patient_id:
            raise InvalidInput(ErrorCode.DICOM_PATIENT_MISMATCH)
        elsewhere = Series.objects.filter(
            series_instance_uid=candidate.series_instance_uid
        ).exclude(study__study_instance_uid=candidate.study_instance_uid)
        if elsewhere.exists():
            raise ConflictError(ErrorCode.SOP_INSTANCE_CONFLICT)

    def _check_upload(self, candidate: Candidate) -> None:
        """As against the index, which does not have the other files of this upload yet."""
        study, series = candidate.study_instance_uid, candidate.series_instance_uid
        if self._patients.setdefault(study, candidate.patient_id) != candidate.patient_id:
            raise InvalidInput(ErrorCode.DICOM_PATIENT_MISMATCH)
        if self._studies.setdefault(series, study) != study:
            raise ConflictError(ErrorCode.SOP_INSTANCE_CONFLICT)

    def _quarantine(self, study_instance_uid: str) -> None:
        """Keep the study back; nobody adds to a study that they did not begin themselves."""
        quarantined = QuarantinedStudy.objects.filter(study_instance_uid=study_instance_uid).first()
        if (
            quarantined is None
            and not Study.objects.filter(study_instance_uid=study_instance_uid).exists()
        ):
            quarantined, _ = QuarantinedStudy.objects.get_or_create(
                study_instance_uid=study_instance_uid, defaults={"uploaded_by_id": self._actor.pk}
            )
        if quarantined is None or quarantined.uploaded_by_id != self._actor.pk:
            raise InvalidInput(ErrorCode.DICOM_PATIENT_MISMATCH)
