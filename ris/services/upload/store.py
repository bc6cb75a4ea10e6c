"""Take an upload apart, store what is sound, answer for each file."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings

from audit import services as audit
from audit.choices import Outcome
from common.errors import AppError, ConflictError, ErrorCode, InvalidInput
from rbac.permissions import Permission
from ris.clients.orthanc import orthanc
from ris.services.upload import unzip
from ris.services.upload.gate import PatientGate
from ris.services.upload.inspection import Candidate, inspect
from ris.services.upload.part10 import part10_write

MAX_AUDITED_STUDIES = 100


class FileStatus(StrEnum):
    STORED = "stored"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file as received; ``name`` is the client's and only goes back into the answer."""

    name: str
    path: Path
    too_large: bool = False


@dataclass(frozen=True, slots=True)
class FileResult:
    """``error`` is set when rejected; the UIDs are empty when they could not be read."""

    name: str
    status: FileStatus
    sop_instance_uid: str = ""
    study_instance_uid: str = ""
    error: ErrorCode | None = None


@dataclass(frozen=True, slots=True)
class UploadResult:
    files: tuple[FileResult, ...]

    @property
    def accepted(self) -> list[FileResult]:
        """Those that the archive holds now, whether it took them or had them."""
        return [file for file in self.files if file.error is None]

    @property
    def studies(self) -> dict[str, int]:
        """Study Instance UID to the number of accepted instances."""
        return dict(Counter(file.study_instance_uid for file in self.accepted))

    @property
    def archive_failed(self) -> bool:
        return any(file.error is ErrorCode.ARCHIVE_UNAVAILABLE for file in self.files)


def dicom_upload(
    *, actor: Any, files: Iterable[IncomingFile], patient_id: str, work: Path
) -> UploadResult:
    """Store DICOM files and zips of them; safe to be sent again.

    ``patient_id``: the MRN that the files must carry, or empty. ``work``: a folder for temporary
    files, emptied by the caller. One bad file does not keep its neighbours out.

    Raises NotFound (the given patient is not visible), InvalidInput (nothing but noise).
    """
    gate = PatientGate(actor, patient_id)
    results = tuple(result for file in files for result in _file_results(file, gate, work))
    if not results:
        raise InvalidInput(ErrorCode.NO_FILES, field="files")
    result = UploadResult(results)
    audit.record(
        actor=actor,
        action="dicom.upload",
        object_type="study",
        object_id=next(iter(result.studies), ""),
        permission=Permission.UPLOAD_DICOM,
        outcome=Outcome.OK if result.accepted else Outcome.FAILED,
        detail={
            "files": Counter(file.status for file in results),
            "codes": Counter(file.error.value.code for file in results if file.error),
            "studies": list(result.studies)[:MAX_AUDITED_STUDIES],
        },
    )
    return result


def _file_results(file: IncomingFile, gate: PatientGate, work: Path) -> Iterator[FileResult]:
    if file.too_large:
        yield FileResult(file.name, FileStatus.REJECTED, error=ErrorCode.FILE_TOO_LARGE)
    elif unzip.is_noise(file.name):
        return
    elif unzip.is_zip(file.path):
        yield from _zip_results(file, gate, work)
    else:
        yield from _store(file.name, file.path, gate, work)


def _zip_results(file: IncomingFile, gate: PatientGate, work: Path) -> Iterator[FileResult]:
    empty = True
    try:
        for entry in unzip.entries(
            file.path, work / "entry", max_entry_bytes=settings.UPLOAD_MAX_FILE_BYTES
        ):
            empty = False
            name = f"{file.name}/{entry.name}"
            if entry.error is not None:
                yield FileResult(name, FileStatus.REJECTED, error=entry.error)
            else:
                yield from _store(name, entry.path, gate, work)
    except InvalidInput as error:
        yield FileResult(file.name, FileStatus.REJECTED, error=error.code)
    else:
        if empty:
            yield FileResult(file.name, FileStatus.REJECTED, error=ErrorCode.NO_FILES)


def _store(name: str, path: Path, gate: PatientGate, work: Path) -> Iterator[FileResult]:
    """One result, or none for a DICOMDIR."""
    candidate = None
    try:
        candidate = inspect(path)
        if candidate is None:
            return
        gate.check(candidate)
        status, error = _archive(candidate, work), None
    except AppError as refusal:
        status, error = FileStatus.REJECTED, refusal.code
    yield FileResult(
        name,
        status,
        candidate.sop_instance_uid if candidate else "",
        candidate.study_instance_uid if candidate else "",
        error,
    )


def _archive(candidate: Candidate, work: Path) -> FileStatus:
    """Raises ConflictError when other bytes are stored under the SOP Instance UID."""
    path = candidate.path
    if not candidate.has_preamble:
        path = work / "part10"
        part10_write(candidate, path)
    with path.open("rb") as stream:
        md5 = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        known = orthanc().instances_with_uid(candidate.sop_instance_uid)
        if not known:
            stream.seek(0)
            stored = orthanc().instance_add(stream)
            if stored.status == "stored":
                return FileStatus.STORED
            known = [stored.orthanc_id]
    if any(orthanc().instance_md5(orthanc_id) != md5 for orthanc_id in known):
        raise ConflictError(ErrorCode.SOP_INSTANCE_CONFLICT)
    return FileStatus.DUPLICATE
