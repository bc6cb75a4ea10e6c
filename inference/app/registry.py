"""The models folders: `<id>/<version>/` with `manifest.json`, weights, and often a `runner.py`.

Several versions of a model stand side by side; `<id>/manifest.json` alone is a model of one
version. The folders are looked at again and again: what is new is loaded, what is bad is refused by
name, what has not changed stays. A runner is code: only the operator may write to the folders.
"""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.errors import ModelNotFound
from app.foreign_files import check_foreign_files
from app.manifests import ModelManifest
from app.processes import IsolatedRunner, Limits, Processes, Spec, try_to_load
from app.runners import runner_of
from app.schemas import RefusedModel

_log = logging.getLogger("inference.models")
_QUICK = ("rule", "assist")


@dataclass(frozen=True)
class Model:
    """A manifest with its runner, whose methods run in a process of their own.

    `files` are the SHA-256 of its weights, and of its `runner.py` or configuration.
    """

    manifest: ModelManifest
    runner: Any
    files: Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """A folder that is to hold one version of a model."""

    id: str
    version: str
    folder: Path

    @property
    def name(self) -> str:
        return f"{self.id}/{self.version}" if self.version else self.id


@dataclass(frozen=True)
class _Loaded:
    """What is served and what is refused at one moment; replaced as a whole."""

    models: Mapping[str, Mapping[str, Model]]
    refused: tuple[RefusedModel, ...]


class Registry:
    """The models by id and version, and the folders that were refused."""

    def __init__(
        self,
        folders: Iterable[Path],
        limits: Limits,
        servers: Mapping[str, str] | None = None,
        code_allowed: Collection[str] = (),
    ) -> None:
        self._folders, self._limits = tuple(folders), limits
        self._servers, self._code_allowed = servers or {}, code_allowed
        self._processes = Processes()
        self._seen: dict[Place, str] = {}
        self._known: dict[Place, Model | RefusedModel] = {}
        self._loaded = _Loaded({}, ())
        self.reload()

    def __len__(self) -> int:
        return len(self._loaded.models)

    @property
    def refused(self) -> tuple[RefusedModel, ...]:
        """The folders that are not served, with their reasons."""
        return self._loaded.refused

    def get(self, model_id: str, version: str | None = None) -> Model:
        """One model, in its newest version unless another one is asked for.

        Raises:
            ModelNotFound
        """
        models = self._loaded.models
        if model_id not in models:
            known = ", ".join(models)
            raise ModelNotFound(f"No model has this id; known: {known}.")
        versions = models[model_id]
        if version is None:
            return versions[_newest(versions)]
        if version not in versions:
            known = ", ".join(versions)
            raise ModelNotFound(f"The model {model_id} has no such version; known: {known}.")
        return versions[version]

    def manifests(self) -> list[ModelManifest]:
        """Every manifest: by id, of each the newest version first."""
        return [
            versions[name].manifest
            for versions in self._loaded.models.values()
            for name in sorted(versions, key=_version_order, reverse=True)
        ]

    def reload(self) -> bool:
        """Load what is new or has changed; whether there was anything.

        The others are served on meanwhile, and a run keeps the model that it has.
        """
        started = time.perf_counter()
        seen = {place: _fingerprint(place.folder) for place in _places(self._folders)}
        if seen == self._seen:
            return False
        self._known = {
            place: self._known[place] if self._seen.get(place) == key else self._try(place, key)
            for place, key in seen.items()
        }
        self._seen, self._loaded = seen, _arranged(self._known)
        _log.info(
            "models loaded",
            extra={
                "models": len(self),
                "refused": len(self.refused),
                "seconds": round(time.perf_counter() - started, 3),
            },
        )
        return True

    def close(self) -> None:
        """End the processes of the models."""
        self._processes.close()

    def _try(self, place: Place, key: str) -> Model | RefusedModel:
        try:
            return self._load(place, key)
        except Exception as error:
            return _refusal(place, _reason(error))

    def _load(self, place: Place, key: str) -> Model:
        manifest = _manifest(place)
        check_foreign_files(place.folder, code_allowed=place.name in self._code_allowed)
        asked, allowed = manifest.resources, self._limits
        limits = Limits(
            memory_mb=min(asked.memory_mb or allowed.memory_mb, allowed.memory_mb),
            seconds=min(asked.seconds or allowed.seconds, allowed.seconds),
            disk_mb=allowed.disk_mb,
            threads=asked.threads or allowed.threads,
        )
        brought = runner_of(
            place.folder,
            manifest,
            servers=self._servers,
            seconds=limits.seconds,
            code_allowed=place.name in self._code_allowed,
        )
        spec = Spec(
            name=f"{manifest.id} {manifest.version}",
            key=key,
            folder=place.folder,
            limits=limits,
            quick=manifest.kind in _QUICK,
            runner=brought.runner,
            settings=brought.settings,
            libraries=brought.libraries,
        )
        files = {name: _sha256(place.folder / name) for name in brought.files}
        try_to_load(spec)
        return Model(manifest, IsolatedRunner(self._processes, spec), {**manifest.files, **files})


