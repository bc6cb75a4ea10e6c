"""A lesion in a box: Li's threshold and morphology, corrected by strokes. No network, no detector.

A doctor says where the lesion is. Inside the box the threshold of Li and Tam (Pattern Recognition
Letters 19, 1998, 771) parts it from its surroundings; morphology closes its rim, fills it and drops
specks. A click alone finds a box first: the connected part around it whose border is the sharpest.
Every length is in mm, so that the result does not depend on the resolution.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from app.errors import DrawingRefused
from app.prompts import PlacedPrompt, PlacedStroke
from app.volume import Volume

FloatArray = npt.NDArray[np.float32]
BoolArray = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.uint8]
Where = tuple[slice, slice, slice]

_CLOSE_MM, _OPEN_MM = 1.5, 0.75
_SMALLEST_PART = 0.1  # of the largest part
_MAX_BOX_VOXELS = 2**23
_AIR_LEVEL = 0.1  # of the range from the darkest to the brightest hundredth
_MIN_HEAD_SHARE = 0.1
_MAX_OF_HEAD = 0.5
"""A box that holds more of the head is no box around a lesion: the sample tumour's holds 0.03."""
_SMOOTH_MM = 0.5

_CLICK_REACH_MM, _CLICK_NEAR_MM = 40.0, 3.0
_CLICK_LEVELS = np.linspace(0.1, 0.9, 16)
_CLICK_MARGIN_MM = 1.5
_MAX_CLICK_VOXELS = 2**21

_STROKE_REACH_MM, _STROKE_WIDTH_MM = 2.0, 0.8
_MIN_DEVIATION = 0.02


class LesionAssist:
    """Stateless: the prompt holds all that was drawn."""

    def assist(
        self, volume: Volume, prompt: PlacedPrompt, previous: Labels | None = None
    ) -> Labels:
        """The labels (slices, rows, columns) that the prompt asks for, upon `previous` if given.

        Raises:
            DrawingRefused: a box outside the head, without contrast or too large, a click on air,
                nothing but background.
        """
        images = _Images(volume)
        labels = np.zeros(volume.data.shape, np.uint8) if previous is None else previous.copy()
        for segment in prompt.segments:
            mask = _segment(images, prompt, segment, labels == segment)
            labels[labels == segment] = 0
            labels[mask] = segment
        return labels


def load(folder: Path, threads: int) -> LesionAssist:
    """There are no weights to load."""
    return LesionAssist()


class _Images:
    """A volume with its air level, by which a head is told from what surrounds it."""

    def __init__(self, volume: Volume) -> None:
        self.data, self.spacing = volume.data, volume.spacing_mm
        step = max(1, round((volume.data.size / 1e6) ** (1 / 3)))
        low, high = np.quantile(volume.data[::step, ::step, ::step], (0.01, 0.99))
        self._air = float(low + _AIR_LEVEL * (high - low))

    def of_head(self, where: Where) -> float:
        """Which share of all that is not air lies in a box."""
        solid = int(np.count_nonzero(self.data > self._air))
        return int(np.count_nonzero(self.data[where] > self._air)) / max(1, solid)

    @property
    def smoothing(self) -> list[float]:
        """The width of the filter in the plane of the slices, pixels."""
        return [_SMOOTH_MM / mm for mm in self.spacing[1:]]

    def head(self, index: int) -> BoolArray:
        """The head in one slice, what it encloses included."""
        solid = ndimage.binary_opening(self.data[index] > self._air, iterations=2)
        filled: BoolArray = ndimage.binary_fill_holes(solid)
        return filled

    def window(self, slice_: int, row: int, column: int, reach_mm: float) -> Where:
        """Everything within `reach_mm` of a voxel, by axis."""
        centre = (slice_, row, column)
        low = [max(0, round(c - reach_mm / mm)) for c, mm in zip(centre, self.spacing, strict=True)]
        high = [round(c + reach_mm / mm) + 1 for c, mm in zip(centre, self.spacing, strict=True)]
        return slice(low[0], high[0]), slice(low[1], high[1]), slice(low[2], high[2])

    def disk(self, radius_mm: float) -> BoolArray:
        """A disk in the plane of the slices, one pixel wide at least."""
        _, row_mm, column_mm = self.spacing
        rows, columns = max(1.0, radius_mm / row_mm), max(1.0, radius_mm / column_mm)
        row, column = np.ogrid[-round(rows) : round(rows) + 1, -round(columns) : round(columns) + 1]
        inside: BoolArray = (row / (rows + 0.2)) ** 2 + (column / (columns + 0.2)) ** 2 <= 1
        return inside[None]

    def distance(self, marked: BoolArray) -> npt.NDArray[np.float64]:
        """Of every pixel of one slice to the nearest marked one, mm."""
        distances: npt.NDArray[np.float64] = ndimage.distance_transform_edt(
            ~marked, sampling=self.spacing[1:]
        )
        return distances


