"""The models folders: one sub-folder per model with `manifest.json`, `runner.py`, weights.

A runner is code: the folders must be ones that only the operator can write to.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from app.errors import ModelNotFound
from app.manifests import ModelManifest
from app.runner import Runner
from app.schemas import RefusedModel

_log = logging.getLogger("inference.models")


@dataclass(frozen=True)
class Model:
    """A manifest with its loaded runner."""

    manifest: ModelManifest
    runner: Runner


class Registry:
    """The models by id, loaded once, and the folders that were refused."""

    def __init__(self, models: dict[str, Model], refused: Sequence[RefusedModel]) -> None:
        self._models = models
        self.refused = tuple(refused)

    def __len__(self) -> int:
        return len(self._models)

    def get(self, model_id: str) -> Model:
        """One model.

        Raises:
            ModelNotFound
        """
        try:
            return self._models[model_id]
        except KeyError:
            known = ", ".join(self._models)
            raise ModelNotFound(f"No model has this id; known: {known}.") from None

    def manifests(self) -> list[ModelManifest]:
        """Every manifest, by id."""
        return [model.manifest for model in self._models.values()]


def load_registry(folders: Iterable[Path], threads: int) -> Registry:
    """Load every model of the folders. One that cannot be loaded is refused, the others served.

    Raises:
        SystemExit: no model is left to serve.
    """
    models: dict[str, Model] = {}
    refused = []
    for path in (each for folder in folders for each in _model_folders(folder)):
        try:
            if path.name in models:
                raise ValueError("another folder holds a model of this id")
            models[path.name] = _load(path, threads)
        except (Exception, SystemExit) as error:
            reason = _reason(error)
            _log.error("model refused", extra={"model": path.name, "reason": reason})
            refused.append(RefusedModel(id=path.name, reason=reason))
    if not models:
        reasons = "; ".join(f"{each.id}: {each.reason}" for each in refused)
        raise SystemExit(f"Refusing to start: no model to serve. {reasons or 'No model folder.'}")
    return Registry(models, refused)


def _model_folders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and p.name[0] not in "._")


def _load(folder: Path, threads: int) -> Model:
    manifest = ModelManifest.model_validate_json((folder / "manifest.json").read_bytes())
    if manifest.id != folder.name:
        raise ValueError(f"the id {manifest.id} is not the folder's name")
    for name, expected in manifest.files.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != expected:
            raise ValueError(f"{name} is not the file that the manifest declares")
    return Model(manifest, _load_runner(folder, threads))


def _load_runner(folder: Path, threads: int) -> Runner:
    spec = importlib.util.spec_from_file_location(
        f"inference_model_{folder.name}", folder / "runner.py"
    )
    if spec is None or spec.loader is None:
        raise ImportError("runner.py cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    runner: Runner = module.load(folder, threads)
    return runner


def _reason(error: BaseException) -> str:
    if isinstance(error, ValidationError):
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        return "manifest.json: " + "; ".join(
            f"{'.'.join(map(str, fault['loc'])) or 'manifest'}: {fault['msg']}" for fault in faults
        )
    if isinstance(error, FileNotFoundError):
        return f"{Path(str(error.filename)).name} is missing"
    return f"{type(error).__name__}: {error}"
