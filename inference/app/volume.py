"""Slices to one volume: the geometry is checked and never guessed.

DICOM's patient frame is LPS (x to the left, y to the back, z to the head; PS3.3 C.7.6.2.1.1);
NIfTI's is RAS. Both in mm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.dicom import Slice
from app.errors import InputRefused

FloatArray = npt.NDArray[np.float64]

MAX_VOXELS = 2**28
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_DIRECTION_TOLERANCE = 1e-3
_SPACING_TOLERANCE = 1e-3
_STEP_TOLERANCE = 0.1


@dataclass(frozen=True)
class Volume:
    """A series as one array.

    Attributes:
        data: float32 (slices, rows, columns), rescaled values; slices ascend along the normal.
        affine_ras: 4x4, voxel index (column, row, slice) to RAS mm.
        sop_instance_uids: one per slice, in the order of `data`; a frame of a multi-frame image has
            `/frames/` and its number behind it.
        frame_of_reference_uid: two volumes of one share their coordinates.
    """

    data: npt.NDArray[np.float32]
    affine_ras: FloatArray
    sop_instance_uids: tuple[str, ...]
    frame_of_reference_uid: str = ""

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """Distance between neighbouring slices, rows and columns, mm."""
        column, row, slice_ = np.linalg.norm(self.affine_ras[:3, :3], axis=0)
        return float(slice_), float(row), float(column)

    @property
    def orientation(self) -> str:
        """Of the slices: the axis nearest to their normal."""
        normal = np.cross(self.affine_ras[:3, 0], self.affine_ras[:3, 1])
        return ("sagittal", "coronal", "axial")[int(np.abs(normal).argmax())]

    @property
    def voxel_ml(self) -> float:
        """Volume of one voxel, ml."""
        return float(abs(np.linalg.det(self.affine_ras[:3, :3]))) / 1000.0


def assemble(slices: Sequence[Slice]) -> Volume:
    """Stack the slices of one series, in any order, into a volume.

    Raises:
        InputRefused: mixed sizes, orientations, spacings or frames of reference; a missing,
            repeated or unevenly spaced slice; fewer than two slices; more than MAX_VOXELS.
    """
    if len(slices) < 2:
        raise InputRefused("The series has a single image; a volume needs at least two.")
    _check_uniform(slices)
    first = slices[0]
    row, column = np.array(first.orientation[:3]), np.array(first.orientation[3:])
    normal = np.cross(row, column)
    ordered = sorted(slices, key=lambda each: float(np.dot(each.position, normal)))
    positions = np.array([each.position for each in ordered])
    _check_steps(positions, normal)

    affine = np.eye(4)
    affine[:3, 0] = row * first.spacing[1]
    affine[:3, 1] = column * first.spacing[0]
    affine[:3, 2] = (positions[-1] - positions[0]) / (len(ordered) - 1)
    affine[:3, 3] = positions[0]
    return Volume(
        data=_stack(ordered),
        affine_ras=_LPS_TO_RAS @ affine,
        sop_instance_uids=tuple(each.name for each in ordered),
        frame_of_reference_uid=first.frame_of_reference_uid,
    )


def _check_uniform(slices: Sequence[Slice]) -> None:
    shapes = {each.pixels.shape for each in slices}
    if len(shapes) > 1:
        sizes = ", ".join(sorted(f"{shape[0]}x{shape[1]}" for shape in shapes))
        raise InputRefused(f"The images have different sizes ({sizes}).")
    if len(slices) * slices[0].pixels.size > MAX_VOXELS:
        raise InputRefused(f"The series has more than {MAX_VOXELS} voxels.")
    if len({each.frame_of_reference_uid for each in slices}) > 1:
        raise InputRefused("The images have different frames of reference.")
    orientations = np.array([each.orientation for each in slices])
    if np.abs(orientations - orientations[0]).max() > _DIRECTION_TOLERANCE:
        raise InputRefused("The images have different orientations, as a localiser has.")
    axes = orientations[0].reshape(2, 3)
    if np.abs(axes @ axes.T - np.eye(2)).max() > 1e-2:
        raise InputRefused("ImageOrientationPatient does not hold two perpendicular unit vectors.")
    spacings = np.array([each.spacing for each in slices])
    if spacings.min() <= 0 or np.abs(spacings / spacings[0] - 1).max() > _SPACING_TOLERANCE:
        raise InputRefused("The images have different or invalid pixel spacings.")


def _check_steps(positions: FloatArray, normal: FloatArray) -> None:
    """Even steps along one straight line, which may be tilted (gantry tilt)."""
    steps = np.diff(positions, axis=0)
    along = steps @ normal
    usual = float(np.median(along))
    if (along < max(_STEP_TOLERANCE * usual, 1e-3)).any():
        raise InputRefused(
            "Several images lie at the same position (repeated slices, echoes or time points)."
        )
    gap = int(along.argmax())
    if along[gap] > 1.5 * usual:
        raise InputRefused(
            f"Slices are missing: {along[gap]:.2f} mm after slice {gap + 1}, "
            f"where {usual:.2f} mm is usual."
        )
    if np.linalg.norm(steps - steps.mean(axis=0), axis=1).max() > _STEP_TOLERANCE * usual:
        raise InputRefused("The slices are not evenly spaced along one straight line.")


def _stack(ordered: Sequence[Slice]) -> npt.NDArray[np.float32]:
    data = np.empty((len(ordered), *ordered[0].pixels.shape), np.float32)
    for index, each in enumerate(ordered):
        np.multiply(each.pixels, each.slope, out=data[index], casting="unsafe")
        data[index] += each.intercept
    return data
