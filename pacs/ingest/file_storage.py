"""Stores one DICOM file: inspect it, check it, send it to the archive."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

from common.errors import AppError, ConflictError, ErrorCode, InvalidInput
from pacs.archive.orthanc import orthanc
from pacs.dicom import values as dicom
from pacs.index.deletion import instances_delete
from pacs.ingest.inspection import IDENTIFIERS, Candidate, inspect
from pacs.ingest.part10 import part10_write
from pacs.ingest.upload_results import FileResult, FileStatus

Check = Callable[[Candidate], None]


def file_store(name: str, path: Path, check: Check, work: Path) -> FileResult | None:
    """Store a file; None for a DICOMDIR. ``check`` raises AppError to reject the file."""
    candidate = None
    try:
        candidate = inspect(path)
        if candidate is None:
            return None
        check(candidate)
        status, orthanc_id = _archive(candidate, work)
        return FileResult(name, status, candidate, orthanc_id=orthanc_id)
    except AppError as refusal:
        return FileResult(name, FileStatus.REJECTED, candidate, refusal.code)


def _archive(candidate: Candidate, work: Path) -> tuple[FileStatus, str]:
    """With the Orthanc id. Raises ConflictError if other bytes are stored under its UID."""
    path = candidate.path
    if not candidate.has_preamble:
        path = work / "part10"
        part10_write(candidate, path)
    if candidate.corrections:
        path = _corrected(candidate, path, work)
    with path.open("rb") as stream:
        md5 = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        known = orthanc().instances_with_uid(candidate.sop_instance_uid)
        if not known:
            stream.seek(0)
            stored = orthanc().instance_add(stream)
            if stored.status == "stored":
                _check_identity(candidate, stored.orthanc_id)
                return FileStatus.STORED, stored.orthanc_id
            known = [stored.orthanc_id]
    if any(orthanc().instance_md5(orthanc_id) != md5 for orthanc_id in known):
        raise ConflictError(ErrorCode.SOP_INSTANCE_CONFLICT)
    return FileStatus.DUPLICATE, known[0]


def _corrected(candidate: Candidate, path: Path, work: Path) -> Path:
    """A copy with what is stored instead of some of the file's bytes."""
    copy = work / "corrected"
    shutil.copyfile(path, copy)
    added = path.stat().st_size - candidate.path.stat().st_size  # preamble and File Meta
    with copy.open("r+b") as stream:
        for offset, value in candidate.corrections:
            stream.seek(offset + added)
            stream.write(value)
    return copy


def _check_identity(candidate: Candidate, orthanc_id: str) -> None:
    """Compare the identifiers in the archive with those that were checked.

    Two parsers may read a malformed file differently. Raises InvalidInput after deleting the file.
    """
    tags = orthanc().instance_tags(orthanc_id) or {}
    found = [dicom.uid(tags, keyword) for keyword in IDENTIFIERS]
    if [dicom.text(tags, "PatientID"), *found] == [
        candidate.patient_id,
        candidate.sop_class_uid,
        candidate.sop_instance_uid,
        candidate.study_instance_uid,
        candidate.series_instance_uid,
    ]:
        return
    orthanc().instance_delete(orthanc_id)
    instances_delete([orthanc_id])
    raise InvalidInput(ErrorCode.DICOM_UNREADABLE, "the identifiers are ambiguous")
