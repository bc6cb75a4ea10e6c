"""What a model's `runner.py` offers: `load(folder, threads) -> Runner`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from app.volume import Volume


@dataclass(frozen=True)
class Prediction:
    """A model's answer on the grid it was given.

    Attributes:
        labels: uint8 (slices, rows, columns), the manifest's segment numbers, 0 outside.
        confidence, risk_score: 0..1 as the manifest defines them, None where it does not.
    """

    labels: npt.NDArray[np.uint8]
    confidence: float | None = None
    risk_score: float | None = None


class Runner(Protocol):
    """A loaded model. One call at a time."""

    def run(self, volume: Volume, parameters: Mapping[str, float]) -> Prediction:
        """Segment the volume.

        Raises:
            InputRefused: the model finds nothing to work on.
        """


class OnnxModel:
    """An ONNX session on the CPU that gives its working memory back after each run."""

    def __init__(self, path: Path, threads: int) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name
        self._run_options = ort.RunOptions()
        self._run_options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    def __call__(self, batch: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """First output for (batch, channels, x, y, z)."""
        output: npt.NDArray[np.float32] = self._session.run(
            None, {self._input: batch}, self._run_options
        )[0]
        return output
