"""The ideal midline: the plane by which the outer shape of a brain is its own mirror image.

It comes from a mask of the brain, not from its images: a growth that pushes the septum and the falx
aside changes the tissue, while the skull keeps the shape of the brain. What lay outside the images
has no mirror image and counts for neither side; nor does a lesion.

Coordinates are RAS, mm: x grows to the patient's right.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import ndimage, optimize

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_SMOOTH_MM = 3.0
_COARSE_MM, _FINE_MM = 12.0, 5.0
_MARGIN_MM = 6.0
_STARTS_DEGREES = (-24.0, 0.0, 24.0)
_ARM_MM = 80.0
"""An angle counts in the search as the way of a point this far from the middle."""
_ROBUST = 0.3
_AS_WELL, _AS_WELL_AT_LEAST = 1.3, 0.005
"""How much more unlike its mirror image the brain may be for a start that fits as well."""
_EDGE = 0.5
_MIN_POINTS = 50
_LEAST_KNOWN = 0.3


@dataclass(frozen=True)
class PlacedMask:
    """A mask and where it lies; `affine_ras` (4, 4) maps (column, row, slice) to RAS, mm."""

    voxels: Mask
    affine_ras: Array

    def index(self, places: Array) -> Array:
        """(3, n), in slices, rows, columns, of places (n, 3)."""
        back = np.linalg.inv(self.affine_ras)[2::-1]
        found: Array = back[:, :3] @ places.T + back[:, 3:]
        return found

    def centres(self) -> Array:
        """(n, 3): the middles of the voxels inside, in RAS, mm."""
        found = np.argwhere(self.voxels)[:, ::-1].astype(np.float64)
        return found @ self.affine_ras[:3, :3].T + self.affine_ras[:3, 3]


@dataclass(frozen=True)
class Plane:
    """`normal` points to the patient's right; `offset`: its distance from the origin, mm."""

    normal: Array
    offset: float

    def heights(self, places: Array) -> Array:
        """Of places (n, 3) the signed distance, mm; positive on the patient's right."""
        found: Array = places @ self.normal - self.offset
        return found

    def mirrored(self, places: Array) -> Array:
        """The places on the other side."""
        return places - 2 * self.heights(places)[:, None] * self.normal


@dataclass(frozen=True)
class Midline:
    """What was found, and how sure it is.

    Attributes:
        plane: from the whole of the brain.
        repeated: the same from its front, back, upper and lower half, and from other starts that
            fit as well.
        overlap: 0..1, of the brain and its mirror image (Dice).
        in_view: 0..1, the part of the brain whose mirror image was in the images.
        spread_mm, spread_degrees: the largest difference to one of `repeated`, over the brain.
    """

    plane: Plane
    repeated: tuple[Plane, ...]
    overlap: float
    in_view: float
    spread_mm: float
    spread_degrees: float


