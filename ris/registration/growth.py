"""What grew, shrank or stayed between two masks on the grids of two series. Pure functions.

Points are LPS, mm, (…, 3). Masks are (slices, rows, columns).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from ai.services.diameters import marked_box
from pacs.index.geometry import SeriesGeometry

Floats = npt.NDArray[np.floating[Any]]
Marks = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.uint8]
Box = tuple[slice, slice, slice]
_UNSEEN = -1
_MARGIN = 3
_CORNERS = ((0, 0), (0, -1), (-1, 0), (-1, -1))
_RAS_TO_LPS = np.array([-1.0, -1.0, 1.0])


class Growth(IntEnum):
    """The labels of a growth map."""

    GROWN = 1
    SHRUNK = 2
    STABLE = 3


@dataclass(frozen=True, slots=True)
class GrowthVolumes:
    """In ml. ``before`` and ``after``: each on the grid of its own series, whose difference is the
    change; ``grown``, ``shrunk`` and ``stable``: on the grid of the later one.

    ``unseen_before``, ``unseen_after``: marked, where the other series has no images: neither
    grown nor shrunk.
    """

    before: float
    after: float
    grown: float
    shrunk: float
    stable: float
    unseen_before: float
    unseen_after: float

    @property
    def change(self) -> float:
        return self.after - self.before

    @property
    def change_percent(self) -> float | None:
        """Of the earlier volume; None of nothing."""
        return 100 * self.change / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Grid:
    """A stack of slices that need not lie evenly: ``across`` and ``down`` lead from a pixel to the
    next of its row and of its column."""

    positions: Floats
    across: Floats
    down: Floats
    rows: int
    columns: int
    heights: Floats

    @classmethod
    def of(cls, geometry: SeriesGeometry) -> Grid:
        axes = _RAS_TO_LPS[:, None] * geometry.affine[:3, :3]
        return cls(
            positions=geometry.positions,
            across=axes[:, 0],
            down=axes[:, 1],
            rows=geometry.rows,
            columns=geometry.columns,
            heights=geometry.heights,
        )

    @property
    def slice_ml(self) -> Floats:
        """The volume of a voxel of each slice."""
        pixel = float(np.linalg.norm(self.across) * np.linalg.norm(self.down))
        volumes: Floats = self.heights * pixel / 1000
        return volumes

    def points(self, at: int, rows: slice, columns: slice) -> Floats:
        """(rows, columns, 3): the centres of these voxels of a slice."""
        down = np.arange(rows.start, rows.stop)[:, None, None] * self.down
        across = np.arange(columns.start, columns.stop)[None, :, None] * self.across
        found: Floats = self.positions[at] + down + across
        return found

    def voxels(self, points: Floats) -> tuple[npt.NDArray[np.intp], Marks]:
        """(…, 3) the slice, row and column of the voxel around each point; whether there is one."""
        normal = np.cross(self.across, self.down)
        normal /= np.linalg.norm(normal)
        along = self.positions @ normal
        height = points @ normal
        at = np.searchsorted((along[1:] + along[:-1]) / 2, height)
        within = points - self.positions[at]
        row = np.rint(within @ self.down / (self.down @ self.down)).astype(np.intp)
        column = np.rint(within @ self.across / (self.across @ self.across)).astype(np.intp)
        first, last = along[0] - self.heights[0] / 2, along[-1] + self.heights[-1] / 2
        inside = (height >= first) & (height <= last)
        inside &= (row >= 0) & (row < self.rows) & (column >= 0) & (column < self.columns)
        return np.stack([at, row, column], axis=-1), inside


def moved(points: Floats, transform: Floats) -> Floats:
    """By a 4x4."""
    result: Floats = points @ transform[:3, :3].T + transform[:3, 3]
    return result


def earlier_on_later(
    before: Labels, grid: Grid, after: Labels, later: Grid, to_earlier: Floats
) -> npt.NDArray[np.int16]:
    """The earlier labels at the voxels of the later grid, the nearest of each; -1: not imaged.

    Looked up where either mask may have marks, 0 elsewhere. ``to_earlier``: 4x4, later to earlier.
    """
    found = np.zeros(after.shape, np.int16)
    slices, rows, columns = _reach(before, grid, after, later, np.linalg.inv(to_earlier))
    for at in range(slices.start, slices.stop):
        voxels, inside = grid.voxels(moved(later.points(at, rows, columns), to_earlier))
        labels = np.full(inside.shape, _UNSEEN, np.int16)
        labels[inside] = before[tuple(voxels[inside].T)]
        found[at, rows, columns] = labels
    return found


def _reach(before: Labels, grid: Grid, after: Labels, later: Grid, to_later: Floats) -> Box:
    """The box on the later grid around the marks of both; a rigid motion keeps a box convex."""
    boxes = [marked_box(after)] if after.any() else []
    if before.any():
        slices, rows, columns = marked_box(before)
        ends = (slices.start, slices.stop - 1)
        corners = np.array([grid.points(at, rows, columns)[c] for at in ends for c in _CORNERS])
        at, _ = later.voxels(moved(corners, to_later))
        low, high = at.min(axis=0) - _MARGIN, at.max(axis=0) + _MARGIN + 1
        one, two, three = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        boxes.append((one, two, three))
    if not boxes:
        return slice(0, 0), slice(0, 0), slice(0, 0)
    first, second, third = (
        _within(axis, size)
        for axis, size in zip(zip(*boxes, strict=True), after.shape, strict=True)
    )
    return first, second, third


def _within(ranges: Iterable[slice], size: int) -> slice:
    """What spans these, of 0 to ``size``."""
    known = list(ranges)
    start = max(0, min(one.start for one in known))
    return slice(start, max(start, min(size, max(one.stop for one in known))))


def growth(earlier: npt.NDArray[np.int16], before: Marks, after: Marks) -> Labels:
    """The map of two masks on the later grid; 0 where neither, or where ``earlier`` is -1."""
    found = np.zeros(after.shape, np.uint8)
    seen = earlier != _UNSEEN
    found[after & ~before & seen] = Growth.GROWN
    found[before & ~after] = Growth.SHRUNK
    found[before & after] = Growth.STABLE
    return found


@dataclass(frozen=True, slots=True)
class MaskComparison:
    """Two masks and where they lie; ``earlier``: the labels of the first on the second's grid."""

    before: Labels
    after: Labels
    before_grid: Grid
    after_grid: Grid
    to_earlier: Floats
    earlier: npt.NDArray[np.int16]

    @classmethod
    def made(cls, before: Any, after: Any, to_earlier: Floats) -> MaskComparison:
        """Of two ``ApprovedMask``; ``to_earlier``: 4x4, the later series to the earlier, LPS."""
        grids = Grid.of(before.geometry), Grid.of(after.geometry)
        earlier = earlier_on_later(before.labelmap, grids[0], after.labelmap, grids[1], to_earlier)
        return cls(before.labelmap, after.labelmap, *grids, to_earlier, earlier)

    def growth_map(self, before: Collection[int], after: Collection[int]) -> Labels:
        """Of these labels of each mask."""
        was = np.isin(self.earlier, list(before))
        return growth(self.earlier, was, np.isin(self.after, list(after)))

    def volumes(self, before: Collection[int], after: Collection[int]) -> GrowthVolumes:
        """Of these labels of each mask."""
        was, now = np.isin(self.before, list(before)), np.isin(self.after, list(after))
        found = self.growth_map(before, after)
        grown, shrunk, stable = (_ml(found == kind, self.after_grid) for kind in Growth)
        return GrowthVolumes(
            before=_ml(was, self.before_grid),
            after=_ml(now, self.after_grid),
            grown=grown,
            shrunk=shrunk,
            stable=stable,
            unseen_before=_ml(now & (self.earlier == _UNSEEN), self.after_grid),
            unseen_after=self._unseen_after(was),
        )

    def _unseen_after(self, was: Marks) -> float:
        """Of the earlier mask, where the later series has no images."""
        to_later = np.linalg.inv(self.to_earlier)
        grid = self.before_grid
        slices, rows, columns = np.nonzero(was)
        points = grid.positions[slices] + rows[:, None] * grid.down + columns[:, None] * grid.across
        _, inside = self.after_grid.voxels(moved(points, to_later))
        return float(grid.slice_ml[slices[~inside]].sum())


def _ml(marks: Marks, grid: Grid) -> float:
    counts = np.count_nonzero(marks, axis=(1, 2))
    return float(counts @ grid.slice_ml)
