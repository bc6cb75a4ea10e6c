"""For large networks: the part of the volume that matters, in overlapping windows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import numpy.typing as npt

from app.runner import progress

FloatArray = npt.NDArray[np.float32]
Size = tuple[int, int, int]
Network = Callable[[FloatArray], FloatArray]

_SIGMA_OF_WINDOW = 0.125
"""Of the Gaussian by which a window's values count: a window knows least at its edge."""


def bounding_box(mask: npt.NDArray[np.bool_], margin: int = 0) -> tuple[slice, slice, slice]:
    """The box around a mask, `margin` voxels wider; the whole grid for an empty mask."""
    if not mask.any():
        return tuple(slice(0, size) for size in mask.shape)  # type: ignore[return-value]
    box = []
    for axis, size in enumerate(mask.shape):
        others = tuple(other for other in range(3) if other != axis)
        inside = np.flatnonzero(mask.any(axis=others))
        box.append(slice(max(0, int(inside[0]) - margin), min(size, int(inside[-1]) + 1 + margin)))
    return box[0], box[1], box[2]


def sliding_window(
    image: FloatArray, window: Size, network: Network, *, overlap: float = 0.5
) -> FloatArray:
    """Run the network in windows and blend what it says where they overlap.

    Args:
        image: (channels, x, y, z).
        network: (1, channels, *window) to (1, classes, *window).
        overlap: share of a window that the next one covers too, 0 to below 1.

    Returns:
        (classes, x, y, z). What is smaller than a window is padded with zeros for the network.
    """
    if not 0 <= overlap < 1:
        raise ValueError("overlap lies in 0 to below 1")
    shape = image.shape[1:]
    padding = [(0, 0), *((0, max(0, w - n)) for w, n in zip(window, shape, strict=True))]
    padded = np.pad(image, padding)
    weight = _gaussian(window)
    places = list(_windows(padded.shape[1:], window, overlap))
    total: FloatArray | None = None
    weights = np.zeros(padded.shape[1:], np.float32)
    for number, place in enumerate(places, start=1):
        said = network(np.ascontiguousarray(padded[(slice(None), *place)])[None])[0]
        if total is None:
            total = np.zeros((said.shape[0], *padded.shape[1:]), np.float32)
        total[(slice(None), *place)] += said * weight
        weights[place] += weight
        progress(number / len(places))
    assert total is not None  # noqa: S101  a grid has at least one window
    total /= weights
    return total[(slice(None), *(slice(0, size) for size in shape))]


def _windows(shape: tuple[int, ...], window: Size, overlap: float) -> Iterator[tuple[slice, ...]]:
    starts = []
    for size, width in zip(shape, window, strict=True):
        step = max(1, round(width * (1 - overlap)))
        along = [*range(0, size - width, step), size - width]
        starts.append(along)
    for corner in product(*starts):
        yield tuple(slice(at, at + width) for at, width in zip(corner, window, strict=True))


def _gaussian(window: Size) -> FloatArray:
    """1 in the middle, and nowhere 0."""
    weight = np.ones(window, np.float32)
    for axis, size in enumerate(window):
        place = (np.arange(size) - (size - 1) / 2) / (size * _SIGMA_OF_WINDOW)
        line = np.maximum(np.exp(-(place**2) / 2), 1e-3).astype(np.float32)
        weight *= line.reshape([-1 if other == axis else 1 for other in range(3)])
    return weight
