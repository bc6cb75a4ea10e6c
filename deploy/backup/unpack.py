"""A restore: files first, then the database, each compared with the manifest of the backup."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from deploy.backup import database, orthanc_data, stream
from deploy.backup.hapi_data import FILE as FHIR_FILE
from deploy.backup.place import Place
from deploy.backup.restic import Repository
from deploy.backup.save import FORM, KEPT_FILES, MANIFEST, Manifest, digest
from deploy.native.console import say, step
from deploy.native.stack_error import StackError


def manifest_of(repository: Repository, snapshot: str) -> Manifest:
    """What a snapshot holds; asked before anything is deleted. Raises StackError."""
    manifest: Manifest = json.loads(repository.read(snapshot, MANIFEST))
    if manifest["form"] != FORM:
        raise StackError("This backup was made by another version; restore with that one.")
    say(f"backup of {manifest['made_at']}, {manifest['instances']} images")
    return manifest


def refuse_unless_vacant(data: Path) -> None:
    """Raises StackError when an archive, a FHIR store or a kept file is there, known or not."""
    kept = [data / "orthanc" / orthanc_data.INDEX, data / "hapi" / FHIR_FILE]
    kept += [path for folder in KEPT_FILES for path in (data / folder).rglob("*")]
    if any(path.is_file() for path in kept):
        raise StackError("There are data. To delete them and restore, add --force.")


def unpack(data: Path, repository: Repository, snapshot: str) -> dict[str, str]:
    """Bring all files back, each read again and compared; return the secrets.

    The servers of ``data`` must be down. Raises StackError naming what is not what it was.
    """
    with step("files"):
        repository.restore(snapshot, data)
    stage, storage = data / "stage", data / "orthanc"
    manifest: Manifest = json.loads((data / MANIFEST).read_text("utf-8"))
    with step("files against the manifest"):
        wrong = [name for name, sha in manifest["files"].items() if digest(stage / name) != sha]
        wrong += orthanc_data.damaged(storage, stage / "orthanc-index")
    if wrong:
        raise StackError(f"{len(wrong)} files are not what they were, {wrong[0]} for one.")
    shutil.copyfile(stage / "orthanc-index", storage / orthanc_data.INDEX)
    (data / "hapi").mkdir(mode=0o700, exist_ok=True)
    shutil.copyfile(stage / "fhir.mv.db", data / "hapi" / FHIR_FILE)
    secrets: dict[str, str] = json.loads((stage / "secrets.json").read_text("utf-8"))
    return secrets


def load(place: Place) -> None:
    """Fill database and audit buffer; only MariaDB and Redis run. Raises StackError."""
    stage = place.stage
    manifest: Manifest = json.loads((place.data / MANIFEST).read_text("utf-8"))
    with step("database"):
        database.load(place, stage / "database.sql")
    with step("database, row by row against the manifest"):
        again = stage / "again.sql"
        database.dump(place, again)
        different = database.differences(manifest["tables"], database.tables(again))
    if different:
        raise StackError(f"These tables are not what they were: {', '.join(different)}.")
    database.forget_derived(place)
    count = stream.load(place, stage / "audit.jsonl")
    say(f"{len(manifest['tables'])} tables are the same; {count} audit entries wait again")
    place.clear_stage()