def _segment(images: _Images, prompt: PlacedPrompt, segment: int, previous: BoolArray) -> BoolArray:
    if not (previous.any() or _marks_lesion(prompt, segment)):
        raise DrawingRefused("Only background is marked: draw a box around the lesion first.")
    mask = previous.copy()
    for box in (each for each in prompt.boxes if each.segment == segment):
        mask[box.where] |= _in_box(images, box.where)
    for point in (each for each in prompt.points if each.segment == segment):
        (row, column) = point.pixels[0]
        if point.positive and not mask.any():
            mask |= _from_click(images, point.slice, row, column)
        else:
            _correct(images, mask, point)
    for stroke in (each for each in prompt.scribbles if each.segment == segment):
        _correct(images, mask, stroke)
    return mask


def _marks_lesion(prompt: PlacedPrompt, segment: int) -> bool:
    marked = [each.segment for each in (*prompt.points, *prompt.scribbles) if each.positive]
    return segment in (*marked, *(each.segment for each in prompt.boxes))


# --- a box ---


def _in_box(images: _Images, where: Where) -> BoolArray:
    box = images.data[where]
    if box.size > _MAX_BOX_VOXELS:
        raise DrawingRefused(
            f"The box holds {box.size} voxels, more than the {_MAX_BOX_VOXELS} that are worked on: "
            "draw it close around the lesion."
        )
    heads = [images.head(index)[where[1:]] for index in range(*where[0].indices(len(images.data)))]
    if np.mean(heads) < _MIN_HEAD_SHARE:
        raise DrawingRefused("The box lies outside the head: draw it around the lesion.")
    if images.of_head(where) > _MAX_OF_HEAD:
        raise DrawingRefused(
            f"The box holds more than {_MAX_OF_HEAD:.0%} of the head: "
            "draw it close around one lesion, on the slices that show it."
        )
    mask = _what_stands_out(images, box)
    if not mask.any():
        raise DrawingRefused(
            "Nothing in the box stands out from its surroundings: draw it around the lesion, "
            "with a small margin."
        )
    return mask


def _what_stands_out(images: _Images, box: FloatArray) -> BoolArray:
    """What is brighter, or what is darker than the surroundings, whichever fills the box better.

    The ellipse that fits into a box belongs mostly to the lesion, the corners mostly do not. Held
    at the value of the corners, the surroundings are even: that finds rings with a dark core.
    """
    low, high = box.min(), box.max()
    if high <= low:
        raise DrawingRefused("The box has no contrast: all its values are the same.")
    row, column = (np.linspace(-1, 1, size) for size in box.shape[1:])
    ellipse = row[:, None] ** 2 + column[None] ** 2 <= 1
    usual = np.median(box[:, ~ellipse])
    sides = (box - low, np.maximum(box, usual) - low, high - np.minimum(box, usual))
    masks = [_clean(images, side > _li_threshold(side)) for side in sides]
    return max(masks, key=lambda mask: mask[:, ellipse].mean() - mask[:, ~ellipse].mean())


def _li_threshold(image: FloatArray) -> float:
    """The threshold of least cross entropy of values from 0, by Li's iteration."""
    values = image.ravel().astype(np.float64)
    tolerance, threshold = 1e-4 * values.max(), float(values.mean())
    for _ in range(100):
        above = values > threshold
        if not above.any():
            break
        front, back = float(values[above].mean()), float(values[~above].mean())
        if back <= 0:
            break
        following = (front - back) / (np.log(front) - np.log(back))
        moved, threshold = abs(following - threshold), following
        if moved < tolerance:
            break
    return threshold


def _clean(images: _Images, mask: BoolArray) -> BoolArray:
    """Closed, opened and filled in each slice, without parts that are small beside the largest."""
    close, open_ = images.disk(_CLOSE_MM), images.disk(_OPEN_MM)
    margin = max(close.shape)
    padded = np.pad(mask, ((0, 0), (margin, margin), (margin, margin)))
    padded = ndimage.binary_opening(ndimage.binary_closing(padded, close), open_)
    mask = _filled(padded)[:, margin:-margin, margin:-margin]
    parts, count = ndimage.label(mask, np.ones((3, 3, 3)))
    if count == 0:
        return mask
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    kept: BoolArray = (sizes >= _SMALLEST_PART * sizes.max())[parts] & mask
    return kept


def _filled(mask: BoolArray) -> BoolArray:
    return np.stack([ndimage.binary_fill_holes(each) for each in mask])


# --- a click ---


