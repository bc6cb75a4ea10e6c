"""The stored values of one frame (PS3.5 8), of every kind of pixel data that can be drawn.

Runs in a child process (``drawing_process``) and imports nothing of the application.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom.uid import JPEGBaseline8Bit, JPEGExtended12Bit, RLELossless

from pacs.htj2k import codec, pixel_data as tags
from pacs.htj2k.codec import Pixels, Shape
from pacs.htj2k.codestreams import codestream_header
from pacs.htj2k.pixel_data import Part10, PixelData, Refused, or_refused

MAX_PIXELS = 1 << 25
"""Limit for one frame: a small file may decompress to a very large frame."""
_FLOATS: dict[int, np.dtype[Any]] = {
    tags.FLOAT_PIXELS: np.dtype("f4"),
    tags.DOUBLE_PIXELS: np.dtype("f8"),
}
_INTEGERS = {1: 1, 8: 1, 16: 2, 32: 4}
_SUBSAMPLED = frozenset({"YBR_FULL_422", "YBR_PARTIAL_422"})
_YBR = _SUBSAMPLED | {"YBR_FULL"}


@dataclass(frozen=True, slots=True)
class PixelLayout(Shape):
    """How the frames of a file are laid out. ``bits`` and ``high``: Bits Allocated, High Bit."""

    photometric: str
    planar: bool
    bits: int
    high: int

    @property
    def subsampled(self) -> bool:
        """Two pixels share their colours (PS3.3 C.7.6.3.1.2)."""
        return self.photometric in _SUBSAMPLED

    @property
    def frame_bits(self) -> int:
        """Of a native frame."""
        return self.rows * self.columns * (2 if self.subsampled else self.samples) * self.bits


@dataclass(frozen=True, slots=True)
class Frame:
    """Stored values, (rows, columns) or (rows, columns, 3), with their sign.

    ``ybr``: the three samples are luminance and chrominance.
    """

    values: Pixels
    layout: PixelLayout
    ybr: bool


def stored_frame(part10: Part10, index: int) -> bytes:
    """Frame ``index`` (from 0) as stored; native pixels in little endian. Raises Refused."""
    data = PixelData(part10)
    if not data.native:
        return data.codestream(_within(data, index))
    layout = _layout(data)
    value = _native_bytes(data, layout, _within(data, index))
    if layout.bits == 1:
        return np.packbits(value, bitorder="little").tobytes()
    if data.order == "big":
        return value.view(layout.dtype).byteswap().tobytes()
    return value.tobytes()


def frame_values(data: PixelData, index: int) -> Frame:
    """Frame ``index`` (from 0). Raises Refused."""
    codec.check_decodable(data.syntax)
    layout = _layout(data)
    if layout.bytes > codec.MAX_FRAME_BYTES or layout.rows * layout.columns > MAX_PIXELS:
        raise Refused("TOO_LARGE")
    _within(data, index)
    ybr = layout.photometric in _YBR
    if data.native:
        values = _native(data, layout, index)
    else:
        codestream = data.codestream(index)
        values = _typed(codec.codestream_decode(codestream, data.syntax, layout), layout)
        if data.syntax in (JPEGBaseline8Bit, JPEGExtended12Bit):
            marked = codestream_header(codestream).ybr
            ybr = ybr if marked is None else marked
    high = layout.high if data.native or data.syntax == RLELossless else layout.stored - 1
    return Frame(_extended(values, layout, high), layout, ybr)


def _within(data: PixelData, index: int) -> int:
    if not data.tag:
        raise Refused("NOT_AN_IMAGE")
    if not 0 <= index < data.count:
        raise Refused("WRONG_LENGTH")
    return index


def _layout(data: PixelData) -> PixelLayout:
    with or_refused("UNREADABLE"):
        elements = data.elements
        rows, columns = elements.integer(tags.ROWS, 0), elements.integer(tags.COLUMNS, 0)
        samples = elements.integer(tags.SAMPLES_PER_PIXEL, 1)
        bits = elements.integer(tags.BITS_ALLOCATED, 0)
        signed = elements.integer(tags.PIXEL_REPRESENTATION, 0)
        stored = elements.integer(tags.BITS_STORED, bits)
        high = elements.integer(tags.HIGH_BIT, stored - 1)
        planar = bool(elements.integer(tags.PLANAR_CONFIGURATION, 0))
        photometric = elements.text(tags.PHOTOMETRIC_INTERPRETATION).upper()
    if not rows or not columns or not data.tag:
        raise Refused("NOT_AN_IMAGE")
    dtype: np.dtype[Any]
    if data.tag in _FLOATS:
        dtype = _FLOATS[data.tag]
        bits = stored = dtype.itemsize * 8
        high = bits - 1
    elif bits in _INTEGERS:
        dtype = np.dtype(f"{'i' if signed and bits > 1 else 'u'}{_INTEGERS[bits]}")
    else:
        raise Refused("NOT_SUPPORTED")
    if samples not in (1, 3):
        raise Refused("NOT_SUPPORTED")
    if not 1 <= stored <= bits or signed not in (0, 1):
        raise Refused("MISMATCH")
    if not stored <= high + 1 <= bits:  # what PS3.5 8.1.1 leaves no choice about
        high = stored - 1
    return PixelLayout(rows, columns, samples, dtype, stored, photometric, planar, bits, high)


def _native(data: PixelData, layout: PixelLayout, index: int) -> Pixels:
    raw = _native_bytes(data, layout, index)
    shape, samples = (layout.rows, layout.columns), layout.samples
    if layout.bits == 1:
        return raw.reshape(layout.array)
    stored = layout.dtype.newbyteorder(">" if data.order == "big" else "<")
    flat = raw.view(stored).astype(layout.dtype, copy=False)
    if layout.subsampled:
        return _doubled(flat, shape)
    if samples > 1 and layout.planar:
        return np.moveaxis(flat.reshape(samples, *shape), 0, -1)
    return flat.reshape(layout.array)


def _native_bytes(data: PixelData, layout: PixelLayout, index: int) -> Pixels:
    """The bytes of a frame; of single bits one byte a pixel. Raises Refused."""
    first, size = index * layout.frame_bits, layout.frame_bits
    needed = -(-data.count * size // 8)
    if not 0 <= len(data.value) - needed <= needed % 2:
        raise Refused("WRONG_LENGTH")
    start, end = first // 8, -(-(first + size) // 8)
    if data.order == "big" and layout.bits <= 8 and data.vr == "OW":
        words = np.frombuffer(data.value[start & ~1 : end + end % 2], "u2").byteswap()
        found = words.view("u1")[start % 2 :][: end - start]
    else:
        found = np.frombuffer(data.value[start:end], "u1")
    if layout.bits > 1:
        return found
    return np.unpackbits(found, bitorder="little")[first % 8 :][:size]


def _doubled(flat: Pixels, shape: tuple[int, int]) -> Pixels:
    """Two luminances, then the blue and the red chrominance of both."""
    if shape[1] % 2:
        raise Refused("WRONG_LENGTH")
    pairs = flat.reshape(shape[0], shape[1] // 2, 4)
    luminance = pairs[..., :2].reshape(shape)
    blue, red = (np.repeat(pairs[..., n], 2, axis=1) for n in (2, 3))
    return np.stack((luminance, blue, red), axis=-1)


def _typed(pixels: Pixels, layout: PixelLayout) -> Pixels:
    """In the declared type. A codestream may have fewer bits than are allocated, not more."""
    if pixels.dtype.itemsize > layout.dtype.itemsize or layout.dtype.kind == "f":
        raise Refused("MISMATCH")
    if pixels.dtype.itemsize < layout.dtype.itemsize:
        return pixels.astype(layout.dtype)
    return pixels.view(layout.dtype)


def _extended(values: Pixels, layout: PixelLayout, high: int) -> Pixels:
    """Only the stored bits, up to the high bit, the highest of them the sign if there is one."""
    allocated = layout.dtype.itemsize * 8
    if layout.dtype.kind == "f" or layout.bits == 1 or layout.stored == allocated:
        return values
    if high == layout.stored - 1 and _fits(values, layout.stored):
        return values
    extended: Pixels = (values << (allocated - 1 - high)) >> (allocated - layout.stored)
    return extended


def _fits(values: Pixels, stored: int) -> bool:
    """Whether extending would change nothing."""
    if values.dtype.kind == "u":
        return bool(values.max() < 1 << stored)
    half = 1 << stored - 1
    return bool(values.max() < half and values.min() >= -half)
