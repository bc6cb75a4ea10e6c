"""From stored values to grey levels: Modality LUT, VOI LUT, presentation (PS3.4 N.2).

Runs in a child process (``drawing_process``) and imports nothing of the application.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import Dataset
from pydicom.multival import MultiValue

from pacs.delivery.lookup_tables import table_read
from pacs.delivery.rendering import Window
from pacs.delivery.stored_values import Frame

Levels = npt.NDArray[np.uint8]
Values = npt.NDArray[Any]
Real = npt.NDArray[np.float64]
BLOCK = 1 << 20
"""Values that are in memory as float64 at a time."""
_FUNCTIONS = {"": "linear", "LINEAR": "linear", "LINEAR_EXACT": "linear-exact"}
_FUNCTIONS["SIGMOID"] = "sigmoid"


class FrameAttributes:
    """The attributes of one frame: its own, else those shared by all, else the top level's."""

    def __init__(self, header: Dataset, index: int, *, big: bool) -> None:
        frames = header.get("PerFrameFunctionalGroupsSequence") or []
        shared = header.get("SharedFunctionalGroupsSequence") or []
        self._groups = [*frames[index : index + 1], *shared[:1]]
        self.top, self.big = header, big

    def of(self, macro: str, *keywords: str) -> Dataset:
        """The item of a functional group macro that has one of the attributes, or the top level."""
        for group in self._groups:
            items: list[Dataset] = list(group.get(macro) or [])[:1]
            if any(items[0].get(keyword) not in (None, "") for keyword in keywords if items):
                return items[0]
        return self.top


def grey_levels(frame: Frame, attributes: FrameAttributes, window: Window | None) -> Levels:
    """Levels from 0, black, to 255. ``window`` replaces the image's own."""
    values, signed = frame.values, frame.layout.dtype.kind != "u"
    modality = _modality(attributes, signed=signed)
    voi = _requested(window) if window else _own_voi(attributes, signed=signed)
    single_bit = frame.layout.bits == 1
    levels = _in_blocks if values.dtype.kind == "f" or values.dtype.itemsize > 2 else _by_table
    found = levels(values, modality, voi or (_whole(0, 1) if single_bit else None))
    shape = str(attributes.top.get("PresentationLUTShape") or "").strip().upper()
    inverse = frame.layout.photometric == "MONOCHROME1" or shape == "INVERSE"
    return 255 - found if inverse else found


Step = Callable[[Values], Real]


def _by_table(values: Values, modality: Step, voi: Step | None) -> Levels:
    """Each value that can occur is computed once: exact, and faster than each pixel."""
    domain = np.arange(int(values.min()), int(values.max()) + 1)
    real = modality(domain)
    if voi is None:
        voi = _whole(*_present(values, real))
    unsigned = np.dtype(f"u{values.dtype.itemsize}")
    table = np.zeros(1 << unsigned.itemsize * 8, np.uint8)
    table[domain.astype(values.dtype).view(unsigned)] = _levels(voi(real))
    return table.take(values.view(unsigned))


def _present(values: Values, real: Real) -> tuple[float, float]:
    """The extremes of the real values that occur; most often those of the extreme values."""
    ends = real[[0, -1]]
    if ends.min() > real.min() or ends.max() < real.max():
        ends = real[np.unique(values).astype(np.int32) - int(values.min())]
    return float(ends.min()), float(ends.max())


def _in_blocks(values: Values, modality: Step, voi: Step | None) -> Levels:
    flat = values.reshape(-1)
    if voi is None:
        voi = _whole(*_extremes(modality(block) for block in _blocks(flat)))
    levels = [_levels(voi(modality(block))) for block in _blocks(flat)]
    return np.concatenate(levels).reshape(values.shape)


def _blocks(flat: Values) -> Iterator[Values]:
    return (flat[at : at + BLOCK] for at in range(0, len(flat), BLOCK))


def _extremes(blocks: Iterator[Real]) -> tuple[float, float]:
    finite = [block[np.isfinite(block)] for block in blocks]
    found = [block for block in finite if block.size]
    if not found:
        return 0.0, 0.0
    return float(min(map(np.min, found))), float(max(map(np.max, found)))


def _levels(share: Real) -> Levels:
    levels: Levels = np.rint(np.clip(np.nan_to_num(share), 0, 1) * 255).astype(np.uint8)
    return levels


def _modality(attributes: FrameAttributes, *, signed: bool) -> Step:
    """Modality LUT (PS3.3 C.11.1)."""
    if items := attributes.top.get("ModalityLUTSequence"):
        table = table_read(items[0], signed=signed, big=attributes.big)
        return lambda values: table.look_up(values).astype(np.float64)
    item = attributes.of("PixelValueTransformationSequence", "RescaleSlope", "RescaleIntercept")
    slope, intercept = _number(item, "RescaleSlope") or 1.0, _number(item, "RescaleIntercept")
    return lambda values: values.astype(np.float64) * slope + (intercept or 0.0)


def _own_voi(attributes: FrameAttributes, *, signed: bool) -> Step | None:
    """The first VOI LUT or window of the frame (PS3.3 C.11.2); None if it has none."""
    item = attributes.of("FrameVOILUTSequence", "VOILUTSequence", "WindowCenter")
    if items := item.get("VOILUTSequence"):
        intercept = _number(attributes.top, "RescaleIntercept") or 0
        table = table_read(items[0], signed=signed or intercept < 0, big=attributes.big)
        full = max((1 << table.depth) - 1, int(table.values.max()), 1)
        return lambda real: table.look_up(np.nan_to_num(real)) / full
    center, width = _number(item, "WindowCenter"), _number(item, "WindowWidth")
    function = _FUNCTIONS.get(str(item.get("VOILUTFunction") or "").strip().upper())
    if center is None or width is None or function is None:
        return None
    if width <= 0 or (function == "linear" and width < 1):
        return None
    return _requested(Window(center, width, function))


def _requested(window: Window) -> Step:
    """The share of full brightness (PS3.3 C.11.2.1.2 and C.11.2.1.3)."""
    center, width = window.center, window.width
    if window.function == "sigmoid":
        return lambda real: 1 / (1 + np.exp(np.clip(-4 * (real - center) / width, -500, 500)))
    if window.function == "linear":
        center, width = center - 0.5, width - 1
    if width <= 0:  # a threshold
        return lambda real: (real > center).astype(np.float64)
    return lambda real: (real - center) / width + 0.5


def _whole(low: float, high: float) -> Step:
    if high > low:
        return lambda real: (real - low) / (high - low)
    return lambda real: np.full(real.shape, 0.5 if low else 0.0)


def _number(item: Dataset, keyword: str) -> float | None:
    """The first of one or several values; None if it is absent or not a finite number."""
    try:
        value = item.get(keyword)
        if isinstance(value, MultiValue):
            value = value[0] if value else None
        number = math.nan if value in (None, "") else float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
