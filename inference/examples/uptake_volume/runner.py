"""The volume of all voxels at or above a share of the maximum."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from app.errors import InputRefused
from app.runner import Prediction
from app.volume import Volume


class UptakeVolume:
    """No weights: a threshold and a count."""

    def run(self, volume: Volume, parameters: Mapping[str, float]) -> Prediction:
        """Raises InputRefused for a series without positive values."""
        peak = float(volume.data.max())
        if peak <= 0:
            raise InputRefused("The series has no uptake: no value is above zero.")
        voxels = int(np.count_nonzero(volume.data >= parameters["share"] * peak))
        return Prediction(quantities={"uptake-volume": voxels * volume.voxel_ml})


def load(folder: Path, threads: int) -> UptakeVolume:
    """Called once, when the process of the model starts."""
    return UptakeVolume()
