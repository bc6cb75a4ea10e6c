"""Rigid registration of two volumes by mutual information, with an error from repetition.

The place is searched from many starts on a coarse grid (`app.rigid_search`), then found by descent
on Mattes' mutual information (2001, doi:10.1117/12.431046), by SimpleITK. How alike the images then
look proves nothing (Rohlfing 2012, doi:10.1109/TMI.2011.2163944): the error is how far the results
of repetitions lie apart: from other starts, by each half of the head, and from the moving volume
back to the fixed one.

Transforms are 4x4, DICOM's LPS frame, mm. Inside, they map a place in the fixed volume to that in
the moving one, as resampling does; the result is the other way round.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk  # noqa: N813
from scipy import ndimage
from scipy.spatial.transform import Rotation

from app.checkerboard import checkerboard
from app.errors import InputRefused
from app.registration import placed
from app.rigid_search import RAS_TO_LPS, Matrix, Part, Search, block_mean, rigid_matrix
from app.runner import progress
from app.volume import Volume

Mask = npt.NDArray[np.uint8]
ERROR_LIMIT_MM = 2.0
"""A result that may be further off is flagged."""
_HEAD_MM = 70.0
"""Half the edge of the cube whose corners measure how far two results lie apart."""
_SEARCH_MM, _MIDDLE_MM, _COARSE_MM, _FINE_MM = 8.0, 6.0, 3.0, 1.0
_SEED, _ITERATIONS = 1, 200
_STARTS = 3
_SHIFT_MM, _TURN_DEGREES = 7.0, 7.0
"""How far the other starts are from the result."""
_LEAST_SHARED = 0.5
"""Of the smaller head, the least that must lie in both volumes."""


@dataclass(frozen=True)
class _Level:
    """Of a descent: points compared, bins of their histogram, the first step, how steps shrink."""

    samples: int
    bins: int
    step_mm: float
    relaxation: float


_AT_MIDDLE = _Level(6_000, 32, 2.0, 0.85)
_AT_COARSE = _Level(12_000, 32, 1.0, 0.85)
_AT_FINE = _Level(40_000, 50, 0.5, 0.7)


@dataclass(frozen=True)
class RigidResult:
    """`transform`: moving to fixed, LPS mm. `repetitions`: how far each lies from the result, mm;
    `error_mm` is the furthest. `reasons`: why a person must look closely; none if all is well."""

    transform: Matrix
    error_mm: float
    repetitions: dict[str, float]
    reasons: tuple[str, ...]

    @property
    def flagged(self) -> bool:
        """Not to be relied on without a close look."""
        return bool(self.reasons)


def register(fixed: Volume, moving: Volume, threads: int) -> RigidResult:
    """Find where the moving volume lies in the fixed one.

    Raises:
        InputRefused: a volume without contrast, or nothing in common.
    """
    fine_fixed, fine_moving = (block_mean(Part.of(each), _FINE_MM) for each in (fixed, moving))
    coarse = block_mean(fine_fixed, _COARSE_MM), block_mean(fine_moving, _COARSE_MM)
    search = Search(*(block_mean(part, _SEARCH_MM) for part in coarse))
    starts = search.best_starts(_STARTS)
    progress(0.25)
    centre = search.centre
    run = _Descent(centre, threads)
    found = [place for start in starts if (place := run.near(*coarse, start)) is not None]
    best = run.close(*coarse, max(found, key=Search(*coarse).score)) if found else None
    if best is None:
        raise InputRefused("The images show nothing in common.")
    progress(0.5)
    fine = run.fine(fine_fixed, fine_moving, best)
    progress(0.7)
    repeated = dict(_repetitions(run, coarse, fine))
    repetitions = {
        name: _apart(fine, again, centre) for name, again in repeated.items() if again is not None
    }
    error = max(repetitions.values(), default=2 * _HEAD_MM)
    reasons = []
    if len(repetitions) < len(repeated):
        reasons.append("not_repeatable")
    if error > ERROR_LIMIT_MM:
        reasons.append("inconsistent")
    if search.shared(fine) < _LEAST_SHARED:
        reasons.append("little_shared")
    progress(1.0)
    rounded = {name: round(value, 3) for name, value in repetitions.items()}
    return RigidResult(np.linalg.inv(fine), round(error, 3), rounded, tuple(reasons))


class Registrar:
    """What runs in the process of registrations."""

    def __init__(self, threads: int) -> None:
        self._threads = threads or os.cpu_count() or 1

    def register(self, fixed: Volume, moving: Volume) -> dict[str, Any]:
        """The fields of a `RigidResult`, and its `checkerboard`. Raises InputRefused."""
        found = register(fixed, moving, self._threads)
        return asdict(found) | {"checkerboard": checkerboard(fixed, moving, found.transform)}

    def resample(self, fixed: Volume, moving: Volume, transform: Matrix) -> dict[str, Any]:
        """`values`: int16 on the fixed grid (slices, rows, columns); `slope` and `intercept` make
        them the moving volume's own; beyond its images its lowest value."""
        low, high = float(moving.data.min()), float(moving.data.max())
        places = [RAS_TO_LPS @ volume.affine_ras for volume in (fixed, moving)]
        order = np.eye(4)[[2, 1, 0, 3]]
        index = order @ np.linalg.inv(places[1]) @ np.linalg.inv(transform) @ places[0] @ order
        found = ndimage.affine_transform(
            moving.data, index[:3, :3], index[:3, 3], fixed.data.shape, order=1, cval=low
        )
        slope, intercept = max((high - low) / 65_000, 1e-9), (high + low) / 2
        limits = np.iinfo(np.int16)
        whole_numbers = np.array_equal(moving.data, np.round(moving.data))
        if whole_numbers and limits.min <= low and high <= limits.max:
            slope, intercept = 1.0, 0.0
        values = np.round((found - intercept) / slope)
        whole = np.clip(values, limits.min, limits.max).astype(np.int16)
        return {"values": np.ascontiguousarray(whole), "slope": slope, "intercept": intercept}


