"""Size of an approved lesion: volume, three diameters, RANO's product, growth against the prior.

One definition of a diameter serves all of it. In the slice in which the lesion is longest: its
longest diameter, and the longest one perpendicular to that (WHO: Miller, Cancer 1981;47:207; RANO:
Wen, J Clin Oncol 2010;28:1963). Their product is RANO's; the third axis is the extent across the
slices. The measurement report of a segmentation takes the same two (ai/services/diameters.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial import ConvexHull
from scipy.spatial.distance import cdist

from app.errors import InputRefused
from app.facts import Facts, MaskFact
from app.runner import Prediction, Statement

MEASURABLE_MM = 10.0
THICK_SLICE_MM = 5.0
_EDGES = np.array([[-0.5, 0.0], [0.5, 0.0], [0.0, -0.5], [0.0, 0.5]])
Points = npt.NDArray[np.float64]


class Size(NamedTuple):
    """Of the whole mask the volume in ml; of its largest piece the diameters in mm.

    `longest` and `across` are perpendicular, in the slice with the longest diameter (of two such,
    that with the larger product); `along` is the extent across the slices.
    """

    volume_ml: float
    longest: float
    across: float
    along: float
    slices: int
    pieces: int
    slice_mm: float

    @property
    def product(self) -> float:
        """mm2, as RANO has it."""
        return self.longest * self.across

    @property
    def measurable(self) -> bool:
        """RANO: both diameters from 10 mm, on two slices.

        Of slices more than 5 mm apart: from twice their distance.
        """
        limit = MEASURABLE_MM
        if self.slice_mm > THICK_SLICE_MM:
            limit = max(limit, 2 * self.slice_mm)
        return min(self.longest, self.across) >= limit and self.slices >= 2


class LesionSize:
    """Without weights."""

    def run_facts(self, facts: Facts, parameters: Mapping[str, float]) -> Prediction:
        """Of `mask`, and its change against `prior_mask` if there is one.

        Raises:
            InputRefused: an empty mask.
        """
        now = facts.mask("mask")
        size = measured(now) if now else None
        if size is None:
            raise InputRefused("The mask is empty: there is nothing to measure.")
        quantities = {
            "volume": size.volume_ml,
            "longest-diameter": size.longest,
            "perpendicular-diameter": size.across,
            "slice-extent": size.along,
            "bidimensional-product": size.product,
        }
        prior = facts.mask("prior_mask")
        before = measured(prior) if prior else None
        statements = _described(size)
        if before is not None:
            quantities["volume-change"] = 100 * (size.volume_ml / before.volume_ml - 1)
            quantities["product-change"] = 100 * (size.product / before.product - 1)
            statements += _compared(before, quantities)
        return Prediction(
            quantities=quantities,
            class_probabilities={"measurable" if size.measurable else "not-measurable": 1.0},
            statements=statements,
        )


def measured(mask: MaskFact) -> Size | None:
    """None of an empty mask."""
    voxels = mask.voxels()
    pieces, count = ndimage.label(voxels, np.ones((3, 3, 3)))
    if count == 0:
        return None
    lesion = pieces == 1 + np.bincount(pieces.ravel())[1:].argmax()
    slice_mm, row_mm, column_mm = mask.spacing_mm
    found = [diameters(plane, (row_mm, column_mm)) for plane in lesion if plane.any()]
    longest, across = max(found)
    return Size(
        volume_ml=float(np.count_nonzero(voxels)) * slice_mm * row_mm * column_mm / 1000,
        longest=longest,
        across=across,
        along=len(found) * slice_mm,
        slices=len(found),
        pieces=int(count),
        slice_mm=slice_mm,
    )


def diameters(plane: npt.NDArray[np.bool_], spacing: tuple[float, float]) -> tuple[float, float]:
    """The longest diameter in a slice and the longest chord perpendicular to it, mm.

    A pixel reaches to the middles of its edges.
    """
    pixels = np.argwhere(plane).astype(np.float64)
    points: Points = (pixels[:, None] + _EDGES).reshape(-1, 2) * spacing
    hull: Points = points[ConvexHull(points).vertices]
    distances = cdist(hull, hull)
    first, second = np.unravel_index(distances.argmax(), distances.shape)
    longest = float(distances[first, second])
    axis = (hull[second] - hull[first]) / longest
    relative = hull - hull[first]
    along, beside = relative @ axis, relative @ np.array([-axis[1], axis[0]])
    upper, lower = (_chain(along, beside * sign, longest) for sign in (1.0, -1.0))
    return longest, float(np.max(upper(along) + lower(along)))


def _chain(along: Points, beside: Points, longest: float):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """How far the hull reaches to one side of its longest diameter, as a function."""
    side = beside > 1e-9
    at = np.concatenate([[0.0], along[side], [longest]])
    reach = np.concatenate([[0.0], beside[side], [0.0]])
    order = np.argsort(at, kind="stable")
    return lambda where: np.interp(where, at[order], reach[order])


def _described(size: Size) -> tuple[Statement, ...]:
    limit = 2 * size.slice_mm if size.slice_mm > THICK_SLICE_MM else MEASURABLE_MM
    limit = max(limit, MEASURABLE_MM)
    able = ("measurable", "측정 가능") if size.measurable else ("not measurable", "측정 불가")
    return (
        Statement(
            f"Pieces in the mask: {size.pieces}; the diameters are those of the largest.",
            f"분할 영역 수: {size.pieces}. 직경은 가장 큰 영역의 값입니다.",
        ),
        Statement(
            f"Longest diameter in a slice and the longest perpendicular to it: "
            f"{size.longest:.1f} x {size.across:.1f} mm = {size.product:.0f} mm2.",
            f"슬라이스 내 최장 직경과 그에 수직인 최장 직경: "
            f"{size.longest:.1f} x {size.across:.1f} mm = {size.product:.0f} mm2.",
        ),
        Statement(
            f"{able[0].capitalize()} by RANO: both diameters from {limit:g} mm, on two slices "
            f"(here {size.slices}, {size.slice_mm:g} mm apart).",
            f"RANO 기준 {able[1]}: 두 직경 모두 {limit:g} mm 이상, 두 슬라이스 이상"
            f"(현재 {size.slices}개, 간격 {size.slice_mm:g} mm).",
        ),
    )


def _compared(before: Size, now: Mapping[str, float]) -> tuple[Statement, ...]:
    change = now["volume-change"]
    return (
        Statement(
            f"Prior: {before.volume_ml:.1f} ml, {before.product:.0f} mm2. "
            f"Change of volume {change:+.0f} %, of the product {now['product-change']:+.0f} %.",
            f"이전 검사: {before.volume_ml:.1f} ml, {before.product:.0f} mm2. "
            f"부피 변화 {change:+.0f}%, 곱 변화 {now['product-change']:+.0f}%.",
        ),
    )


def load(folder: Path, threads: int) -> LesionSize:
    """Nothing to load."""
    return LesionSize()
