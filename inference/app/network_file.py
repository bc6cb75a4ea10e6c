"""Runs a network in one file, ONNX or TorchScript, as the manifest's `network` says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.detector import Detector, foreground
from app.runner import OnnxModel, Prediction
from app.runners import NetworkSettings
from app.sequences import ONLY
from app.sliding import Network
from app.torch_models import torchscript
from app.transport import NotAnAnswer
from app.volume import Volume

FloatArray = npt.NDArray[np.float32]


class NetworkRunner:
    """A network that takes the place of a `runner.py`, for one series or for several."""

    def __init__(self, network: Network, settings: NetworkSettings, threads: int) -> None:
        about = settings.network
        self._classes = settings.segments + 1
        self._network = network
        self._detector = Detector(
            network=self._scores,
            channels=settings.sequences or (ONLY,),
            reference=settings.reference or ONLY,
            segments={number: number for number in range(1, self._classes)},
            spacing_mm=about.spacing_mm,
            window=about.window,
            overlap=about.overlap,
            value_range=about.value_range,
            threads=threads,
            brain=foreground,
        )

    def run(
        self, given: Volume | Mapping[str, Volume], parameters: Mapping[str, float]
    ) -> Prediction:
        """The segments of a series, or of the reference of several.

        Raises:
            InputRefused: a sequence cannot be laid over the reference, or nothing is in the images.
            NotAnAnswer: the network does not answer as the manifest says.
        """
        volumes = {ONLY: given} if isinstance(given, Volume) else given
        return self._detector.run(volumes, parameters)

    def _scores(self, batch: FloatArray) -> FloatArray:
        scores = self._network(batch)
        wanted = (1, self._classes, *batch.shape[2:])
        if scores.shape != wanted:
            raise NotAnAnswer(f"the network gave {scores.shape}, where {wanted} is expected")
        if not np.isfinite(scores).all():
            raise NotAnAnswer("the network gave values that are not numbers")
        return scores


def load(folder: Path, threads: int, settings: NetworkSettings) -> NetworkRunner:
    """The network with what the manifest says of it."""
    path = folder / settings.file
    network = OnnxModel(path, threads) if path.suffix == ".onnx" else torchscript(path, threads)
    return NetworkRunner(network, settings, threads)