def load(_: Path, threads: int, __: Any = None) -> Registrar:  # noqa: ANN401
    """For `app.child`."""
    return Registrar(threads)


def _repetitions(
    run: _Descent, parts: tuple[Part, Part], found: Matrix
) -> Iterator[tuple[str, Matrix | None]]:
    fixed, moving = parts
    for number, sign in enumerate((1, -1), 1):
        turn = Rotation.from_euler("xyz", sign * _TURN_DEGREES * np.array([1, -1, 1]), degrees=True)
        off = rigid_matrix(turn.as_matrix(), sign * _SHIFT_MM * np.array([1, 1, -1]), run.centre)
        yield f"start_{number}", run.tried(fixed, moving, found @ off)
    for number in (0, 1):
        mask = _half(fixed, run.centre, number)
        yield f"half_{number + 1}", run.tried(fixed, moving, found, mask)
    turn = Rotation.from_euler("xyz", [4, 4, -4], degrees=True)
    off = rigid_matrix(turn.as_matrix(), np.full(3, 4.0), run.centre)
    back = run.tried(moving, fixed, np.linalg.inv(found @ off))
    yield "backward", None if back is None else np.linalg.inv(back)


def _half(part: Part, centre: npt.NDArray[np.float64], number: int) -> Mask:
    """Four of the eight octants about the centre, no two of which touch by a face."""
    index = np.linalg.inv(part.affine) @ [*centre, 1]
    signs = [
        np.arange(size) > index[axis] for size, axis in zip(part.data.shape, (2, 1, 0), strict=True)
    ]
    odd = signs[0][:, None, None] ^ signs[1][None, :, None] ^ signs[2][None, None, :]
    half: Mask = (odd == bool(number)).astype(np.uint8)
    return half


