"""The voxel grid of a series, from the index (without reading the archive)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from common.errors import BusinessError, ErrorCode
from pacs.dicom.frame_planes import frame_name, frame_parts
from pacs.models import Instance, Series

ORIENTATION_TOLERANCE = 1e-3
SPACING_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class SeriesGeometry:
    """A stack of parallel slices of one size.

    ``slices``: SOP Instance UIDs in ascending position along the normal; of a multi-frame image the
    names of its frames.
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
    def instances(self) -> tuple[str, ...]:
        """The SOP Instance UIDs, each once."""
        return tuple(dict.fromkeys(frame_parts(name)[0] for name in self.slices))

    @property
    def frame_order(self) -> NDArray[np.intp]:
        """Indices that put slices in the order of the images, and of the frames of an image."""
        return np.argsort([frame_parts(name)[1] for name in self.slices], kind="stable")

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
    """Sort the slices by position (PS3.3 C.7.6.2). Raises BusinessError(SERIES_NOT_A_VOLUME).

    The slices are the single images of the series, or the frames of its one multi-frame image.
    """
    planes = _planes(series)
    first = planes[0]
    orientation = np.asarray(first.orientation, dtype=np.float64)
    for other in planes:
        if (other.rows, other.columns) != (first.rows, first.columns):
            raise _not_a_volume(series, "the images differ in size")
        if not np.allclose(other.orientation, orientation, atol=ORIENTATION_TOLERANCE):
            raise _not_a_volume(series, "the images differ in orientation")
        if not np.allclose(other.spacing, first.spacing, rtol=SPACING_TOLERANCE):
            raise _not_a_volume(series, "the images differ in pixel spacing")
    along_row, along_column = orientation[:3], orientation[3:]
    normal = np.cross(along_row, along_column)
    placed = sorted(planes, key=lambda one: float(np.dot(one.position, normal)))
    positions = np.array([one.position for one in placed], dtype=np.float64)
    start = positions[0]
    step = (positions[-1] - start) / (len(placed) - 1)
    if float(np.dot(step, normal)) <= 0:
        raise _not_a_volume(series, "the images lie in one place")
    row_spacing, column_spacing = (float(v) for v in first.spacing)
    lps = np.eye(4)
    lps[:3, 0] = along_row * column_spacing
    lps[:3, 1] = along_column * row_spacing
    lps[:3, 2] = step
    lps[:3, 3] = start
    return SeriesGeometry(
        slices=tuple(one.name for one in placed),
        rows=first.rows,
        columns=first.columns,
        spacing=(float(np.linalg.norm(step)), row_spacing, column_spacing),
        positions=positions,
        affine=np.diag([-1.0, -1.0, 1.0, 1.0]) @ lps,
    )


@dataclass(frozen=True, slots=True)
class _Plane:
    """One slice: an image, or a frame of one."""

    name: str
    rows: int
    columns: int
    position: list[float]
    orientation: list[float]
    spacing: list[float]


def _planes(series: Series) -> list[_Plane]:
    images = list(series.instances.all())
    planes = [plane for image in images for plane in _planes_of(image)]
    if len(images) > 1 and any(image.frames > 1 for image in images):
        raise _not_a_volume(series, "it has several images of which one has many frames")
    if any(i.image_position and not (i.image_orientation and i.pixel_spacing) for i in images):
        raise _not_a_volume(series, "orientation or pixel spacing is missing")
    if len(planes) < 2 or len(planes) < len(images):
        raise _not_a_volume(series, "not every image is a positioned slice")
    return planes


def _planes_of(image: Instance) -> list[_Plane]:
    """None where the index does not know where the image, or every frame of it, lies."""
    uid, place = image.sop_instance_uid, image.image_position
    orientation, spacing = image.image_orientation, image.pixel_spacing
    if not (place and orientation and spacing and image.rows and image.columns):
        return []
    if image.frames == 1:
        return [_Plane(uid, image.rows, image.columns, place, orientation, spacing)]
    if len(place) != image.frames or not isinstance(place[0], list):
        return []
    return [
        _Plane(frame_name(uid, number), image.rows, image.columns, each, orientation, spacing)
        for number, each in enumerate(place, 1)
    ]


def _not_a_volume(series: Series, reason: str) -> BusinessError:
    detail = f"series {series.series_instance_uid}: {reason}"
    return BusinessError(ErrorCode.SERIES_NOT_A_VOLUME, detail, "series_instance_uid")
