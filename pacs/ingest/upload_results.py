"""Results of an upload, for each file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from common.errors import ErrorCode
from pacs.choices import InstancePlace
from pacs.ingest.inspection import Candidate

MAX_AUDITED_STUDIES = 100


class FileStatus(StrEnum):
    STORED = "stored"
    DUPLICATE = "duplicate"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A received file. ``name``: from the client, only for the response.

    ``error``: why it was not received completely.
    """

    name: str
    path: Path
    error: ErrorCode | None = None


@dataclass(frozen=True, slots=True)
class FileResult:
    """``error`` is set when rejected; ``candidate`` is None when its UIDs could not be read.

    ``orthanc_id`` and ``place`` are of the stored instance.
    """

    name: str
    status: FileStatus
    candidate: Candidate | None = None
    error: ErrorCode | None = None
    orthanc_id: str = ""
    place: InstancePlace | None = None

    @property
    def sop_instance_uid(self) -> str:
        return self.candidate.sop_instance_uid if self.candidate else ""

    @property
    def study_instance_uid(self) -> str:
        return self.candidate.study_instance_uid if self.candidate else ""


@dataclass(frozen=True, slots=True)
class UploadResult:
    files: tuple[FileResult, ...]

    @property
    def accepted(self) -> list[FileResult]:
        """Files that are in the archive now: stored, or already there."""
        return [file for file in self.files if file.error is None]

    @property
    def indexed(self) -> bool:
        """Whether no accepted instance waits for the index."""
        return all(file.place is not InstancePlace.WAITING for file in self.accepted)

    @property
    def studies(self) -> dict[str, int]:
        """Study Instance UID to the number of accepted instances."""
        return dict(Counter(file.study_instance_uid for file in self.accepted))

    def counts(self) -> dict[str, Any]:
        """For the record: numbers, codes and UIDs."""
        return {
            "files": Counter(file.status for file in self.files),
            "codes": Counter(file.error.value.code for file in self.files if file.error),
            "studies": list(self.studies)[:MAX_AUDITED_STUDIES],
        }

    @property
    def archive_failed(self) -> bool:
        return any(file.error is ErrorCode.ARCHIVE_UNAVAILABLE for file in self.files)
