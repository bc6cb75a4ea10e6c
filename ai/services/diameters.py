"""Diameters of a segment on the grid of its series, mm. Pure functions.

A voxel reaches half its size from its centre along each axis, as the surface of a binary mask does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]
_CHUNK = 256
_DIRECTIONS, _REFINED = 1000, 16


@dataclass(frozen=True, slots=True)
class Diameters:
    """``longest_3d``: the largest distance of two points of the segment.

    ``major`` and ``perpendicular``: in the slice with the longest in-plane diameter, that one and
    the longest across it, as the rule M1 takes them for RANO (of the largest piece of a lesion);
    ``slice_index`` is the slice's place in the mask.
    """

    longest_3d: float
    major: float
    perpendicular: float
    slice_index: int


def marked_box(labelmap: npt.NDArray[np.uint8]) -> tuple[slice, slice, slice]:
    """The smallest box with every marked voxel, one slice more where it has one slice alone."""
    planes: Marks = np.asarray(labelmap.reshape(len(labelmap), -1).any(axis=1))
    flat: Marks = np.asarray(labelmap[planes].any(axis=0))
    slices, rows, columns = (
        _span(np.atleast_1d(each)) for each in (planes, flat.any(axis=1), flat.any(axis=0))
    )
    stop = max(slices.stop, 2)  # two slices at least: they tell how far apart slices are
    return slice(min(slices.start, stop - 2), stop), rows, columns


def _span(marked: Marks) -> slice:
    at = np.flatnonzero(marked)
    return slice(int(at[0]), int(at[-1]) + 1) if at.size else slice(0, 0)


def diameters(
    inside: npt.NDArray[np.bool_], positions: Points, row: Points, column: Points
) -> Diameters | None:
    """None of an empty segment.

    Args:
        inside: (slices, rows, columns).
        positions: (slices, 3), the centre of each slice's first pixel.
        row, column: the step (mm) to the next pixel along a row (next column), and to the next row.
    """
    marked = np.flatnonzero(inside.any(axis=(1, 2)))
    if marked.size == 0:
        return None
    scale = np.array([np.linalg.norm(row), np.linalg.norm(column)])
    hulls = [_hull(inside[index]) for index in marked]
    widest, major, direction = _widest(hulls, scale)
    outline = _hull_of(_grown(hulls[widest], np.eye(2) / 2) * scale)
    return Diameters(
        longest_3d=_longest_3d(marked, hulls, positions, np.stack([row, column])),
        major=major,
        perpendicular=_chord(outline, np.array([-direction[1], direction[0]])),
        slice_index=int(marked[widest]),
    )


def _widest(hulls: list[Points], scale: Points) -> tuple[int, float, Points]:
    """Which slice has the longest in-plane diameter, its length and direction."""
    centres = np.array([_longest(hull * scale)[0] for hull in hulls])
    may_win = np.flatnonzero(centres >= centres.max() - scale.max())
    found = [(_longest(_grown(hulls[at], np.eye(2) / 2) * scale), int(at)) for at in may_win]
    (length, direction), at = max(found, key=lambda one: one[0][0])
    return at, length, direction


def _hull(plane: npt.NDArray[np.bool_]) -> Points:
    """(column, row) of the corners of the convex hull of a slice."""
    rows = np.flatnonzero(plane.any(axis=1))
    first = plane[rows].argmax(axis=1)
    last = plane.shape[1] - 1 - plane[rows, ::-1].argmax(axis=1)
    ends = np.concatenate([np.column_stack([first, rows]), np.column_stack([last, rows])])
    return _hull_of(ends.astype(np.float64))


def _hull_of(points: Points) -> Points:
    """The convex hull, in order (Andrew's monotone chain)."""
    ordered = sorted({(x, y) for x, y in points.tolist()})
    if len(ordered) < 3:
        return np.array(ordered)
    return np.array([*_chain(ordered)[:-1], *_chain(ordered[::-1])[:-1]])


def _chain(ordered: list[tuple[float, float]]) -> list[tuple[float, float]]:
    kept: list[tuple[float, float]] = []
    for x, y in ordered:
        while len(kept) > 1:
            (ax, ay), (bx, by) = kept[-2:]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            kept.pop()
        kept.append((x, y))
    return kept


def _grown(points: Points, steps: Points) -> Points:
    """The points moved by each of ``steps``, to and fro."""
    moves = np.concatenate([steps, -steps])
    grown: Points = (points[:, None, :] + moves[None, :, :]).reshape(-1, points.shape[1])
    return grown


def _longest(points: Points) -> tuple[float, Points]:
    """The largest distance of two points, and its direction."""
    best, pair = -1.0, (points[0], points[0])
    for start in range(0, len(points), _CHUNK):
        part = points[start : start + _CHUNK]
        squared = ((part[:, None, :] - points[None, :, :]) ** 2).sum(axis=2)
        at = int(squared.argmax())
        if squared.flat[at] > best:
            best = float(squared.flat[at])
            pair = part[at // len(points)], points[at % len(points)]
    length = best**0.5
    return length, (pair[1] - pair[0]) / (length or 1.0)


def _longest_3d(
    marked: npt.NDArray[np.intp], hulls: list[Points], positions: Points, steps: Points
) -> float:
    """The largest width over all directions: over many, then uphill from the best of them."""
    corners = np.concatenate(
        [positions[index] + hull @ steps for index, hull in zip(marked, hulls, strict=True)]
    )
    slice_step = (positions[-1] - positions[0]) / max(len(positions) - 1, 1)
    half = np.stack([steps[0], steps[1], slice_step]) / 2
    directions = _directions(_DIRECTIONS)
    widths = np.concatenate(
        [np.ptp(part, axis=0) for part in _chunks(corners, directions)]
    ) + 2 * np.abs(half @ directions.T).max(axis=0)
    best = directions[np.argsort(widths)[-_REFINED:]]
    return max(_climb(corners, half, direction) for direction in best)


def _chunks(corners: Points, directions: Points) -> Iterator[Points]:
    for start in range(0, len(directions), _CHUNK):
        yield corners @ directions[start : start + _CHUNK].T


def _directions(count: int) -> Points:
    """Evenly over half a sphere (Fibonacci)."""
    turn = np.arange(count) * np.pi * (3 - 5**0.5)
    height = (np.arange(count) + 0.5) / count
    flat = np.sqrt(1 - height**2)
    return np.column_stack([flat * np.cos(turn), flat * np.sin(turn), height])


def _climb(corners: Points, half: Points, direction: Points) -> float:
    """The distance of the two ends along a direction, which then becomes the direction."""
    length = -1.0
    while True:
        along, reach = corners @ direction, half @ direction
        axis = int(np.abs(reach).argmax())
        ends = corners[along.argmax()] - corners[along.argmin()]
        ends = ends + 2 * np.sign(reach[axis]) * half[axis]
        longer = float(np.linalg.norm(ends))
        if longer <= length * (1 + 1e-12):
            return length
        length, direction = longer, ends / longer


def _chord(outline: Points, direction: Points) -> float:
    """The longest chord of a convex outline along ``direction``."""
    across = np.array([direction[1], -direction[0]])
    along, side = outline @ direction, outline @ across
    return max((_width(along, side, at) for at in np.unique(side)), default=0.0)


def _width(along: Points, side: Points, at: float) -> float:
    """The length of the outline's cut at ``at``."""
    nexts = np.roll(np.arange(len(side)), -1)
    low, high = np.minimum(side, side[nexts]), np.maximum(side, side[nexts])
    cut = (low <= at) & (at <= high)
    span = side[nexts][cut] - side[cut]
    flat = span == 0
    share = np.where(flat, 0.0, (at - side[cut]) / np.where(flat, 1.0, span))
    ends = along[cut] + share * (along[nexts][cut] - along[cut])
    ends = np.concatenate([ends, along[nexts][cut][flat]])
    return float(ends.max() - ends.min()) if ends.size else 0.0
