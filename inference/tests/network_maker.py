"""A made head with a bright ball, a network that finds the ball, and folders that hold it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.dicom_maker import AXIAL, Series, make_series

AIR, HEAD, BALL = 0, 100, 300
SIZE = (32, 28, 24)
CENTRE = (20, 12, 10)
SPACING = np.diag([2.0, 2.0, 2.0, 1.0])
SAGITTAL = ((1, -1), (2, -1), (0, 1))
LESION = {
    "number": 1,
    "label": "Lesion",
    "category": {
        "value": "49755003",
        "scheme": "SCT",
        "meaning": "Morphologically Abnormal Structure",
    },
    "type": {"value": "52988006", "scheme": "SCT", "meaning": "Lesion"},
}
WEIGHTS, BIAS = np.array([[0.0], [1.0]]), np.array([0.0, -1.5])
"""Of scores for background and ball, of a head that is standardised."""


def _distance(centre: tuple[int, ...]) -> npt.NDArray[np.float64]:
    index = np.stack(np.meshgrid(*map(np.arange, SIZE), indexing="ij"), axis=-1)
    distance: npt.NDArray[np.float64] = np.linalg.norm(index - np.array(centre), axis=-1)
    return distance


def ball() -> npt.NDArray[np.bool_]:
    """Where it is, (x, y, z) in RAS."""
    return _distance(CENTRE) < 4


def ball_series(axes: Any = AXIAL) -> Series:  # noqa: ANN401
    """The head cut into slices, as `make_series` does."""
    voxels = np.where(_distance((15, 14, 12)) < 11, HEAD, AIR)
    voxels[ball()] = BALL
    noise = np.random.default_rng(3).integers(0, 9, SIZE)
    return make_series((voxels + noise).astype(np.int16), SPACING, axes=axes)


def put(folder: Path, name: str, content: bytes | object) -> None:
    """A file of a model's folder, JSON unless it is bytes."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def network_folder(models: Path, model_id: str, **changes: Any) -> Path:  # noqa: ANN401
    """The folder of version 1 with its manifest; the network is still to come."""
    folder = models / model_id / "1"
    manifest = {
        "id": model_id,
        "version": "1",
        "name": model_id,
        "kind": "network",
        "result_kind": "segmentation",
        "inputs": {"modalities": ["MR"]},
        "gates": [{"check": "contrast"}],
        "outputs": {"segments": [LESION]},
        "licence": "test",
        "intended_use": "test",
    }
    put(folder, "manifest.json", manifest | changes)
    return folder


NETWORK = {"spacing_mm": 2.0, "window": [16, 16, 16]}
