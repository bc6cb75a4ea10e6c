"""Where to begin a rigid registration: many places on a coarse grid, compared by their likeness."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from app.errors import InputRefused
from app.gates import otsu_threshold
from app.volume import Volume

Matrix = npt.NDArray[np.floating[Any]]

RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
_BINS = 16
_TURNS_DEGREES = (-20.0, 0.0, 20.0)
_REFINED, _STEPS = 6, 90
_MOST_POINTS = 6_000
_STEP_MM, _STEP_RADIANS = 8.0, 0.12
_SAME_MM, _SAME_RADIANS = 6.0, 0.1
_MARGIN_MM = 16.0
_LEAST_INSIDE = 0.3


@dataclass(frozen=True)
class Part:
    """float32 (slices, rows, columns), and its index (column, row, slice) to LPS mm."""

    data: npt.NDArray[np.float32]
    affine: Matrix

    @classmethod
    def of(cls, volume: Volume) -> Part:
        """The volume without its extreme values.

        Raises:
            InputRefused: values that are not numbers, or all the same.
        """
        step = max(1, volume.data.shape[0] // 24)
        sample = volume.data[step // 2 :: step, ::2, ::2]
        low, high = np.quantile(sample, (0.005, 0.995))
        if not np.isfinite(volume.data).all() or high <= low:
            raise InputRefused("The images have no contrast: all values are the same.")
        return cls(np.clip(volume.data, low, high), RAS_TO_LPS @ volume.affine_ras)


def block_mean(part: Part, spacing_mm: float) -> Part:
    """Means over whole voxels, so that voxels are near to the spacing or as coarse as they were."""
    spacing = np.linalg.norm(part.affine[:3, :3], axis=0)
    sizes = np.array(part.data.shape[::-1])
    factors = np.clip(np.round(spacing_mm / spacing).astype(int), 1, np.maximum(sizes // 4, 1))
    (z, y, x), (fx, fy, fz) = np.array(part.data.shape) // factors[::-1], factors
    data = part.data[: z * fz, : y * fy, : x * fx]
    for axis, factor in ((0, fz), (1, fy), (2, fx)):
        if factor > 1:
            size = (*data.shape[:axis], -1, factor, *data.shape[axis + 1 :])
            data = data.reshape(size).mean(axis=axis + 1)
    affine = part.affine.copy()
    affine[:3, 3] += affine[:3, :3] @ ((factors - 1) / 2)
    affine[:3, :3] *= factors
    return Part(np.ascontiguousarray(data, np.float32), affine)


def rigid_matrix(
    turn: Matrix, shift: npt.NDArray[np.float64], centre: npt.NDArray[np.float64]
) -> Matrix:
    """Turned about the centre, then shifted (mm)."""
    matrix = np.eye(4)
    matrix[:3, :3] = turn
    matrix[:3, 3] = centre + shift - turn @ centre
    return matrix


class Search:
    """Compares places of the moving part by normalised mutual information (Studholme 1999)."""

    def __init__(self, fixed: Part, moving: Part) -> None:
        signal = fixed.data > otsu_threshold(fixed.data)
        if not signal.any():
            raise InputRefused("The images have no contrast: all values are the same.")
        places = _places(fixed, np.argwhere(signal))
        self.centre = places.mean(axis=0)
        low, high = places.min(axis=0) - _MARGIN_MM, places.max(axis=0) + _MARGIN_MM
        every = _places(fixed, np.argwhere(np.ones(fixed.data.shape, bool)))
        near = np.flatnonzero(((every >= low) & (every <= high)).all(axis=1))
        if len(near) > _MOST_POINTS:
            near = np.random.default_rng(1).choice(near, _MOST_POINTS, replace=False)
        self._points = np.c_[every[near], np.ones(len(near))].T
        self._signal = signal.ravel()[near]
        self._fixed = _binned(fixed.data).ravel()[near] * _BINS
        self._moving = _binned(moving.data).astype(np.float32)
        self._into = np.linalg.inv(moving.affine)
        other = _places(moving, np.argwhere(moving.data > otsu_threshold(moving.data)))
        self._other_centre = other.mean(axis=0)
        self._middles = [_middle(part) for part in (fixed, moving)]
        size = len(other) * abs(np.linalg.det(moving.affine[:3, :3]))
        own = len(places) * abs(np.linalg.det(fixed.affine[:3, :3]))
        self._expected = min(1.0, size / own)

    def shared(self, place: Matrix) -> float:
        """How much of the fixed signal lies in the moving volume, as a share of the smaller."""
        _, inside = self._seen(place)
        return float(inside[self._signal].mean() / self._expected)

    def score(self, place: Matrix) -> float:
        """Normalised mutual information, 1..2; 0 where too little lies in both."""
        index, inside = self._seen(place)
        if inside[self._signal].mean() < _LEAST_INSIDE * self._expected:
            return 0.0
        values = ndimage.map_coordinates(self._moving, index[:, inside], order=1, mode="nearest")
        both = self._fixed[inside] + values.astype(np.int64)
        counts = np.bincount(both, minlength=_BINS * _BINS).reshape(_BINS, _BINS).astype(float)
        counts /= counts.sum()
        joint = _entropy(counts.ravel())
        return (_entropy(counts.sum(axis=0)) + _entropy(counts.sum(axis=1))) / max(joint, 1e-9)

    def best_starts(self, number: int) -> list[Matrix]:
        """The best places that differ from each other, the best first."""
        turns = np.radians(list(product(_TURNS_DEGREES, repeat=3)))
        shifts = (
            np.zeros(3),
            self._other_centre - self.centre,
            self._middles[1] - self._middles[0],
        )
        tried = [np.r_[turn, shift] for turn in turns for shift in shifts]
        tried.sort(key=self._cost)
        found: list[npt.NDArray[np.float64]] = []
        refined = sorted((self._refine(each) for each in tried[:_REFINED]), key=lambda e: e[0])
        for _, place in refined:
            if all(_differ(place, known) for known in found):
                found.append(place)
        return [self._matrix(place) for place in found[:number]]

    def _refine(self, place: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        steps = np.diag([*[_STEP_RADIANS] * 3, *[_STEP_MM] * 3])
        simplex = np.vstack([place, place + steps])
        best = minimize(
            self._cost,
            place,
            method="Nelder-Mead",
            options={"initial_simplex": simplex, "maxfev": _STEPS, "xatol": 1e-3, "fatol": 1e-5},
        )
        return float(best.fun), best.x

    def _cost(self, place: npt.NDArray[np.float64]) -> float:
        return -self.score(self._matrix(place))

    def _matrix(self, place: npt.NDArray[np.float64]) -> Matrix:
        return rigid_matrix(Rotation.from_rotvec(place[:3]).as_matrix(), place[3:], self.centre)

    def _seen(self, place: Matrix) -> tuple[Matrix, npt.NDArray[np.bool_]]:
        index = (self._into @ place @ self._points)[2::-1]
        ends = np.array(self._moving.shape)[:, None] - 1
        return index, ((index >= -0.5) & (index <= ends + 0.5)).all(axis=0)


def _places(part: Part, index: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """LPS mm of voxels (slice, row, column)."""
    placed: npt.NDArray[np.float64] = index[:, ::-1] @ part.affine[:3, :3].T + part.affine[:3, 3]
    return placed


def _middle(part: Part) -> npt.NDArray[np.float64]:
    middle: npt.NDArray[np.float64] = _places(part, (np.array([part.data.shape]) - 1) // 2)[0]
    return middle


def _binned(data: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    low, high = float(data.min()), float(data.max())
    scaled = (data - low) / max(high - low, 1e-9) * _BINS
    return np.minimum(scaled.astype(np.int64), _BINS - 1)


def _entropy(shares: npt.NDArray[np.float64]) -> float:
    known = shares[shares > 0]
    return float(-(known * np.log(known)).sum())


def _differ(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> bool:
    gap = np.abs(one - other)
    return bool(gap[:3].max() > _SAME_RADIANS or gap[3:].max() > _SAME_MM)
