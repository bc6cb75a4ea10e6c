"""Stores pictures and PDFs that a patient brought, encoded anew, as one study of the patient."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset

from audit import services as audit
from common.errors import AppError, ErrorCode, ExternalError, InvalidInput, NotFound
from common.person import Person
from emr import selectors as patients
from pacs.archive.orthanc import orthanc
from pacs.index.deletion import instances_delete
from pacs.ingest.document_objects import Brought, object_write, pdf_object, picture_object
from pacs.ingest.intake import Intake
from pacs.ingest.upload_results import FileResult, FileStatus, IncomingFile, UploadResult
from rbac.permissions import Permission

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 60
MOST_FILES = 100
MOST_BYTES = 100 << 20
"""Of one file; the archive's index reads a document whole."""
_REFUSALS = {
    "unreadable": ErrorCode.DOCUMENT_UNREADABLE,
    "encrypted": ErrorCode.DOCUMENT_ENCRYPTED,
    "too_large": ErrorCode.DOCUMENT_TOO_LARGE,
}


def documents_upload(
    *,
    actor: Person,
    files: Sequence[IncomingFile],
    patient_id: str,
    description: str,
    day: date | None,
    work: Path,
) -> UploadResult:
    """All of the files or none; pictures are the pages of one series. Repeating it is safe.

    Raises NotFound (patient), InvalidInput (a file that is not taken: its field is ``files.`` and
    the file's place from 0), ExternalError.
    """
    patient = patients.patient_seen_by_mrn(actor, patient_id)
    if patient is None:
        raise NotFound(ErrorCode.PATIENT_NOT_FOUND, field="patient_id")
    if not 1 <= len(files) <= MOST_FILES:
        raise InvalidInput(ErrorCode.NO_FILE_STORED, field="files")
    brought = Brought(patient, description, day, _key(patient_id, description, day, files))
    made = [
        (file.name, _written(data, work / f"object-{at}"))
        for at, (file, data) in enumerate(_objects(brought, files, work))
    ]
    intake = Intake(actor, work, patient_id=patient.patient_id)
    result = UploadResult(_stored(intake, made))
    audit.record(
        actor=actor,
        action="document.upload",
        object_type="study",
        object_id=brought.study_instance_uid,
        patient_id=patient.pk,
        permission=Permission.UPLOAD_DICOM,
        detail=result.counts(),
    )
    return result


def _key(patient_id: str, description: str, day: date | None, files: Sequence[IncomingFile]) -> str:
    digest = hashlib.sha256(json.dumps([patient_id, description, str(day)]).encode())
    for file in files:
        with file.path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def _objects(
    brought: Brought, files: Sequence[IncomingFile], work: Path
) -> Iterator[tuple[IncomingFile, Dataset]]:
    pictures = pdfs = 0
    target = work / "decoded"
    for number, file in enumerate(files):
        form = _decoded(number, file, target)
        if "pages" in form:
            pdfs += 1
            yield file, pdf_object(brought, pdfs, target.read_bytes())
        else:
            pictures += 1
            size = file.path.stat().st_size
            yield file, picture_object(brought, pictures, form, target.read_bytes(), size)


def _decoded(number: int, file: IncomingFile, target: Path) -> dict[str, Any]:
    """What the process says of the file. Raises InvalidInput."""
    if file.error or file.path.stat().st_size > MOST_BYTES:
        raise _refused(ErrorCode.DOCUMENT_TOO_LARGE, number)
    command = [sys.executable, "-m", "pacs.ingest.document_process", str(file.path), str(target)]
    try:
        ended = subprocess.run(  # noqa: S603  (our own module, our own paths)
            command,
            cwd=ROOT,
            env={"OMP_NUM_THREADS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=TIMEOUT_S,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        raise _refused(ErrorCode.DOCUMENT_TOO_LARGE, number) from None
    form: dict[str, Any] = json.loads(ended.stdout)
    if "refused" in form:
        raise _refused(_REFUSALS[form["refused"]], number)
    return form


def _refused(code: ErrorCode, number: int) -> InvalidInput:
    """Which file, by its place: its name may be a patient's."""
    return InvalidInput(code, field=f"files.{number}")


def _written(data: Dataset, path: Path) -> Path:
    object_write(data, path)
    return path


def _stored(intake: Intake, made: Sequence[tuple[str, Path]]) -> tuple[FileResult, ...]:
    """Of a file that the archive refuses, those before it are taken back."""
    results: list[FileResult] = []
    for number, (name, path) in enumerate(made):
        result = intake.store(name, path)
        if result is None or result.error:
            _take_back(results)
            raise _failure(result.error if result else None, number)
        results.append(result)
    return tuple(results)


def _take_back(results: Sequence[FileResult]) -> None:
    ids = [result.orthanc_id for result in results if result.status is FileStatus.STORED]
    for orthanc_id in ids:
        orthanc().instance_delete(orthanc_id)
    instances_delete(ids)


def _failure(code: ErrorCode | None, number: int) -> AppError:
    if code is ErrorCode.ARCHIVE_UNAVAILABLE:
        return ExternalError(code)
    return _refused(code or ErrorCode.DOCUMENT_UNREADABLE, number)
