"""STOW-RS (PS3.18 10.5): the instances of one request, by the rules of an upload."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from common.errors import ErrorCode, InvalidInput
from common.person import Person
from pacs.ingest.intake import Intake
from pacs.ingest.upload_results import FileResult, FileStatus, IncomingFile, UploadResult


def instances_store(
    *, actor: Person, files: Sequence[IncomingFile], study_instance_uid: str | None, work: Path
) -> UploadResult:
    """Store one instance per file; repeating a request is safe.

    ``study_instance_uid``: the study that all instances must belong to, or None.

    Raises InvalidInput if there is no file.
    """
    if not files:
        raise InvalidInput(ErrorCode.NO_FILE_STORED)
    intake = Intake(actor, work, study_instance_uid=study_instance_uid)
    return UploadResult(intake.settle([_stored(file, intake) for file in files]))


def _stored(file: IncomingFile, intake: Intake) -> FileResult:
    if file.error is not None:
        return FileResult(file.name, FileStatus.REJECTED, error=file.error)
    result = intake.store(file.name, file.path)
    if result is None:  # a DICOMDIR
        return FileResult(file.name, FileStatus.REJECTED, error=ErrorCode.UNSUPPORTED_MEDIA)
    return result
