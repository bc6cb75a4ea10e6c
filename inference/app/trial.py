"""Runs a model of a folder on DICOM files, as the service would: for whoever makes a model.

python -m app.trial MODELS MODEL SERIES [parameter=number …]; a model of several sequences takes
its series as id=folder instead.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from app import gates, predictions
from app.dicom import read_slices
from app.errors import InferenceError, RequestInvalid
from app.manifests import ModelManifest
from app.processes import Limits
from app.registry import Model, load_registry
from app.runner import Prediction
from app.sequences import ONLY
from app.volume import Volume, assemble

_LIMITS = Limits(memory_mb=4096, seconds=600.0, disk_mb=1024, threads=0)


def run(models: Path, model_id: str, given: list[str]) -> dict[str, Any]:
    """What the model says of the series.

    Raises:
        InferenceError: what refuses the model, the series or the result.
    """
    registry = load_registry([models], _LIMITS)
    try:
        return _run(registry.get(model_id), given)
    finally:
        registry.close()


def _run(model: Model, given: list[str]) -> dict[str, Any]:
    manifest = model.manifest
    named = dict(each.split("=", 1) for each in given if "=" in each)
    ids = [each.id for each in manifest.inputs.sequences]
    folders = {name: named.pop(name) for name in ids if name in named}
    if "=" not in given[0]:
        folders[ONLY] = given[0]
    if set(folders) != set(ids or [ONLY]):
        raise RequestInvalid(f"The model needs {', '.join(ids) or 'one folder'}.")
    parameters = manifest.resolve_parameters({name: float(text) for name, text in named.items()})
    volumes = {name: _volume(Path(folder), manifest) for name, folder in folders.items()}
    volume = volumes[manifest.inputs.reference]
    prediction = model.runner.run(volumes if ids else volume, parameters)
    predictions.check_prediction(prediction, manifest.outputs, volume)
    return _said(prediction, manifest, volume)


def _volume(folder: Path, manifest: ModelManifest) -> Volume:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    volume = assemble([each for path in files for each in read_slices(path.read_bytes())])
    gates.check_volume(volume, manifest.inputs)
    gates.check_gates(volume, manifest.gates)
    return volume


def _said(prediction: Prediction, manifest: ModelManifest, volume: Volume) -> dict[str, Any]:
    labels = prediction.labels
    volumes = (
        [] if labels is None else predictions.segment_volumes(labels, manifest.outputs, volume)
    )
    return {
        "model": f"{manifest.id} {manifest.version}",
        "volumes_ml": {each.label: each.volume_ml for each in volumes},
        "quantities": dict(prediction.quantities),
        "classes": dict(prediction.class_probabilities),
        "risk_score": prediction.risk_score,
        "confidence": prediction.confidence,
    }


def main() -> None:
    """Print the result as JSON, or say why there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", type=Path)
    parser.add_argument("model")
    parser.add_argument("given", nargs="+", metavar="SERIES or name=value")
    asked = parser.parse_args()
    try:
        said = run(asked.models, asked.model, asked.given)
    except InferenceError as error:
        raise SystemExit(error.message) from None
    sys.stdout.write(json.dumps(said, indent=2) + "\n")


if __name__ == "__main__":
    main()
