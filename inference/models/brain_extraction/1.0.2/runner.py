"""Brain extraction from a T1-weighted head MRI: the deepbet 1.0.2 networks and their pipeline.

A first network finds the brain's box on the whole volume, a second one segments inside it.
Both were trained on volumes in RAS order that are resampled to a fixed cube by nearest
neighbour. Source: https://github.com/wwu-mmll/deepbet, MIT (LICENSE beside this file).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import nibabel as nib
import numpy as np
import numpy.typing as npt
from scipy import ndimage

from app.errors import InputRefused
from app.runner import OnnxModel, Prediction, progress
from app.volume import Volume

FloatVolume = npt.NDArray[np.float32]
BoolVolume = npt.NDArray[np.bool_]

_BOX_GRID = (128, 128, 128)
_MASK_GRID = (256, 256, 256)
_BOX_MARGIN = 0.1
_MIN_BOX_OCCUPANCY = 0.02
_CLIP_QUANTILES = (0.005, 0.995)
_BOX_FOUND, _MASK_FOUND = 0.1, 0.9  # of the time of a run
_NETWORK_STD, _NETWORK_MEAN = 0.226, 0.449


class BrainExtraction:
    """The two loaded networks."""

    def __init__(self, box_network: OnnxModel, mask_network: OnnxModel) -> None:
        self._box_network = box_network
        self._mask_network = mask_network

    def run(self, volume: Volume, parameters: Mapping[str, float]) -> Prediction:
        """Label 1 on the brain, and the probability of it. `threshold` cuts the probability.

        Raises:
            InputRefused: neither network sees a brain.
        """
        array = volume.data.transpose(2, 1, 0)
        to_ras = nib.orientations.io_orientation(volume.affine_ras)
        canonical = np.ascontiguousarray(nib.orientations.apply_orientation(array, to_ras))
        mask, probability = self._segment(canonical, parameters["threshold"])
        back = nib.orientations.ornt_transform(nib.orientations.axcodes2ornt("RAS"), to_ras)
        labels, heat = (
            np.ascontiguousarray(nib.orientations.apply_orientation(each, back).transpose(2, 1, 0))
            for each in (mask.astype(np.uint8), probability)
        )
        confidence = float(probability[mask].mean(dtype=np.float64))
        return Prediction(labels, confidence=confidence, probability=heat)

    def _segment(self, image: FloatVolume, threshold: float) -> tuple[BoolVolume, FloatVolume]:
        small = resample_nearest(image, _BOX_GRID)
        low, high = (float(np.quantile(small, q)) for q in _CLIP_QUANTILES)
        coarse = self._box_network(normalise(small, low, high)[None, None])[0, 1]
        box = brain_box(largest_component(coarse > 0.5), image.shape)
        progress(_BOX_FOUND)

        crop = image[box]
        cube = normalise(resample_nearest(crop, _MASK_GRID), low, high)
        fine = self._mask_network(cube[None, None])
        progress(_MASK_FOUND)
        probability = resample_nearest(fine[0, 1], crop.shape)
        inside = fill_holes(largest_component(probability > threshold))

        mask, whole = np.zeros(image.shape, bool), np.zeros(image.shape, np.float32)
        mask[box], whole[box] = inside, np.clip(probability, 0, 1)
        return mask, whole


def resample_nearest(image: FloatVolume, shape: tuple[int, ...]) -> FloatVolume:
    """Nearest neighbour by voxel centres (PyTorch's `nearest-exact`)."""
    index = [
        np.minimum(((np.arange(target) + 0.5) * source / target).astype(np.intp), source - 1)
        for target, source in zip(shape, image.shape, strict=True)
    ]
    return image[np.ix_(*index)]


def normalise(image: FloatVolume, low: float, high: float) -> FloatVolume:
    """Clip to [low, high], standardise, and shift to what the networks were trained with."""
    scaled: FloatVolume = np.clip((image - np.float32(low)) / np.float32(high - low), 0, 1)
    mean, deviation = scaled.mean(dtype=np.float64), scaled.std(dtype=np.float64)
    scaled -= np.float32(mean)
    scaled *= np.float32(_NETWORK_STD / deviation)
    scaled += np.float32(_NETWORK_MEAN)
    return scaled


def largest_component(mask: BoolVolume) -> BoolVolume:
    """The largest 26-connected component.

    Raises:
        InputRefused: the mask is empty.
    """
    labels, count = ndimage.label(mask, ndimage.generate_binary_structure(3, 3))
    if count == 0:
        raise InputRefused("The model found no brain in this series.")
    largest: BoolVolume = labels == 1 + np.bincount(labels.ravel())[1:].argmax()
    return largest


def fill_holes(mask: BoolVolume) -> BoolVolume:
    """Fill what is enclosed: background components (6-connected) that touch no border."""
    background, count = ndimage.label(~np.pad(mask, 1))
    return mask if count < 2 else background[1:-1, 1:-1, 1:-1] != background[0, 0, 0]


def brain_box(coarse: BoolVolume, shape: tuple[int, ...]) -> tuple[slice, ...]:
    """The box of the coarse mask on the full grid, widened by a tenth on each side."""
    box = []
    for axis, size in enumerate(shape):
        others = tuple(other for other in range(3) if other != axis)
        occupied = np.flatnonzero(coarse.mean(others) > _MIN_BOX_OCCUPANCY)
        if occupied.size == 0:
            raise InputRefused("The model found no brain in this series.")
        first, end, scale = occupied[0], occupied[-1] + 1, size / coarse.shape[axis]
        centre = round((end + first) / 2 * scale)
        width = round((end - first) * scale * (1 + 2 * _BOX_MARGIN))
        box.append(slice(max(0, int(centre - width / 2)), min(size, int(centre + width / 2))))
    return tuple(box)


def load(folder: Path, threads: int) -> BrainExtraction:
    """Load both networks."""
    return BrainExtraction(
        OnnxModel(folder / "bbox_model.onnx", threads), OnnxModel(folder / "model.onnx", threads)
    )
