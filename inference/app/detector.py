"""The slot of a trained detector: several sequences in, coded segments on the reference out.

A network of `inputs.sequences` needs no more of its runner than this; README.md shows one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk  # noqa: N813
from scipy import ndimage

from app.errors import InputRefused
from app.registration import (
    Grid,
    isotropic_grid,
    register,
    resample,
    resample_back,
)
from app.runner import Prediction, progress
from app.sliding import Network, Size, bounding_box, sliding_window
from app.volume import Volume

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
BrainMask = Callable[[FloatArray], BoolArray]

_MARGIN_VOXELS = 2
_REGISTERED = 0.3
"""Share of a run after which all sequences lie on one grid."""


def foreground(channels: FloatArray) -> BoolArray:
    """The largest bright object (Otsu 1979) of the mean of (channels, x, y, z), without holes."""
    mean = sitk.GetImageFromArray(np.ascontiguousarray(channels.mean(axis=0)))
    parts = sitk.ConnectedComponent(sitk.OtsuThreshold(mean, 0, 1))
    largest = sitk.GetArrayFromImage(sitk.RelabelComponent(parts)) == 1
    return ndimage.binary_fill_holes(largest)


@dataclass(frozen=True)
class Detector:
    """A network over several sequences of one head.

    Attributes:
        network: (1, channels, *window) to (1, classes, *window): of every class a number, the
            larger the likelier; class 0 is background.
        channels: ids of the manifest's sequences, in the order of the network's channels.
        reference: the sequence on whose grid the result lies.
        segments: class of the network to number of the manifest's segment; a class that is left
            out is background.
        spacing_mm: of the grid that the network was trained on; its axes are those of RAS.
        threads: cores that the registration may use; 0 is all.
        brain: the mask of what the network may look at; its channels are standardised in there, and
            are 0 around it.
    """

    network: Network
    channels: tuple[str, ...]
    reference: str
    segments: Mapping[int, int]
    spacing_mm: float = 1.0
    window: Size = (96, 96, 96)
    threads: int = 0
    brain: BrainMask = foreground

    def run(self, volumes: Mapping[str, Volume], parameters: Mapping[str, float]) -> Prediction:
        """Register, resample, crop, run the network, and bring the segments back.

        Raises:
            InputRefused: a sequence cannot be laid over the reference, or nothing is in the images.
        """
        if self.threads:
            sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(self.threads)
        reference = volumes[self.reference]
        grid = isotropic_grid(reference, self.spacing_mm)
        channels = self._on_one_grid(volumes, reference, grid)
        brain = self.brain(channels)
        if not brain.any():
            raise InputRefused("The images show no head.")
        box = bounding_box(brain, _MARGIN_VOXELS)
        inside = brain[box]
        image = np.stack([_standardised(each[box], inside) for each in channels])
        scores = sliding_window(image, self.window, self.network)
        return Prediction(self._segments_of(scores, grid.cropped(box), reference))

    def _on_one_grid(
        self, volumes: Mapping[str, Volume], reference: Volume, grid: Grid
    ) -> FloatArray:
        found = []
        for number, name in enumerate(self.channels, start=1):
            moving = volumes[name]
            try:
                transform = (
                    sitk.Transform(3, sitk.sitkIdentity)
                    if moving is reference
                    else register(moving, reference)
                )
            except InputRefused as error:
                raise InputRefused(f"{name}: {error.message}") from error
            found.append(resample(moving, grid, transform))
            progress(_REGISTERED * number / len(self.channels))
        return np.stack(found)

    def _segments_of(
        self, scores: FloatArray, grid: Grid, reference: Volume
    ) -> npt.NDArray[np.uint8]:
        """Of each voxel of the reference the class that scores most, as a segment's number."""
        lowest, highest = float(scores.min()), float(scores.max())
        best = resample_back(scores[0], grid, reference, beyond=highest + 1)
        labels = np.zeros(best.shape, np.uint8)
        for number in range(1, len(scores)):
            score = resample_back(scores[number], grid, reference, beyond=lowest - 1)
            labels[score > best] = self.segments.get(number, 0)
            np.maximum(best, score, out=best)
        return labels


def _standardised(channel: FloatArray, inside: BoolArray) -> FloatArray:
    values = channel[inside]
    deviation = float(values.std()) or 1.0
    scaled: FloatArray = np.where(inside, (channel - values.mean()) / deviation, 0)
    return scaled.astype(np.float32)