def _apart(one: Matrix, other: Matrix, centre: npt.NDArray[np.float64]) -> float:
    """The largest distance between two results over the corners of a head, mm."""
    corners = np.array(list(product((-_HEAD_MM, _HEAD_MM), repeat=3))) + centre
    difference = (one - other)[:3, :3] @ corners.T + (one - other)[:3, 3:]
    return float(np.linalg.norm(difference, axis=0).max())


class _Descent:
    """Registers from a start: the moving image is laid there, and what is left is found."""

    def __init__(self, centre: npt.NDArray[np.float64], threads: int) -> None:
        self.centre, self._threads = centre, threads

    def tried(
        self, fixed: Part, moving: Part, start: Matrix, mask: Mask | None = None
    ) -> Matrix | None:
        """From a start that is far, in a mask of the fixed part; None if too little is shared."""
        near = self.near(fixed, moving, start, mask)
        return None if near is None else self.close(fixed, moving, near, mask)

    def near(
        self, fixed: Part, moving: Part, start: Matrix, mask: Mask | None = None
    ) -> Matrix | None:
        """At half the resolution of coarse images; the rest as above."""
        middle = (block_mean(part, _MIDDLE_MM) for part in (fixed, moving))
        return self._found(*middle, start, _AT_MIDDLE, _masked(fixed, mask))

    def close(
        self, fixed: Part, moving: Part, start: Matrix, mask: Mask | None = None
    ) -> Matrix | None:
        """At the resolution of coarse images; the rest as above."""
        return self._found(fixed, moving, start, _AT_COARSE, _masked(fixed, mask))

    def fine(self, fixed: Part, moving: Part, start: Matrix) -> Matrix:
        """At the resolution of fine images, from a start that is close. Raises InputRefused."""
        return self._run(fixed, moving, start, _AT_FINE)

    def _found(self, *asked: Any) -> Matrix | None:  # noqa: ANN401
        try:
            return self._run(*asked)
        except InputRefused:
            return None

    def _run(
        self,
        fixed: Part,
        moving: Part,
        start: Matrix,
        level: _Level,
        mask: sitk.Image | None = None,
    ) -> Matrix:
        laid = Part(moving.data, np.linalg.inv(start) @ moving.affine)
        method = sitk.ImageRegistrationMethod()
        method.SetNumberOfThreads(self._threads)
        method.SetMetricAsMattesMutualInformation(level.bins)
        method.SetMetricSamplingStrategy(method.RANDOM)
        method.SetMetricSamplingPercentage(min(1.0, level.samples / fixed.data.size), _SEED)
        # gradients at the sampled points alone: of the whole images they take seconds
        method.SetMetricUseFixedImageGradientFilter(False)
        method.SetMetricUseMovingImageGradientFilter(False)
        if mask is not None:
            method.SetMetricFixedMask(mask)
        method.SetInterpolator(sitk.sitkLinear)
        method.SetOptimizerAsRegularStepGradientDescent(
            learningRate=level.step_mm,
            minStep=level.step_mm / 200,
            numberOfIterations=_ITERATIONS,
            relaxationFactor=level.relaxation,
        )
        method.SetOptimizerScalesFromPhysicalShift()
        begin = sitk.Euler3DTransform()
        begin.SetCenter(self.centre.tolist())
        method.SetInitialTransform(begin, inPlace=False)
        try:
            composed = method.Execute(_image(fixed), _image(laid))
        except RuntimeError as error:  # too few samples lie in both
            raise InputRefused("The images show nothing in common.") from error
        found = sitk.Euler3DTransform(composed.GetNthTransform(0))
        turn = np.reshape(found.GetMatrix(), (3, 3))
        return start @ rigid_matrix(turn, np.array(found.GetTranslation()), self.centre)


def _masked(part: Part, mask: Mask | None) -> sitk.Image | None:
    return None if mask is None else placed(sitk.GetImageFromArray(mask), _ras(part))


def _image(part: Part) -> sitk.Image:
    return placed(sitk.GetImageFromArray(part.data), _ras(part))


def _ras(part: Part) -> npt.NDArray[np.float64]:
    return np.asarray(RAS_TO_LPS @ part.affine, np.float64)
