"""The models folder: one sub-folder per model with `manifest.json`, `runner.py`, weights.

A runner is code: the folder must be one that only the operator can write to.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from app.errors import ModelNotFound
from app.manifests import Manifest
from app.runner import Runner


@dataclass(frozen=True)
class Model:
    """A manifest with its loaded runner."""

    manifest: Manifest
    runner: Runner


class Registry:
    """The models by id, loaded once."""

    def __init__(self, models: dict[str, Model]) -> None:
        self._models = models

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

    def manifests(self) -> list[Manifest]:
        """Every manifest, by id."""
        return [model.manifest for model in self._models.values()]


def load_registry(folder: Path, threads: int) -> Registry:
    """Load every model of the folder.

    Raises:
        SystemExit: a faulty manifest or runner, or weights that are not the declared ones.
    """
    found = sorted(folder.glob("*/manifest.json"))
    if not found:
        raise SystemExit(f"Refusing to start: no model in INFERENCE_MODELS_DIR {folder}")
    return Registry({path.parent.name: _load(path, threads) for path in found})


def _load(path: Path, threads: int) -> Model:
    folder = path.parent
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
        if manifest.id != folder.name:
            raise ValueError(f"the id {manifest.id} is not the folder's name")
        for name, expected in manifest.files.items():
            if hashlib.sha256((folder / name).read_bytes()).hexdigest() != expected:
                raise ValueError(f"{name} is not the file that the manifest declares")
        return Model(manifest, _load_runner(folder, threads))
    except (ValidationError, ValueError, OSError, ImportError, AttributeError) as error:
        raise SystemExit(f"Refusing to start, bad model {folder.name}: {error}") from error


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