class _Search:
    """Of one brain: how unlike its mirror image it is, at points around it."""

    def __init__(self, brain: PlacedMask, lesion: PlacedMask | None) -> None:
        spacing = np.linalg.norm(brain.affine_ras[:3, :3], axis=0)[::-1]
        self.brain = brain
        self._soft = ndimage.gaussian_filter(
            brain.voxels.astype(np.float32), _SMOOTH_MM / spacing, mode="nearest", truncate=3
        )
        self._lesion = lesion
        inside = brain.centres()
        self.middle: Array = inside.mean(axis=0)
        self._low, self._high = inside.min(axis=0) - _MARGIN_MM, inside.max(axis=0) + _MARGIN_MM

    def points(self, step: float) -> Array:
        """A lattice over the brain and a margin, without the lesion and what was not seen."""
        axes = [np.arange(a, b, step) for a, b in zip(self._low, self._high, strict=True)]
        lattice = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        return lattice[self.look(lattice)[1]]

    def look(self, places: Array) -> tuple[Array, Mask]:
        """The blurred mask, 0..1, and whether it is known: inside the images, not in the lesion."""
        index = self.brain.index(places)
        edge = np.array(self.brain.voxels.shape)[:, None] - 0.5
        known: Mask = np.all((index > -0.5) & (index < edge), axis=0)
        if self._lesion is not None:
            there = self._lesion.index(places)
            lesion: Mask = ndimage.map_coordinates(self._lesion.voxels, there, order=0)
            known = np.logical_and(known, ~lesion)
        return ndimage.map_coordinates(self._soft, index, order=1, mode="nearest"), known

    def plane(self, guess: Array) -> Plane:
        """Of (yaw, roll, shift) in mm: the turns as the way of a point at `_ARM_MM`."""
        yaw, roll = guess[:2] / _ARM_MM
        normal = np.array(
            [np.cos(yaw) * np.cos(roll), np.sin(yaw) * np.cos(roll), np.sin(roll)], np.float64
        )
        return Plane(normal, float(normal @ self.middle + guess[2]))

    def fit(self, points: Array, guess: Array) -> tuple[Array, float]:
        """From a guess to the plane that makes the brain most like its mirror image.

        Returns:
            the plane as for `plane`, and how unlike the two are: 0 for the same.
        """
        here, _ = self.look(points)

        def unlike(where: Array) -> Array:
            there, known = self.look(self.plane(where).mirrored(points))
            left = max(known.mean(), _LEAST_KNOWN)
            off: Array = np.where(known, there - here, 0.0) / np.sqrt(left)
            return off

        def slopes(where: Array) -> Array:
            moves = np.eye(len(where)) * 0.5
            return np.stack([unlike(where + move) - unlike(where - move) for move in moves], 1)

        found = optimize.least_squares(
            unlike, guess, slopes,
            loss="soft_l1", f_scale=_ROBUST, xtol=1e-3, ftol=1e-3, max_nfev=25,
        )  # fmt: skip
        return found.x, 2 * float(found.cost) / float((here**2).sum())


def find_midline(brain: PlacedMask, lesion: PlacedMask | None = None) -> Midline | None:
    """The midline of a brain; None where too little is there to be compared.

    A lesion and what mirrors it count for neither side.
    """
    search = _Search(brain, lesion)
    coarse, fine = search.points(_COARSE_MM), search.points(_FINE_MM)
    if (search.look(coarse)[0] > _EDGE).sum() < _MIN_POINTS:
        return None
    turns = itertools.product(np.deg2rad(_STARTS_DEGREES) * _ARM_MM, repeat=2)
    fits = sorted((search.fit(coarse, np.array([*turn, 0.0])) for turn in turns), key=_unlike)
    best, _ = search.fit(fine, fits[0][0])
    limit = max(_AS_WELL * fits[0][1], fits[0][1] + _AS_WELL_AT_LEAST)
    others = [where for where, each in fits if each <= limit]
    halves = _halves(fine, search.plane(best), search.middle)
    if min(map(len, halves)) < _MIN_POINTS:
        return None
    again = others + [search.fit(half, best)[0] for half in halves]
    return _judged(search, search.plane(best), [search.plane(each) for each in again])


def _unlike(fit: tuple[Array, float]) -> float:
    return fit[1]


def _halves(points: Array, plane: Plane, middle: Array) -> list[Array]:
    """Front, back, upper and lower half, cut across the plane."""
    front = np.array([0.0, 1.0, 0.0])
    front -= (front @ plane.normal) * plane.normal
    front /= np.linalg.norm(front)
    up = np.cross(plane.normal, front)
    heights = [(points - middle) @ axis for axis in (front, -front, up, -up)]
    return [points[height > 0] for height in heights]


def _judged(search: _Search, plane: Plane, repeated: Sequence[Plane]) -> Midline:
    points = search.points(_FINE_MM)
    inside = points[search.look(points)[0] > _EDGE]
    there, known = search.look(plane.mirrored(inside))
    same = there[known] > _EDGE
    ways = [np.abs(plane.heights(inside) - each.heights(inside)).max() for each in repeated]
    turns = [np.clip(plane.normal @ each.normal, -1, 1) for each in repeated]
    return Midline(
        plane=plane,
        repeated=tuple(repeated),
        overlap=float(same.mean()) if same.size else 0.0,
        in_view=float(known.mean()),
        spread_mm=float(max(ways)),
        spread_degrees=float(np.rad2deg(np.arccos(min(turns)))),
    )
