"""Results on disk: one folder per job, complete or absent, deleted after an hour."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.schemas import InferenceOut

KEEP_SECONDS = 3600.0
_RESULT, _PARTIAL = "result.json", ".partial-"
MASK, PROBABILITY = "mask.nii.gz", "probability.u8.gz"


@dataclass(frozen=True)
class StoredResult:
    """A result with the fingerprint of the request that asked for it."""

    fingerprint: str
    result: InferenceOut


class ResultStore:
    """`<folder>/<job_id>/result.json`, with `MASK` and `PROBABILITY` beside it where the model
    makes them. Ids are UUIDs, made by the service."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, stored: StoredResult, files: Mapping[str, bytes]) -> None:
        """Write the files, then make them visible in one rename; the first writer wins."""
        partial = Path(tempfile.mkdtemp(prefix=_PARTIAL, dir=self._folder))
        body = {"fingerprint": stored.fingerprint, "result": stored.result.model_dump()}
        _write(partial / _RESULT, json.dumps(body).encode())
        for name, content in files.items():
            _write(partial / name, content)
        target = self._folder / stored.result.job_id
        try:
            partial.rename(target)
        except OSError:
            shutil.rmtree(partial)
            if not target.is_dir():
                raise

    def load(self, job_id: str) -> StoredResult | None:
        """The result, or None when unknown or expired."""
        folder = self._fresh(job_id)
        if folder is None:
            return None
        try:
            body = json.loads((folder / _RESULT).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        return StoredResult(body["fingerprint"], InferenceOut.model_validate(body["result"]))

    def file_path(self, job_id: str, name: str) -> Path | None:
        """A file of a result, or None when unknown, expired or not made by the model."""
        folder = self._fresh(job_id)
        path = folder and folder / name
        return path if path and path.is_file() else None

    def remove_expired(self) -> int:
        """Delete what is older than an hour, abandoned partial folders too; return how many."""
        expired = [path for path in self._folder.iterdir() if path.is_dir() and _expired(path)]
        for path in expired:
            shutil.rmtree(path, ignore_errors=True)
        return len(expired)

    def _fresh(self, job_id: str) -> Path | None:
        folder = self._folder / job_id
        return folder if folder.is_dir() and not _expired(folder) else None


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _expired(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > KEEP_SECONDS
    except FileNotFoundError:
        return True
