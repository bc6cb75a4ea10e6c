"""A trained network in windows: one series or several in, coded segments on the reference out.

A network of `inputs.sequences` needs no more of its runner than this; README.md shows one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


def on_one_grid(
    volumes: Mapping[str, Volume], names: Sequence[str], reference: Volume, grid: Grid
) -> FloatArray:
    """The volumes of these names (channels, x, y, z), laid over the reference and resampled.

    Raises:
        InputRefused: names the one that cannot be laid over the reference.
    """
    found = []
    for number, name in enumerate(names, start=1):
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
        progress(_REGISTERED * number / len(names))
    return np.stack(found)


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
        overlap: share of a window that the next one covers too.
        value_range: its values were clipped to these and brought to 0..1; without it they are
            standardised inside `brain`.
        threads: cores that the registration may use; 0 is all.
        brain: the mask of what the network may look at; its channels are 0 around it.
    """

    network: Network
    channels: tuple[str, ...]
    reference: str
    segments: Mapping[int, int]
    spacing_mm: float = 1.0
    window: Size = (96, 96, 96)
    overlap: float = 0.5
    value_range: tuple[float, float] | None = None
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
        channels = on_one_grid(volumes, self.channels, reference, grid)
        brain = self.brain(channels)
        if not brain.any():
            raise InputRefused("The images show no object.")
        box = bounding_box(brain, _MARGIN_VOXELS)
        inside = brain[box]
        image = np.stack([self._scaled(each[box], inside) for each in channels])
        scores = sliding_window(image, self.window, self.network, overlap=self.overlap)
        return Prediction(self._segments_of(scores, grid.cropped(box), reference))

    def _scaled(self, channel: FloatArray, inside: BoolArray) -> FloatArray:
        if self.value_range is None:
            return _standardised(channel, inside)
        low, high = self.value_range
        scaled: FloatArray = (np.clip(channel, low, high) - low) / (high - low)
        return np.where(inside, scaled, 0).astype(np.float32)

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
