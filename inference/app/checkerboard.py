"""A picture by which a person judges a registration: both volumes in turn, square by square."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk  # noqa: N813

from app.registration import Grid, isotropic_grid, resample
from app.rigid_search import Matrix
from app.volume import Volume

Picture = npt.NDArray[np.uint8]
_PIXELS = 256
"""Of the longest edge of the fixed volume, at most."""
_SQUARE_MM, _GAP = 24.0, 6
_TINT = np.array([1.0, 0.8, 0.45])
"""By which squares of the moving volume are told from those of the fixed one."""
_HOUNSFIELD_AIR, _HOUNSFIELD_BRAIN = -500.0, (-40.0, 140.0)


def checkerboard(fixed: Volume, moving: Volume, transform: Matrix) -> Picture:
    """Axial, coronal and sagittal slice through the middle of the fixed volume, side by side.

    (rows, columns, 3), uint8; the patient's right is on the left, and anterior in the sagittal one.
    `transform`: 4x4, moving to fixed, LPS mm. Squares of the moving volume are tinted.
    """
    longest = float(max(isotropic_grid(fixed, 1.0).shape))
    spacing = max(1.0, longest / _PIXELS)
    there = sitk.AffineTransform(3)
    back = np.linalg.inv(transform)
    there.SetMatrix(back[:3, :3].ravel().tolist())
    there.SetTranslation(back[:3, 3].tolist())
    stay = sitk.Transform(3, sitk.sitkIdentity)
    panels = []
    for slab in _slabs(isotropic_grid(fixed, spacing)):
        one, other = (
            _upright(_grey(volume, slab, way)) for volume, way in ((fixed, stay), (moving, there))
        )
        panels.append(_mixed(one, other, round(_SQUARE_MM / spacing)))
    return _side_by_side(panels)


def _slabs(grid: Grid) -> Iterator[Grid]:
    """One voxel thick, through the middle: axial, coronal, sagittal."""
    for axis in (2, 1, 0):
        box = [slice(0, size) for size in grid.shape]
        middle = grid.shape[axis] // 2
        box[axis] = slice(middle, middle + 1)
        yield grid.cropped((box[0], box[1], box[2]))


def _grey(volume: Volume, slab: Grid, transform: sitk.Transform) -> npt.NDArray[Any]:
    """0..1, by the values of the whole volume; of CT soft tissue and bone."""
    low, high = (float(each) for each in np.percentile(volume.data[::2, ::4, ::4], (1, 99.5)))
    if volume.data.min() <= _HOUNSFIELD_AIR:
        low, high = _HOUNSFIELD_BRAIN
    found = resample(volume, slab, transform, beyond=float(volume.data.min()))
    grey: npt.NDArray[Any] = np.clip((found - low) / max(high - low, 1e-6), 0, 1)
    return grey


def _upright(slab: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A slab (x, y, z) of RAS as it is looked at: the second axis that is left goes up."""
    axis = slab.shape.index(1)
    plane = slab.squeeze(axis)[::-1, ::-1]
    return plane.T


def _mixed(fixed: npt.NDArray[Any], moving: npt.NDArray[Any], square: int) -> Picture:
    """Both (rows, columns), 0..1."""
    rows, columns = (np.arange(size) // square for size in fixed.shape)
    odd = (rows[:, None] + columns[None, :]) % 2 == 1
    coloured = np.where(odd[..., None], moving[..., None] * _TINT, fixed[..., None])
    return np.round(255 * coloured).astype(np.uint8)


def _side_by_side(panels: list[Picture]) -> Picture:
    height = max(panel.shape[0] for panel in panels)
    width = sum(panel.shape[1] for panel in panels) + _GAP * (len(panels) - 1)
    whole = np.zeros((height, width, 3), np.uint8)
    left = 0
    for panel in panels:
        top = (height - panel.shape[0]) // 2
        whole[top : top + panel.shape[0], left : left + panel.shape[1]] = panel
        left += panel.shape[1] + _GAP
    return whole
