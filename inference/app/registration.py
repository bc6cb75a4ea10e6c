"""Several series on one grid: rigid registration and resampling, by SimpleITK.

SimpleITK's frame is DICOM's LPS, its arrays are (z, y, x); ours are RAS, as in `app.volume`.
A transform maps a place in the fixed volume to that in the moving one, both LPS, mm.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk  # noqa: N813

from app.errors import InputRefused
from app.volume import Volume

FloatArray = npt.NDArray[np.float32]

FURTHEST_MM = 50.0
FURTHEST_DEGREES = 30.0
_RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
_BINS, _SAMPLES, _SEED = 50, 100_000, 1
_COARSE_TO_FINE = ((4, 4.0), (2, 2.0), (1, 0.0))
"""Of each level: by which factor it is coarser, and the smoothing in mm."""


@dataclass(frozen=True)
class Grid:
    """Voxels (x, y, z) and where they lie: `affine_ras` maps their index to RAS mm."""

    shape: tuple[int, int, int]
    affine_ras: npt.NDArray[np.float64]

    def cropped(self, box: tuple[slice, slice, slice]) -> Grid:
        """The part of the grid in a box of it."""
        affine = self.affine_ras.copy()
        affine[:3, 3] += affine[:3, :3] @ [part.start for part in box]
        first, second, third = (part.stop - part.start for part in box)
        return Grid((first, second, third), affine)


def grid_of(volume: Volume) -> Grid:
    """The volume's own grid."""
    slices, rows, columns = volume.data.shape
    return Grid((columns, rows, slices), volume.affine_ras)


def isotropic_grid(volume: Volume, spacing_mm: float) -> Grid:
    """Voxels of one size along the axes of RAS, as far as the volume reaches in any of them."""
    ends = product(*((0, size - 1) for size in grid_of(volume).shape))
    corners = np.array([volume.affine_ras @ [*end, 1] for end in ends])[:, :3]
    low, high = corners.min(axis=0), corners.max(axis=0)
    affine = np.diag([spacing_mm, spacing_mm, spacing_mm, 1.0])
    affine[:3, 3] = low
    x, y, z = (int(size) + 1 for size in np.ceil((high - low) / spacing_mm - 1e-6))
    return Grid((x, y, z), affine)


def register(moving: Volume, fixed: Volume) -> sitk.Transform:
    """The rigid transform by which the moving volume lies over the fixed one.

    It begins where the series say they lie; where they have different frames of reference, with
    their middles on each other. Measured by mutual information (Mattes 2001).

    Raises:
        InputRefused: nothing in common, or further off than two series of one head are.
    """
    target, source = _image(fixed), _image(moving)
    start = sitk.Euler3DTransform()
    start.SetCenter(_middle(target))
    if not fixed.frame_of_reference_uid == moving.frame_of_reference_uid != "":
        start.SetTranslation(np.subtract(_middle(source), _middle(target)))
    method = sitk.ImageRegistrationMethod()
    method.SetMetricAsMattesMutualInformation(_BINS)
    method.SetMetricSamplingStrategy(method.RANDOM)
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        learningRate=2.0, minStep=1e-4, numberOfIterations=300, relaxationFactor=0.7
    )
    method.SetOptimizerScalesFromPhysicalShift()
    factors, smoothing = zip(*_COARSE_TO_FINE, strict=True)
    voxels = fixed.data.size
    shares = [min(1.0, _SAMPLES * factor**3 / voxels) for factor in factors]
    method.SetMetricSamplingPercentagePerLevel(shares, _SEED)
    method.SetShrinkFactorsPerLevel(factors)
    method.SetSmoothingSigmasPerLevel(smoothing)
    method.SetInitialTransform(start, inPlace=False)
    try:
        found = sitk.Euler3DTransform(method.Execute(target, source).GetNthTransform(0))
    except RuntimeError as error:
        raise InputRefused("The images show nothing in common with the reference.") from error
    moved = float(np.linalg.norm(np.subtract(found.GetTranslation(), start.GetTranslation())))
    turned = np.degrees(np.abs([found.GetAngleX(), found.GetAngleY(), found.GetAngleZ()])).max()
    if moved > FURTHEST_MM or turned > FURTHEST_DEGREES:
        raise InputRefused(
            f"The images could not be laid over the reference: "
            f"they would move {moved:.0f} mm and turn {turned:.0f} degrees."
        )
    return found


def resample(
    volume: Volume, grid: Grid, transform: sitk.Transform, *, beyond: float = 0.0
) -> FloatArray:
    """The registered volume on a grid (x, y, z), linearly interpolated; `beyond` its images."""
    return _on_grid(_image(volume), grid, transform, beyond=beyond)


def resample_back(values: FloatArray, grid: Grid, volume: Volume, *, beyond: float) -> FloatArray:
    """Values of a grid (x, y, z) on the voxels (slices, rows, columns) of a volume."""
    image = placed(sitk.GetImageFromArray(np.ascontiguousarray(values.T)), grid.affine_ras)
    found = _on_grid(image, grid_of(volume), sitk.Transform(3, sitk.sitkIdentity), beyond=beyond)
    return np.ascontiguousarray(found.T)


def _on_grid(
    image: sitk.Image, grid: Grid, transform: sitk.Transform, *, beyond: float
) -> FloatArray:
    spacing, origin, direction = _place(grid.affine_ras)
    resampler = sitk.ResampleImageFilter()
    resampler.SetSize(grid.shape)
    resampler.SetOutputSpacing(spacing)
    resampler.SetOutputOrigin(origin)
    resampler.SetOutputDirection(direction)
    resampler.SetTransform(transform)
    resampler.SetInterpolator(sitk.sitkLinear)
    resampler.SetDefaultPixelValue(beyond)
    found: FloatArray = sitk.GetArrayFromImage(resampler.Execute(image)).T
    return found


def _image(volume: Volume) -> sitk.Image:
    return placed(sitk.GetImageFromArray(volume.data), volume.affine_ras)


def placed(image: sitk.Image, affine_ras: npt.NDArray[np.float64]) -> sitk.Image:
    """The image (x, y, z) with its place: `affine_ras` maps an index to RAS mm."""
    spacing, origin, direction = _place(affine_ras)
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    image.SetDirection(direction)
    return image


def _place(affine_ras: npt.NDArray[np.float64]) -> tuple[list[float], list[float], list[float]]:
    """Spacing, origin and direction in SimpleITK's words."""
    lps = _RAS_TO_LPS @ affine_ras
    spacing = np.linalg.norm(lps[:3, :3], axis=0)
    return spacing.tolist(), lps[:3, 3].tolist(), (lps[:3, :3] / spacing).ravel().tolist()


def _middle(image: sitk.Image) -> tuple[float, ...]:
    middle: tuple[float, ...] = image.TransformContinuousIndexToPhysicalPoint(
        [(size - 1) / 2 for size in image.GetSize()]
    )
    return middle
