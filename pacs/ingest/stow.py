"""STOW-RS (PS3.18 10.5): the instances of one request, by the rules of an upload."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from common.errors import ErrorCode, InvalidInput
from common.person import Person
from pacs.ingest.file_storage import file_store
from pacs.ingest.inspection import Candidate
from pacs.ingest.patient_gate import PatientGate
from pacs.ingest.reference_gate import ReferenceGate
from pacs.ingest.upload_results import FileResult, FileStatus, IncomingFile, UploadResult

ROUNDS = 3


def instances_store(
    *, actor: Person, files: Sequence[IncomingFile], study_instance_uid: str | None, work: Path
) -> UploadResult:
    """Store one instance per file; repeating a request is safe.

    ``study_instance_uid``: the study that all instances must belong to, or None. An object may
    precede those that it refers to: it is tried again after the others are stored.

    Raises InvalidInput if there is no file.
    """
    if not files:
        raise InvalidInput(ErrorCode.NO_FILE_STORED)
    store = _Store(actor, study_instance_uid, work)
    results: dict[str, FileResult] = {}
    waiting = list(files)
    for _ in range(ROUNDS):
        results |= {file.name: store.one(file) for file in waiting}
        unknown = ErrorCode.DICOM_REFERENCE_UNKNOWN
        again = [file for file in waiting if results[file.name].error is unknown]
        if len(again) in (0, len(waiting)):
            break
        waiting = again
    return UploadResult(tuple(results.values()))


class _Store:
    def __init__(self, actor: Person, study_instance_uid: str | None, work: Path) -> None:
        self._study_instance_uid = study_instance_uid
        self._work = work
        self._references = ReferenceGate(actor)
        self._patients = PatientGate(actor, "")

    def one(self, file: IncomingFile) -> FileResult:
        if file.error is not None:
            return FileResult(file.name, FileStatus.REJECTED, error=file.error)
        result = file_store(file.name, file.path, self._check, self._work)
        if result is None:  # a DICOMDIR
            return FileResult(file.name, FileStatus.REJECTED, error=ErrorCode.UNSUPPORTED_MEDIA)
        if result.candidate is not None and result.error is None:
            self._references.arrived(result.candidate)
        return result

    def _check(self, candidate: Candidate) -> None:
        if self._study_instance_uid not in (None, candidate.study_instance_uid):
            raise InvalidInput(ErrorCode.DICOM_STUDY_MISMATCH)
        self._references.check(candidate)
        self._patients.check(candidate)
