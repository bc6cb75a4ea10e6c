"""Orthanc's index while Orthanc writes it, and its files against it."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from deploy.native.stack_error import StackError

INDEX = "index"
_ATTEMPTS = 20
_GENERATION = slice(16, 24)
"""The salts in the header of a write-ahead log: drawn anew when it begins again."""
_THREADS = 4


class Attachment(NamedTuple):
    """One stored file; ``path`` is relative to the storage directory."""

    path: str
    size: int
    md5: str


def _generation(log: Path) -> bytes:
    try:
        with log.open("rb") as file:
            return file.read(32)[_GENERATION]
    except FileNotFoundError:
        return b""


def index_copy(storage: Path, target: Path) -> None:
    """Copy the index (SQLite) of a running Orthanc, as of some moment during the copy.

    Orthanc keeps the index locked for itself alone, so SQLite's own ways to copy are shut. But
    whatever reaches the main file stands in the write-ahead log as well, until the log begins
    again from its start, with new salts. So the main file, then the log, are together one
    consistent state if the log did not begin again in between. Raises StackError when it did each
    time.
    """
    source, log = storage / INDEX, storage / f"{INDEX}-wal"
    for attempt in range(_ATTEMPTS):
        before = _generation(log)
        shutil.copyfile(source, target)
        target_log = target.with_name(f"{target.name}-wal")
        target_log.unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(log, target_log)
        if before == _generation(target_log) == _generation(log):
            _fold(target)
            return
        time.sleep(min(0.1 * 2**attempt, 10))
    raise StackError("The archive is being written to without a pause: try again when it rests.")


def _fold(copy: Path) -> None:
    """Make one file of the copy and its log; raises StackError unless SQLite finds it sound."""
    with contextlib.closing(sqlite3.connect(copy)) as index:
        index.execute("PRAGMA journal_mode = DELETE").fetchall()
        verdict = index.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok":
        raise StackError("The copy of the archive's index is damaged.")


def attachments(index: Path) -> Iterator[Attachment]:
    """Every file that an index (not in use) refers to."""
    with contextlib.closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "SELECT uuid, compressedSize, compressedMD5 FROM AttachedFiles ORDER BY uuid"
        )
        for uuid, size, md5 in rows:
            yield Attachment(f"{uuid[:2]}/{uuid[2:4]}/{uuid}", size, md5)


def instance_count(index: Path) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True)) as connection:
        query = "SELECT COUNT(*) FROM Resources WHERE resourceType = 4"
        return int(connection.execute(query).fetchone()[0])


def damaged(storage: Path, index: Path) -> list[str]:
    """Read every file of the index; return the paths of those that are not what they were."""

    def is_damaged(attachment: Attachment) -> str | None:
        try:
            with (storage / attachment.path).open("rb") as file:
                found = hashlib.file_digest(
                    file, lambda: hashlib.md5(usedforsecurity=False)
                ).hexdigest()
        except OSError:
            return attachment.path
        return None if found == attachment.md5 else attachment.path

    with ThreadPoolExecutor(_THREADS, "md5") as pool:
        return [path for path in pool.map(is_damaged, attachments(index)) if path]
