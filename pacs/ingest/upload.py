"""Stores the files of an upload, also from zip files, and returns a result for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings

from audit import services as audit
from audit.choices import Outcome
from common.errors import ErrorCode, InvalidInput
from common.person import Person
from pacs.ingest import zip_files
from pacs.ingest.intake import Intake
from pacs.ingest.upload_results import FileResult, FileStatus, IncomingFile, UploadResult
from rbac.permissions import Permission


def dicom_upload(
    *, actor: Person, files: Iterable[IncomingFile], patient_id: str, work: Path
) -> UploadResult:
    """Store DICOM files and zip files of them; repeating an upload is safe.

    ``patient_id``: the MRN that the files must carry, or empty. ``work``: a folder for temporary
    files, emptied by the caller. A bad file does not affect the others.

    Raises NotFound (the given patient is not visible), InvalidInput (no file to store).
    """
    intake = Intake(actor, work, patient_id=patient_id)
    results = [result for file in files for result in _file_results(file, intake, work)]
    if not results:
        raise InvalidInput(ErrorCode.NO_FILE_STORED, field="files")
    result = UploadResult(intake.settle(results))
    audit.record(
        actor=actor,
        action="dicom.upload",
        object_type="study",
        object_id=next(iter(result.studies), ""),
        permission=Permission.UPLOAD_DICOM,
        outcome=Outcome.OK if result.accepted else Outcome.FAILED,
        detail=result.counts(),
    )
    return result


def _file_results(file: IncomingFile, intake: Intake, work: Path) -> Iterator[FileResult]:
    if file.error is not None:
        yield FileResult(file.name, FileStatus.REJECTED, error=file.error)
    elif zip_files.is_noise(file.name):
        return
    elif zip_files.is_zip(file.path):
        yield from _zip_results(file, intake, work)
    else:
        yield from _present(intake.store(file.name, file.path))


def _zip_results(file: IncomingFile, intake: Intake, work: Path) -> Iterator[FileResult]:
    empty = True
    try:
        for entry in zip_files.entries(
            file.path, work / "entry", max_entry_bytes=settings.UPLOAD_MAX_FILE_BYTES
        ):
            empty = False
            name = f"{file.name}/{entry.name}"
            if entry.error is not None:
                yield FileResult(name, FileStatus.REJECTED, error=entry.error)
            else:
                yield from _present(intake.store(name, entry.path))
    except InvalidInput as error:
        yield FileResult(file.name, FileStatus.REJECTED, error=error.code)
    else:
        if empty:
            yield FileResult(file.name, FileStatus.REJECTED, error=ErrorCode.NO_FILE_STORED)


def _present(result: FileResult | None) -> Iterator[FileResult]:
    if result is not None:
        yield result
