"""The files of one upload or STOW-RS request: checked, stored, and tried again in the end."""

from __future__ import annotations

from pathlib import Path

from common.errors import ErrorCode, InvalidInput
from common.person import Person
from pacs.ingest.file_storage import file_store
from pacs.ingest.inspection import Candidate
from pacs.ingest.patient_gate import PatientGate
from pacs.ingest.reference_gate import ReferenceGate
from pacs.ingest.upload_results import FileResult

ROUNDS = 3


class Intake:
    """Stores files by the rights of their sender.

    An object may precede those that it refers to: its file is kept, and tried again by ``settle``
    after the others are stored.
    """

    def __init__(
        self,
        actor: Person,
        work: Path,
        *,
        patient_id: str = "",
        study_instance_uid: str | None = None,
    ) -> None:
        """``patient_id``, ``study_instance_uid``: what all files must carry, if given.

        Raises NotFound for a patient whom the sender does not see.
        """
        self._work = work
        self._study_instance_uid = study_instance_uid
        self._references = ReferenceGate(actor)
        self._patients = PatientGate(actor, patient_id)
        self._kept: list[tuple[FileResult, Path]] = []

    def store(self, name: str, path: Path) -> FileResult | None:
        """Store a file, which is moved if it has to wait; None for a DICOMDIR."""
        result = file_store(name, path, self._check, self._work)
        if result is None:
            return None
        if result.error is ErrorCode.DICOM_REFERENCE_UNKNOWN:
            kept = path.rename(self._work / f"kept-{len(self._kept)}")
            self._kept.append((result, kept))
        elif result.error is None and result.candidate is not None:
            self._references.arrived(result.candidate)
        return result

    def settle(self, results: list[FileResult]) -> tuple[FileResult, ...]:
        """The results once the files that had to wait are tried again."""
        final = {id(result): result for result in results}
        waiting = [(id(result), path) for result, path in self._kept]
        for _ in range(ROUNDS):
            before = len(waiting)
            waiting = [
                (key, path) for key, path in waiting if not self._is_settled(final, key, path)
            ]
            if len(waiting) in (0, before):
                break
        return tuple(final[id(result)] for result in results)

    def _is_settled(self, final: dict[int, FileResult], key: int, path: Path) -> bool:
        result = file_store(final[key].name, path, self._check, self._work)
        if result is None or result.error is ErrorCode.DICOM_REFERENCE_UNKNOWN:
            return False
        if result.error is None and result.candidate is not None:
            self._references.arrived(result.candidate)
        final[key] = result
        return True

    def _check(self, candidate: Candidate) -> None:
        if self._study_instance_uid not in (None, candidate.study_instance_uid):
            raise InvalidInput(ErrorCode.DICOM_STUDY_MISMATCH)
        self._references.check(candidate)
        self._patients.check(candidate)