def _from_click(images: _Images, slice_: int, row: int, column: int) -> BoolArray:
    """Find the part around a click, then treat its bounds as a box."""
    if not images.head(slice_)[row, column]:
        raise DrawingRefused("The click is on air: click on the lesion, or draw a box around it.")
    where = images.window(slice_, row, column, _CLICK_REACH_MM)
    values = images.data[where]
    if values.size > _MAX_CLICK_VOXELS:
        where = (slice(max(0, slice_ - 4), slice_ + 5), *where[1:])
        values = images.data[where]
    at = (slice_ - where[0].start, row - where[1].start, column - where[2].start)
    part = _sharpest_part(images, values, at)
    if part is None:
        raise DrawingRefused(
            "Nothing around the click stands out from its surroundings: draw a box instead."
        )
    mask = np.zeros(images.data.shape, bool)
    bounds = _bounds(images, part, where)
    mask[bounds] = _in_box(images, bounds)
    return mask


def _sharpest_part(
    images: _Images, values: FloatArray, at: tuple[int, int, int]
) -> BoolArray | None:
    """Of the connected parts at the click, one per grey level, that with the steepest border."""
    smooth = ndimage.gaussian_filter(values, [0.0, *images.smoothing])
    clicked = np.zeros(values.shape[1:], bool)
    clicked[at[1:]] = True
    distance = images.distance(clicked)
    steepness = np.hypot(ndimage.sobel(smooth, 1), ndimage.sobel(smooth, 2))
    best, found = 0.0, None
    for above in _levels(smooth, at[0], distance <= _CLICK_NEAR_MM):
        part = _part_near(above, at[0], distance)
        if part is None or _at_edge(part):
            continue
        disk = images.disk(0)
        border = ndimage.binary_dilation(part, disk) & ~ndimage.binary_erosion(part, disk)
        steep = float(steepness[border].mean())
        if steep > best:
            best, found = steep, part
    return found


def _levels(smooth: FloatArray, slice_: int, near: BoolArray) -> Iterator[BoolArray]:
    """What is brighter (or darker, as the click) than each level between surroundings and click."""
    usual = float(np.median(smooth))
    dark, bright = np.quantile(smooth[slice_][near], (0.1, 0.9))
    target = bright if bright - usual >= usual - dark else dark
    for share in _CLICK_LEVELS:
        level = usual + (target - usual) * share
        yield smooth > level if target > usual else smooth < level


def _part_near(
    above: BoolArray, slice_: int, distance: npt.NDArray[np.float64]
) -> BoolArray | None:
    parts, _ = ndimage.label(above, np.ones((3, 3, 3)))
    reachable = np.where(parts[slice_] > 0, distance, np.inf)
    nearest = np.unravel_index(int(reachable.argmin()), reachable.shape)
    if reachable[nearest] > _CLICK_NEAR_MM:
        return None
    part: BoolArray = parts == parts[slice_][nearest]
    return part


def _at_edge(part: BoolArray) -> bool:
    """A part that leaves the window in the plane has flowed into the surroundings."""
    return bool(part[:, [0, -1]].any() or part[:, :, [0, -1]].any())


def _bounds(images: _Images, part: BoolArray, where: Where) -> Where:
    margins = [0, *(max(1, round(_CLICK_MARGIN_MM / mm)) for mm in images.spacing[1:])]
    sides = []
    for axis, margin in enumerate(margins):
        others = tuple(other for other in range(3) if other != axis)
        marked = np.flatnonzero(part.any(others)) + where[axis].start
        sides.append(slice(max(0, int(marked[0]) - margin), int(marked[-1]) + margin + 1))
    return sides[0], sides[1], sides[2]


# --- a stroke ---


def _correct(images: _Images, mask: BoolArray, stroke: PlacedStroke) -> None:
    """Set the stroke's pixels, and what lies close to them and looks like them, in its slice."""
    marked = np.zeros(mask.shape[1:], bool)
    marked[tuple(np.transpose(stroke.pixels))] = True
    distance = images.distance(marked)
    smooth = ndimage.gaussian_filter(images.data[stroke.slice], images.smoothing)
    middle = float(np.median(smooth[marked]))
    deviation = 1.4826 * float(np.median(np.abs(smooth[marked] - middle)))
    alike = np.abs(smooth - middle) <= max(deviation, _MIN_DEVIATION * abs(middle))
    others = mask[stroke.slice] != stroke.positive
    changed, _ = ndimage.label(marked | (alike & others & (distance <= _STROKE_REACH_MM)))
    touched = np.isin(changed, np.unique(changed[marked])) | (distance <= _STROKE_WIDTH_MM)
    mask[stroke.slice][touched] = stroke.positive
