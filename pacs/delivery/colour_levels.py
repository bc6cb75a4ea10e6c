"""From stored values to 8-bit RGB: palettes, YCbCr, planes, deeper samples (PS3.3 C.7.6.3).

Runs in a child process (``drawing_process``) and imports nothing of the application.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from pydicom import Dataset

from pacs.delivery.lookup_tables import palette_read
from pacs.delivery.stored_values import Frame

Levels = npt.NDArray[np.uint8]
_FROM_PARTIAL = np.array([[1.1644, 0, 1.5960], [1.1644, -0.3917, -0.8129], [1.1644, 2.0173, 0]])
"""ITU-R BT.601: luminance from 16 to 235, chrominance from 16 to 240."""


def palette_levels(frame: Frame, header: Dataset, *, big: bool) -> Levels:
    signed = frame.layout.dtype.kind == "i"
    tables = palette_read(header, signed=signed, big=big)
    planes = [table.look_up(frame.values) for table in tables]
    return np.stack(planes, axis=-1).astype(np.uint8)


def colour_levels(frame: Frame) -> Levels:
    levels = _eight_bits(frame.values, frame.layout.stored)
    if not frame.ybr:
        return levels
    if frame.layout.photometric == "YBR_PARTIAL_422":
        partial = (levels.astype(np.float32) - (16, 128, 128)) @ _FROM_PARTIAL.T
        rgb: Levels = np.rint(np.clip(partial, 0, 255)).astype(np.uint8)
        return rgb
    return np.asarray(Image.fromarray(levels, "YCbCr").convert("RGB"))


def _eight_bits(values: npt.NDArray[Any], stored: int) -> Levels:
    if stored > 8:
        values = values >> (stored - 8)
    elif stored < 8:
        values = (values.astype(np.uint16) * 255) // ((1 << stored) - 1)
    return np.ascontiguousarray(values.astype(np.uint8))
