"""Closed planar contours (RTSTRUCT) as pixels. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.bool_]


def filled(contours: Iterable[Points], rows: int, columns: int) -> Pixels:
    """Pixels whose centre lies inside by the even-odd rule, over all contours together.

    So a contour inside another is a hole, and so is what a keyhole's channel leads around. A
    contour is (points, 2): row and column, pixel centres at whole numbers. A centre on the upper
    or left border counts as inside, on the lower or right one as outside.
    """
    inside = np.zeros((rows, columns), bool)
    for contour in contours:
        inside ^= _one(contour, rows, columns)
    return inside


def _one(contour: Points, rows: int, columns: int) -> Pixels:
    """Scan lines through the pixel centres: each crossing turns the rest of the line over."""
    flips = np.zeros((rows, columns + 1), bool)
    for (row_a, column_a), (row_b, column_b) in zip(
        contour, np.roll(contour, -1, axis=0), strict=True
    ):
        low, high = min(row_a, row_b), max(row_a, row_b)
        lines = np.arange(max(0, int(np.ceil(low))), min(rows, int(np.ceil(high))))
        if lines.size == 0:
            continue
        crossing = column_a + (lines - row_a) * (column_b - column_a) / (row_b - row_a)
        first = np.clip(np.ceil(crossing), 0, columns).astype(int)
        flips[lines, first] ^= True
    return np.logical_xor.accumulate(flips, axis=1)[:, :columns]