def load_registry(
    folders: Iterable[Path],
    limits: Limits,
    servers: Mapping[str, str] | None = None,
    code_allowed: Collection[str] = (),
) -> Registry:
    """Load every model of the folders; `servers` and `code_allowed` as in the settings.

    Raises:
        SystemExit: no model is left to serve.
    """
    registry = Registry(folders, limits, servers, code_allowed)
    if not len(registry):
        reasons = "; ".join(f"{each.id}: {each.reason}" for each in registry.refused)
        raise SystemExit(f"Refusing to start: no model to serve. {reasons or 'No model folder.'}")
    return registry


def _places(folders: Sequence[Path]) -> Iterator[Place]:
    for folder in (each for root in folders for each in _subfolders(root)):
        versions = _subfolders(folder)
        if (folder / "manifest.json").exists() or not versions:
            yield Place(folder.name, "", folder)
        else:
            yield from (Place(folder.name, each.name, each) for each in versions)


def _subfolders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and p.name[0] not in "._")


def _fingerprint(folder: Path) -> str:
    """Changes with any file of the folder: their names, sizes and times, not their content."""
    seen = []
    for path in sorted(folder.rglob("*")):
        try:
            state = path.stat()
        except FileNotFoundError:
            continue
        if path.is_file() and "__pycache__" not in path.parts:
            seen.append(f"{path.relative_to(folder)} {state.st_size} {state.st_mtime_ns}")
    return hashlib.sha256("\n".join(seen).encode()).hexdigest()


def _manifest(place: Place) -> ModelManifest:
    manifest = ModelManifest.model_validate_json((place.folder / "manifest.json").read_bytes())
    if manifest.id != place.id:
        raise ValueError(f"the id {manifest.id} is not the folder's name")
    if place.version and manifest.version != place.version:
        raise ValueError(f"the version {manifest.version} is not the folder's name")
    for name, expected in manifest.files.items():
        if _sha256(place.folder / name) != expected:
            raise ValueError(f"{name} is not the file that the manifest declares")
    return manifest


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _arranged(known: Mapping[Place, Model | RefusedModel]) -> _Loaded:
    models: dict[str, dict[str, Model]] = {}
    refused = []
    for place, found in known.items():
        if isinstance(found, RefusedModel):
            refused.append(found)
        elif found.manifest.version in models.get(place.id, {}):
            refused.append(_refusal(place, "another folder holds this version of the model"))
        else:
            models.setdefault(place.id, {})[found.manifest.version] = found
    return _Loaded(models, tuple(refused))


def _refusal(place: Place, reason: str) -> RefusedModel:
    _log.error("model refused", extra={"model": place.name, "reason": reason})
    return RefusedModel(id=place.id, version=place.version, reason=reason)


def _newest(versions: Iterable[str]) -> str:
    return max(versions, key=_version_order)


def _version_order(version: str) -> list[tuple[int, int | str]]:
    """1.10 comes after 1.9, and a number after a word: 1.0 after 1.rc."""
    parts = re.findall(r"\d+|[^\d.+-]+", version)
    return [(1, int(part)) if part.isdigit() else (0, part) for part in parts]


def _reason(error: BaseException) -> str:
    if isinstance(error, ValidationError):
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        return "manifest.json: " + "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'manifest'}: {fault['msg']}" for fault in faults
        )
    if isinstance(error, FileNotFoundError):
        return f"{Path(str(error.filename)).name} is missing"
    return str(error) or type(error).__name__
