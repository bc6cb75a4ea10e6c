"""A backup: copies of what changes in the one right order, then everything into the repository.

Records point at files, never the other way, and files are written before their records and not
changed. So records come first: whatever they name is in the files that are read after them.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict

from deploy.backup import database, hapi_data, orthanc_data, stream
from deploy.backup.place import Place
from deploy.backup.restic import Repository
from deploy.native.console import say, step
from deploy.native.stack_error import StackError

MANIFEST = "stage/manifest.json"
FORM = 1
_ATTEMPTS = 3
KEPT_FILES = ("cdss/ai_seg", "cdss/rna_seq")
"""Folders of files that records point at: masks, and counts of genes."""
_STAGED = ("audit.jsonl", "database.sql", "fhir.mv.db", "orthanc-index", "secrets.json")


class Manifest(TypedDict):
    """What a restore must find again. ``files``: SHA-256 of each staged copy."""

    form: int
    made_at: str
    tables: dict[str, database.Table]
    instances: int
    audit_entries: int
    files: dict[str, str]


def backup(place: Place, repository: Repository, *, check: str, prune: bool) -> str:
    """Make a snapshot and verify it; return its id. Raises StackError."""
    if repository.make():
        say(f"a new repository: {repository.address}")
    try:
        for _ in range(_ATTEMPTS):
            with step("copies of databases and indexes"):
                manifest = _stage(place)
            with step("snapshot"):
                summary, all_read = _save(place, repository)
            snapshot: str = summary["snapshot_id"]
            with (
                step(f"verification ({check} of all data read back)"),
                _or_forgotten(repository, snapshot),
            ):
                repository.check(check)
                complete = all_read and _holds_all(place, repository, snapshot, manifest)
            if complete:
                break
            repository.forget(snapshot)
            say("files were deleted meanwhile, or cannot be read; once more")
        else:
            raise StackError("Files are being deleted faster than a backup reads them.")
    finally:
        place.clear_stage()
    _report(manifest, summary)
    stream.mark_done(place)
    if prune:
        with step("old snapshots"):
            repository.forget_old()
    return snapshot


@contextmanager
def _or_forgotten(repository: Repository, snapshot: str) -> Iterator[None]:
    """A snapshot that did not stand the test must not be the latest."""
    try:
        yield
    except StackError:
        repository.forget(snapshot)
        raise


def _stage(place: Place) -> Manifest:
    stage = place.stage
    place.clear_stage()
    stage.mkdir(mode=0o700, parents=True, exist_ok=True)
    audit_entries = stream.save(place, stage / "audit.jsonl")
    database.dump(place, stage / "database.sql")
    hapi_data.copy(place, stage / "fhir.mv.db")
    orthanc_data.index_copy(place.archive, stage / "orthanc-index")
    (stage / "secrets.json").write_text(json.dumps(dict(place.secrets)), encoding="utf-8")
    manifest = Manifest(
        form=FORM,
        made_at=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        tables=database.tables(stage / "database.sql"),
        instances=orthanc_data.instance_count(stage / "orthanc-index"),
        audit_entries=audit_entries,
        files={name: digest(stage / name) for name in _STAGED},
    )
    (place.data / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return manifest


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _save(place: Place, repository: Repository) -> tuple[dict[str, Any], bool]:
    for folder in KEPT_FILES:
        (place.data / folder).mkdir(exist_ok=True, mode=0o700)
    index = [f"orthanc/{orthanc_data.INDEX}{ending}" for ending in ("", "-wal", "-shm", "-journal")]
    return repository.save(place.data, ["stage", "orthanc", *KEPT_FILES], index)


def _holds_all(place: Place, repository: Repository, snapshot: str, manifest: Manifest) -> bool:
    """Whether the snapshot has this manifest and each file of the index, in its length."""
    if json.loads(repository.read(snapshot, MANIFEST)) != manifest:
        raise StackError("The snapshot does not hold what was just written.")
    held = dict(repository.sizes(snapshot, "orthanc"))
    needed = orthanc_data.attachments(place.stage / "orthanc-index")
    return all(held.get(f"orthanc/{file.path}") == file.size for file in needed)


def _report(manifest: Manifest, summary: dict[str, Any]) -> None:
    rows = sum(table["rows"] for table in manifest["tables"].values())
    say(
        f"snapshot {summary['snapshot_id'][:8]}: {rows} rows, {manifest['instances']} images; "
        f"{summary['files_new']} new files, {summary['data_added']} bytes added"
    )
