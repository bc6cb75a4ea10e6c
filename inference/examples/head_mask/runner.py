"""The head in an MRI: one threshold, the largest part, its holes filled slice by slice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy import ndimage

from app.errors import InputRefused
from app.runner import Prediction
from app.volume import Volume


class HeadMask:
    """No weights, and no confidence: a threshold knows none."""

    def run(self, volume: Volume, parameters: Mapping[str, float]) -> Prediction:
        """Raises InputRefused for a series without positive values."""
        signal = float(np.quantile(volume.data[:, ::4, ::4], 0.99))
        if signal <= 0:
            raise InputRefused("The series has no signal: hardly any value is above zero.")
        parts, count = ndimage.label(volume.data > parameters["share"] * signal)
        if count == 0:
            raise InputRefused("No voxel is brighter than the threshold.")
        head = parts == 1 + np.bincount(parts.ravel())[1:].argmax()
        filled = np.stack([ndimage.binary_fill_holes(one) for one in head])
        return Prediction(filled.astype(np.uint8))


def load(folder: Path, threads: int) -> HeadMask:
    """Called once when the service starts."""
    return HeadMask()
