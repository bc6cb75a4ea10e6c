"""Size of an approved lesion: volume, diameters, RANO's product, growth, distance to the midline.

One definition of a diameter serves all of it. In the slice in which the lesion is longest: its
longest diameter, and the longest one perpendicular to that (WHO: Miller, Cancer 1981;47:207; RANO:
Wen, J Clin Oncol 2010;28:1963). Their product is RANO's; the third axis is the extent across the
slices. The measurement report of a segmentation takes the same two (ai/services/diameters.py).

The midline is the ideal one, by the shape of an approved brain mask (app/midline.py). Where none is
approved, or where parts of the brain disagree about it, the distance is left out.
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
from app.midline import Midline, PlacedMask, Plane, find_midline
from app.runner import Prediction, Statement

MEASURABLE_MM = 10.0
THICK_SLICE_MM = 5.0
BRAIN_ML = (400.0, 2500.0)
MIN_OVERLAP, MIN_IN_VIEW = 0.9, 0.75
MAX_SPREAD_MM, MAX_SPREAD_DEGREES = 4.0, 3.0
_EDGES = np.array([[-0.5, 0.0], [0.5, 0.0], [0.0, -0.5], [0.0, 0.5]])
Points = npt.NDArray[np.float64]
Voxels = npt.NDArray[np.bool_]


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
    piece: Voxels

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
        """Of `mask`; with `prior_mask` its change, with `brain_mask` its way to the midline.

        Raises:
            InputRefused: an empty mask.
        """
        now = facts.mask("mask")
        if now is None or (size := measured(now)) is None:
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
        distance, told = _to_midline(now, size.piece, facts.mask("brain_mask"))
        if distance is not None:
            quantities["midline-distance"] = distance
        return Prediction(
            quantities=quantities,
            class_probabilities={"measurable" if size.measurable else "not-measurable": 1.0},
            statements=(*statements, *told),
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
        piece=lesion,
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


class Reach(NamedTuple):
    """How far a lesion reaches to the patient's left and right of a plane, mm, by voxel edges.

    Negative: it ends before the plane.
    """

    left: float
    right: float

    @property
    def distance(self) -> float:
        """Of its nearest edge, 0 where it crosses the plane."""
        return max(0.0, -min(self))


def reach(lesion: PlacedMask, plane: Plane) -> Reach:
    """Of a lesion that is not empty."""
    heights = plane.heights(lesion.centres())
    half = float(np.abs(plane.normal @ lesion.affine_ras[:3, :3]).sum()) / 2
    return Reach(left=half - float(heights.min()), right=half + float(heights.max()))


def _to_midline(
    mask: MaskFact, piece: Voxels, brain_mask: MaskFact | None
) -> tuple[float | None, tuple[Statement, ...]]:
    """The distance of the largest piece, None where the midline is not known."""
    if brain_mask is None or brain_mask.affine_ras is None or mask.affine_ras is None:
        return None, (_without_brain(),)
    brain = PlacedMask(brain_mask.voxels(), np.array(brain_mask.affine_ras))
    whole = PlacedMask(mask.voxels(), np.array(mask.affine_ras))
    volume = np.count_nonzero(brain.voxels) * abs(np.linalg.det(brain.affine_ras[:3, :3])) / 1000
    if not BRAIN_ML[0] <= volume <= BRAIN_ML[1]:
        return None, (_no_brain(volume),)
    midline = find_midline(brain, whole)
    if midline is None or midline.in_view < MIN_IN_VIEW:
        return None, (_half_seen(),)
    if midline.overlap < MIN_OVERLAP:
        return None, (_unlike(midline.overlap),)
    if midline.spread_mm > MAX_SPREAD_MM or midline.spread_degrees > MAX_SPREAD_DEGREES:
        return None, (_unsure(midline),)
    lesion = PlacedMask(piece, whole.affine_ras)
    found, all_of_it = reach(lesion, midline.plane), reach(whole, midline.plane)
    told = (_placed(found, all_of_it), _ideal(midline, lesion, found))
    return found.distance, told


def _placed(found: Reach, whole: Reach) -> Statement:
    """Where the largest piece lies, and whether another one lies nearer or beyond."""
    if min(found) > 0:
        text = f"The lesion crosses the midline: it reaches {found.left:.1f} mm to the left of it "
        text += f"and {found.right:.1f} mm to the right."
        ko = f"병변이 정중선을 넘습니다: 정중선에서 왼쪽으로 {found.left:.1f} mm, "
        ko += f"오른쪽으로 {found.right:.1f} mm까지 걸쳐 있습니다."
    else:
        side, side_ko = ("left", "왼쪽") if found.right <= 0 else ("right", "오른쪽")
        text = f"Distance to the midline: {found.distance:.1f} mm, on the patient's {side}."
        ko = f"정중선까지의 거리: {found.distance:.1f} mm, 환자의 {side_ko}."
    if min(whole) > min(found) + 0.05:
        text += " Another piece of the mask lies nearer to it or beyond it."
        ko += " 분할의 다른 영역은 정중선에 더 가깝거나 반대쪽에 있습니다."
    return Statement(text, ko)


def _ideal(midline: Midline, lesion: PlacedMask, found: Reach) -> Statement:
    """How the plane was found, and what it is not."""
    others = [reach(lesion, plane) for plane in midline.repeated]
    spread = max(float(np.abs(np.subtract(each, found)).max()) for each in others)
    return Statement(
        f"The midline is the ideal one: the plane by which the approved brain mask is its own "
        f"mirror image ({100 * midline.overlap:.0f} % overlap; by halves of the brain it differs "
        f"by up to {spread:.1f} mm at the lesion). Septum and falx may be pushed aside from it.",
        f"정중선은 승인된 뇌 분할이 좌우 대칭이 되는 평면인 이상적 정중선입니다(겹침 "
        f"{100 * midline.overlap:.0f}%, 뇌의 절반씩으로 다시 구하면 병변 위치에서 최대 "
        f"{spread:.1f} mm 차이). 투명중격과 대뇌낫은 종괴 효과로 이 평면에서 밀릴 수 있습니다.",
    )


def _left_out(why: str, why_ko: str) -> Statement:
    return Statement(
        f"The distance to the midline is left out: {why}",
        f"정중선까지의 거리는 제공하지 않습니다. {why_ko}",
    )


def _without_brain() -> Statement:
    return _left_out(
        "no brain mask is approved on a series of this study in the coordinates of the lesion. Run "
        "brain extraction on such a series, approve it, and request this again.",
        "이 검사에서 병변과 같은 좌표계에 있는 승인된 뇌 분할이 없습니다. 해당 시리즈에서 뇌 "
        "추출을 실행하고 승인한 뒤 다시 요청하십시오.",
    )


def _no_brain(volume: float) -> Statement:
    return _left_out(
        f"the approved brain mask has {volume:.0f} ml, which is no adult brain.",
        f"승인된 뇌 분할의 부피가 {volume:.0f} ml로 성인의 뇌로 볼 수 없습니다.",
    )


def _half_seen() -> Statement:
    return _left_out(
        "the approved mask shows too little of one side of the brain.",
        "승인된 분할에 뇌의 한쪽이 너무 적게 포함되어 있습니다.",
    )


def _unlike(overlap: float) -> Statement:
    return _left_out(
        f"the approved brain mask is not symmetrical enough ({100 * overlap:.0f} % overlap with "
        f"its mirror image, from {100 * MIN_OVERLAP:.0f} % it counts).",
        f"승인된 뇌 분할의 좌우 대칭이 부족합니다(거울상과의 겹침 {100 * overlap:.0f}%, "
        f"기준 {100 * MIN_OVERLAP:.0f}% 이상).",
    )


def _unsure(midline: Midline) -> Statement:
    spread, degrees = midline.spread_mm, midline.spread_degrees
    return _left_out(
        f"parts of the brain disagree about it by {spread:.1f} mm and {degrees:.1f} degrees; up to "
        f"{MAX_SPREAD_MM:g} mm and {MAX_SPREAD_DEGREES:g} degrees it counts.",
        f"뇌의 부위별로 구한 정중선이 {spread:.1f} mm, {degrees:.1f}도까지 서로 다릅니다"
        f"(허용 {MAX_SPREAD_MM:g} mm, {MAX_SPREAD_DEGREES:g}도).",
    )


def load(folder: Path, threads: int) -> LesionSize:
    """Nothing to load."""
    return LesionSize()
