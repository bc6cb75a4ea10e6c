"""Converts the frames of a DICOM file to HTJ2K or to native pixels (PS3.5 8.2, annex A.4).

Runs in a child process (``decoder_process``), because a malformed file may crash it. Imports
nothing of the application.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import imagecodecs
import numpy as np
import numpy.typing as npt
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from pacs.dicom.transfer_syntaxes import NATIVE
from pacs.htj2k import pixel_data as tags
from pacs.htj2k.codestreams import CodestreamHeader, codestream_header
from pacs.htj2k.pixel_data import Elements, Part10, PixelData, Refused, or_refused

Pixels = npt.NDArray[Any]
MAX_FRAME_BYTES = 1 << 28
MAX_TOTAL_BYTES = 1 << 31

_VIDEO_PREFIXES = tuple(f"1.2.840.10008.1.2.4.10{digit}" for digit in range(10))
_COLOURS = frozenset({"RGB", "YBR_FULL", "YBR_RCT", "YBR_ICT"})
_GREYS = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})
_END = b"\xff\xd9"  # of JPEG, JPEG-LS and JPEG 2000 codestreams alike
_PADDING = b"\0\xff "  # PS3.5 A.4 demands an even length and not with which byte
_SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"


def syntax_refusal(transfer_syntax_uid: str) -> str | None:
    """Why files of this transfer syntax are not converted; None if they are."""
    syntax = transfer_syntax_uid
    if syntax in NATIVE or syntax in _LOSSLESS or syntax == RLELossless:
        return None
    if syntax in _LOSSY:
        return "LOSSY"
    return "VIDEO" if syntax.startswith(_VIDEO_PREFIXES) else "NOT_SUPPORTED"


def transcode(part10: Part10) -> list[bytes]:
    """Each frame as an HTJ2K codestream (lossless, RPCL), verified by decoding it again.

    Raises Refused if any frame cannot be converted.
    """
    image = _Image(part10)
    if refusal := syntax_refusal(image.syntax):
        raise Refused(refusal)
    return [_encode(pixels) for pixels in image.frames()]


def decode(part10: Part10, index: int) -> bytes:
    """Frame ``index`` (from 0) as native pixels: little endian, rows x columns x samples.

    Raises Refused.
    """
    pixels = _Image(part10).frame(index)
    return pixels.astype(pixels.dtype.newbyteorder("<"), copy=False).tobytes()


def _encode(pixels: Pixels) -> bytes:
    codestream = bytes(imagecodecs.htj2k_encode(pixels, reversible=True))
    again = _htj2k_decode(codestream)
    if again.dtype != pixels.dtype or not np.array_equal(again, pixels):
        raise Refused("MISMATCH")
    return codestream


@dataclass(frozen=True, slots=True)
class Shape:
    """The attributes of a decoded frame. ``stored``: bits of ``dtype`` that are used."""

    rows: int
    columns: int
    samples: int
    dtype: np.dtype[Any]
    stored: int

    @property
    def array(self) -> tuple[int, ...]:
        plane = (self.rows, self.columns)
        return plane if self.samples == 1 else (*plane, self.samples)

    @property
    def bytes(self) -> int:
        return self.rows * self.columns * self.samples * self.dtype.itemsize


class _Image(PixelData):
    """Pixel data that can be converted, checked against its attributes. Raises Refused."""

    def __init__(self, part10: Part10) -> None:
        super().__init__(part10)
        check_decodable(self.syntax)
        if not self.tag or self.tag != tags.INTEGER_PIXELS:
            raise Refused("FLOAT" if self.tag else "NOT_AN_IMAGE")
        with or_refused("UNREADABLE"):
            self._shape = _shape(self.elements)
        if self._shape.bytes * self.count > MAX_TOTAL_BYTES:
            raise Refused("TOO_LARGE")

    def frames(self) -> Iterator[Pixels]:
        if self.native:
            yield from self._native()
            return
        found = 0
        for codestream in self.codestreams():
            yield self._decoded(codestream)
            found += 1
        if found != self.count:
            raise Refused("WRONG_LENGTH")

    def frame(self, index: int) -> Pixels:
        if not 0 <= index < self.count:
            raise Refused("WRONG_LENGTH")
        if self.native:
            frame: Pixels = self._native()[index]
            return frame
        return self._decoded(self.codestream(index))

    def _decoded(self, codestream: bytes) -> Pixels:
        return _as_declared(codestream_decode(codestream, self.syntax, self._shape), self._shape)

    def _native(self) -> Pixels:
        """(frames, rows, columns[, samples]). One byte of padding is allowed (PS3.5 8.1.1)."""
        value, wanted = self.value, self._shape.bytes * self.count
        if not 0 <= len(value) - wanted <= wanted % 2:
            raise Refused("WRONG_LENGTH")
        big = self.order == "big"
        if big and self._shape.dtype.itemsize == 1:
            raise Refused("NOT_SUPPORTED")  # two pixels a word, in the other order
        stored = self._shape.dtype.newbyteorder(">" if big else "<")
        pixels = np.frombuffer(value[:wanted], stored).reshape(self.count, *self._shape.array)
        return pixels.astype(self._shape.dtype, copy=False)


def check_decodable(syntax: str) -> None:
    """Raises Refused for a transfer syntax that cannot be decoded here."""
    if (refusal := syntax_refusal(syntax)) and syntax not in _LOSSY:
        raise Refused(refusal)


def codestream_decode(codestream: bytes, syntax: str, shape: Shape) -> Pixels:
    """The pixels of a frame in the array of ``shape``, in the type of the codestream.

    Raises Refused.
    """
    with or_refused("UNREADABLE"):
        if syntax == RLELossless:
            pixels = _rle_decode(codestream, shape)
        elif not (unpadded := _unpadded(codestream)).endswith(_END):
            raise Refused("WRONG_LENGTH")
        else:
            _check_size(unpadded, shape)
            pixels = (_LOSSLESS | _LOSSY)[syntax](unpadded)
        if pixels.shape != shape.array:
            raise Refused("WRONG_LENGTH")
        return np.ascontiguousarray(pixels)


def _unpadded(codestream: bytes) -> bytes:
    """Without the padding behind the end marker: usual bytes, or one of any value before them."""
    rest = codestream.rstrip(_PADDING)
    return rest[:-1] if rest[:-1].endswith(_END) else rest


def _check_size(codestream: bytes, shape: Shape) -> None:
    """Decoders take the memory that the header of a codestream asks for."""
    if codestream_header(codestream) != CodestreamHeader(shape.rows, shape.columns, shape.samples):
        raise Refused("WRONG_LENGTH")


def _rle_decode(codestream: bytes, shape: Shape) -> Pixels:
    """By colour, then by pixel (PS3.5 annex G)."""
    flat = imagecodecs.dicomrle_decode(codestream, shape.dtype.newbyteorder("<"), out=shape.bytes)
    planes = np.frombuffer(flat, shape.dtype).reshape(shape.samples, shape.rows, shape.columns)
    return planes[0] if shape.samples == 1 else np.moveaxis(planes, 0, -1)


def _htj2k_decode(codestream: bytes) -> Pixels:
    """imagecodecs reports what it finds wrong after the header as unraisable, and goes on."""
    unraisable: list[object] = []
    hook, sys.unraisablehook = sys.unraisablehook, unraisable.append
    try:
        pixels: Pixels = imagecodecs.htj2k_decode(codestream)
    finally:
        sys.unraisablehook = hook
    if unraisable:
        raise Refused("UNREADABLE")
    return pixels


def _jpeg_decode(codestream: bytes) -> Pixels:
    """The stored components: whether they are YCbCr is not decided here."""
    if codestream_header(codestream).samples == 1:
        grey: Pixels = imagecodecs.jpeg8_decode(codestream)
        return grey
    colours: Pixels = imagecodecs.jpeg8_decode(
        codestream, colorspace="YCBCR", outcolorspace="YCBCR"
    )
    return colours


_LOSSLESS: dict[str, Callable[..., Pixels]] = {
    JPEGLossless: imagecodecs.jpegsof3_decode,
    JPEGLosslessSV1: imagecodecs.jpegsof3_decode,
    JPEGLSLossless: imagecodecs.jpegls_decode,
    JPEG2000Lossless: imagecodecs.jpeg2k_decode,
    HTJ2KLossless: _htj2k_decode,
    HTJ2KLosslessRPCL: _htj2k_decode,
}
_LOSSY: dict[str, Callable[..., Pixels]] = {
    JPEGBaseline8Bit: _jpeg_decode,
    JPEGExtended12Bit: _jpeg_decode,
    JPEGLSNearLossless: imagecodecs.jpegls_decode,
    JPEG2000: imagecodecs.jpeg2k_decode,
    HTJ2K: _htj2k_decode,
}


def _as_declared(pixels: Pixels, shape: Shape) -> Pixels:
    """Lossless JPEG and JPEG-LS know no sign: it is the highest of the stored bits."""
    if pixels.dtype.itemsize != shape.dtype.itemsize:
        raise Refused("WRONG_LENGTH")
    if pixels.dtype == shape.dtype:
        return pixels
    if shape.dtype.kind == "u":
        raise Refused("MISMATCH")
    unused = shape.dtype.itemsize * 8 - shape.stored
    signed: Pixels = (pixels << unused).view(shape.dtype) >> unused
    return signed


def _shape(elements: Elements) -> Shape:
    if elements.text(tags.SOP_CLASS_UID) == _SEGMENTATION:
        raise Refused("SEGMENTATION")
    rows, columns = elements.integer(tags.ROWS, 0), elements.integer(tags.COLUMNS, 0)
    if not rows or not columns:
        raise Refused("NOT_AN_IMAGE")
    samples = elements.integer(tags.SAMPLES_PER_PIXEL, 1)
    bits = elements.integer(tags.BITS_ALLOCATED, 0)
    if bits == 1:
        raise Refused("SINGLE_BIT")
    photometric = elements.text(tags.PHOTOMETRIC_INTERPRETATION)
    planar = samples == 3 and elements.integer(tags.PLANAR_CONFIGURATION, 0)
    known = _GREYS if samples == 1 else _COLOURS if samples == 3 else frozenset()
    if bits not in (8, 16) or photometric not in known or planar:
        raise Refused("NOT_SUPPORTED")
    stored = elements.integer(tags.BITS_STORED, bits)
    signed = elements.integer(tags.PIXEL_REPRESENTATION, 0)
    if not 1 <= stored <= bits or signed not in (0, 1):
        raise Refused("MISMATCH")
    dtype = np.dtype(f"{'i' if signed else 'u'}{bits // 8}")
    shape = Shape(rows, columns, samples, dtype, stored)
    if shape.bytes > MAX_FRAME_BYTES:
        raise Refused("TOO_LARGE")
    return shape
