"""The voxel grid of a series, from the index (without reading the archive)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.errors import BusinessError, ErrorCode
from pacs.models import Series

ORIENTATION_TOLERANCE = 1e-3
SPACING_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class SeriesGeometry:
    """A stack of parallel slices of one size.

    ``slices``: SOP Instance UIDs in ascending position along the normal.
    ``spacing``: (between slices, between rows, between columns), mm.
    ``positions``: (slices, 3), the centre of each slice's first pixel, LPS, mm.
    ``affine``: 4x4, voxel (column, row, slice) to RAS, mm (the NIfTI convention).
    """

    slices: tuple[str, ...]
    rows: int
    columns: int
    spacing: tuple[float, float, float]
    positions: NDArray[np.float64]
    affine: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(slices, rows, columns)"""
        return len(self.slices), self.rows, self.columns

    @property
    def heights(self) -> NDArray[np.float64]:
        """What each slice stands for along the normal (mm): to halfway to its neighbours.

        A sheared stack (gantry tilt) is lower than the way from slice to slice is long.
        """
        normal = np.cross(self.affine[:3, 0], self.affine[:3, 1])
        along = self.positions * (-1.0, -1.0, 1.0) @ (normal / np.linalg.norm(normal))
        return np.abs(np.gradient(along))

    @property
    def plane(self) -> str:
        """Of the slices: the axis nearest to their normal."""
        normal = np.cross(self.affine[:3, 0], self.affine[:3, 1])
        return ("sagittal", "coronal", "axial")[int(np.abs(normal).argmax())]


def series_geometry(series: Series) -> SeriesGeometry:
    """Sort the slices by position (PS3.3 C.7.6.2). Raises BusinessError(SERIES_NOT_A_VOLUME)."""
    instances = list(
        series.instances.filter(frames=1, image_position__isnull=False).exclude(rows=None)
    )
    if len(instances) < 2 or len(instances) != series.instances.count():
        raise _not_a_volume(series, "not every image is a positioned slice")
    first = instances[0]
    if first.image_orientation is None or first.pixel_spacing is None:
        raise _not_a_volume(series, "orientation or spacing is missing")
    orientation = np.asarray(first.image_orientation, dtype=np.float64)
    for other in instances:
        same_size = (other.rows, other.columns) == (first.rows, first.columns)
        if not same_size or other.image_orientation is None:
            raise _not_a_volume(series, "the images differ in size")
        if not np.allclose(other.image_orientation, orientation, atol=ORIENTATION_TOLERANCE):
            raise _not_a_volume(series, "the images differ in orientation")
        if other.pixel_spacing is None or not np.allclose(
            other.pixel_spacing, first.pixel_spacing, rtol=SPACING_TOLERANCE
        ):
            raise _not_a_volume(series, "the images differ in pixel spacing")
    along_row, along_column = orientation[:3], orientation[3:]
    normal = np.cross(along_row, along_column)
    placed = sorted(
        instances, key=lambda i: float(np.dot(np.asarray(i.image_position, dtype=float), normal))
    )
    positions = np.array([i.image_position for i in placed], dtype=np.float64)
    start = positions[0]
    step = (positions[-1] - start) / (len(placed) - 1)
    if float(np.dot(step, normal)) <= 0:
        raise _not_a_volume(series, "the images lie in one place")
    row_spacing, column_spacing = (float(v) for v in first.pixel_spacing)
    lps = np.eye(4)
    lps[:3, 0] = along_row * column_spacing
    lps[:3, 1] = along_column * row_spacing
    lps[:3, 2] = step
    lps[:3, 3] = start
    return SeriesGeometry(
        slices=tuple(i.sop_instance_uid for i in placed),
        rows=int(first.rows or 0),
        columns=int(first.columns or 0),
        spacing=(float(np.linalg.norm(step)), row_spacing, column_spacing),
        positions=positions,
        affine=np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps,
    )


def _not_a_volume(series: Series, reason: str) -> BusinessError:
    detail = f"series {series.series_instance_uid}: {reason}"
    return BusinessError(ErrorCode.SERIES_NOT_A_VOLUME, detail, "series_instance_uid")
