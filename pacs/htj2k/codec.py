"""Converts the frames of a DICOM file to HTJ2K or to native pixels (PS3.5 8.2, annex A.4).

Runs in a child process (``decoder_process``), because a malformed file may crash it. Imports
nothing of the application.
"""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from mmap import mmap
from typing import Any, BinaryIO, Literal

import imagecodecs
import numpy as np
import numpy.typing as npt
from pydicom.encaps import generate_frames
from pydicom.filereader import data_element_generator
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

Part10 = bytes | mmap
Pixels = npt.NDArray[Any]
MAX_FRAME_BYTES = 1 << 28
MAX_TOTAL_BYTES = 1 << 31
MAX_INFLATED_BYTES = 1 << 28

_NATIVE = frozenset(
    {
        ImplicitVRLittleEndian,
        ExplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
    }
)
_VIDEO_PREFIXES = tuple(f"1.2.840.10008.1.2.4.10{digit}" for digit in range(10))
_LOSSY_JPEG = frozenset({"1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"})
_COLOURS = frozenset({"RGB", "YBR_FULL", "YBR_RCT", "YBR_ICT"})
_GREYS = frozenset({"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"})
_END = b"\xff\xd9"  # of JPEG, JPEG-LS and JPEG 2000 codestreams alike
_PADDING = b"\0\xff "  # PS3.5 A.4 demands an even length and not with which byte
_SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"

_TAGS: list[Any] = [
    _TRANSFER_SYNTAX_UID := 0x00020010,
    _SOP_CLASS_UID := 0x00080016,
    _SAMPLES_PER_PIXEL := 0x00280002,
    _PHOTOMETRIC_INTERPRETATION := 0x00280004,
    _PLANAR_CONFIGURATION := 0x00280006,
    _NUMBER_OF_FRAMES := 0x00280008,
    _ROWS := 0x00280010,
    _COLUMNS := 0x00280011,
    _BITS_ALLOCATED := 0x00280100,
    _BITS_STORED := 0x00280101,
    _PIXEL_REPRESENTATION := 0x00280103,
    _OFFSETS := 0x7FE00001,
    _LENGTHS := 0x7FE00002,
]
_META_GROUP = 0x0002
_PIXELS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
"""Pixel data elements: float, double float and integer."""


class Refused(ValueError):
    """This instance cannot be converted; ``reason`` is one of ``pacs.choices.Htj2kRefusal``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def syntax_refusal(transfer_syntax_uid: str) -> str | None:
    """Why files of this transfer syntax are not converted; None if they are."""
    syntax = transfer_syntax_uid
    if syntax in _NATIVE or syntax in _LOSSLESS or syntax == RLELossless:
        return None
    if syntax in _LOSSY or syntax in _LOSSY_JPEG:
        return "LOSSY"
    return "VIDEO" if syntax.startswith(_VIDEO_PREFIXES) else "NOT_SUPPORTED"


def transcode(part10: Part10) -> list[bytes]:
    """Each frame as an HTJ2K codestream (lossless, RPCL), verified by decoding it again.

    Raises Refused if any frame cannot be converted.
    """
    image = _Image(part10)
    if image.lossy:
        raise Refused("LOSSY")
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
class _Shape:
    """The attributes of a frame. ``stored``: bits of ``dtype`` that are used."""

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


class _Elements:
    """The raw values of the few elements needed here.

    Parsing all elements into objects would take as long as decoding a small slice.
    """

    def __init__(
        self,
        stream: BinaryIO,
        *,
        implicit: bool,
        order: Literal["big", "little"],
        is_end: Callable[[int], bool],
    ) -> None:
        """Leaves ``stream`` before the first element whose tag ``is_end``."""
        self._order = order
        self._values = {
            int(element.tag): element.value
            for element in data_element_generator(
                stream,
                implicit,
                order == "little",
                stop_when=lambda tag, vr, length: is_end(tag),
                specific_tags=_TAGS,
            )
        }

    def get(self, tag: int) -> bytes:
        return self._values.get(tag) or b""

    def text(self, tag: int) -> str:
        return self.get(tag).decode("latin-1").strip(" \0")

    def integer(self, tag: int, default: int) -> int:
        """The value of a US element."""
        value = self.get(tag)
        return int.from_bytes(value, self._order) if value else default

    def integer_text(self, tag: int, default: int) -> int:
        """The value of an IS element; some files contain 1.0."""
        return int(float(self.text(tag) or default))


class _Image:
    """The pixel data of a file, checked against its attributes. Raises Refused."""

    def __init__(self, part10: Part10) -> None:
        with _or_refused("UNREADABLE"):
            self._read(part10)
        if self._count < 1:
            raise Refused("WRONG_LENGTH")
        if self._shape.bytes * self._count > MAX_TOTAL_BYTES:
            raise Refused("TOO_LARGE")

    def _read(self, part10: Part10) -> None:
        if part10[128:132] != b"DICM":
            raise Refused("UNREADABLE")
        stream: Any = part10 if isinstance(part10, mmap) else BytesIO(part10)
        stream.seek(132)
        meta = _Elements(
            stream, implicit=False, order="little", is_end=lambda tag: tag >> 16 != _META_GROUP
        )
        self._syntax = meta.text(_TRANSFER_SYNTAX_UID)
        self.lossy = self._syntax in _LOSSY
        refusal = syntax_refusal(self._syntax)
        if refusal and not self.lossy:
            raise Refused(refusal)
        if self._syntax == DeflatedExplicitVRLittleEndian:
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            inflated = inflater.decompress(stream.read(), MAX_INFLATED_BYTES + 1)
            if len(inflated) > MAX_INFLATED_BYTES:
                raise Refused("TOO_LARGE")
            part10, stream = inflated, BytesIO(inflated)
        self._order: Literal["big", "little"] = (
            "big" if self._syntax == ExplicitVRBigEndian else "little"
        )
        implicit = self._syntax == ImplicitVRLittleEndian
        self._elements = _Elements(
            stream, implicit=implicit, order=self._order, is_end=_PIXELS.__contains__
        )
        self._value = self._pixel_data(memoryview(part10)[stream.tell() :])
        self._shape = _shape(self._elements)
        self._count = self._elements.integer_text(_NUMBER_OF_FRAMES, 1)

    def frames(self) -> Iterator[Pixels]:
        if self._syntax in _NATIVE:
            yield from self._native()
            return
        found = 0
        for fragment in self._fragments():
            yield self._decoded(fragment)
            found += 1
        if found != self._count:
            raise Refused("WRONG_LENGTH")

    def frame(self, index: int) -> Pixels:
        if not 0 <= index < self._count:
            raise Refused("WRONG_LENGTH")
        if self._syntax in _NATIVE:
            frame: Pixels = self._native()[index]
            return frame
        for number, fragment in enumerate(self._fragments()):
            if number == index:
                return self._decoded(fragment)
        raise Refused("WRONG_LENGTH")

    def _pixel_data(self, view: memoryview) -> memoryview:
        """The value of Pixel Data (7FE0,0010), not copied; of fragments all that follows."""
        group, element = (int.from_bytes(view[at : at + 2], self._order) for at in (0, 2))
        if (group, element) != (0x7FE0, 0x0010):
            raise Refused("FLOAT" if group == 0x7FE0 and element in (8, 9) else "NOT_AN_IMAGE")
        start = 8 if self._syntax == ImplicitVRLittleEndian else 12
        length = int.from_bytes(view[start - 4 : start], self._order)
        if self._syntax not in _NATIVE:
            return view[start:]
        if start + length > len(view):
            raise Refused("WRONG_LENGTH")
        return view[start : start + length]

    def _native(self) -> Pixels:
        """(frames, rows, columns[, samples]). One byte of padding is allowed (PS3.5 8.1.1)."""
        value, wanted = self._value, self._shape.bytes * self._count
        if not 0 <= len(value) - wanted <= wanted % 2:
            raise Refused("WRONG_LENGTH")
        big = self._order == "big"
        if big and self._shape.dtype.itemsize == 1:
            raise Refused("NOT_SUPPORTED")  # two pixels a word, in the other order
        stored = self._shape.dtype.newbyteorder(">" if big else "<")
        pixels = np.frombuffer(value[:wanted], stored).reshape(self._count, *self._shape.array)
        return pixels.astype(self._shape.dtype, copy=False)

    def _fragments(self) -> Iterator[bytes]:
        """One codestream a frame."""
        offsets, lengths = map(self._elements.get, (_OFFSETS, _LENGTHS))
        extended = (offsets, lengths) if offsets and lengths else None
        with _or_refused("WRONG_LENGTH"):
            yield from generate_frames(
                bytes(self._value), number_of_frames=self._count, extended_offsets=extended
            )

    def _decoded(self, codestream: bytes) -> Pixels:
        with _or_refused("UNREADABLE"):
            if self._syntax == RLELossless:
                pixels = _rle_decode(codestream, self._shape)
            elif not (unpadded := _unpadded(codestream)).endswith(_END):
                raise Refused("WRONG_LENGTH")
            else:
                _check_size(unpadded, self._shape)
                pixels = (_LOSSLESS | _LOSSY)[self._syntax](unpadded)
            return np.ascontiguousarray(_as_declared(pixels, self._shape))


def _unpadded(codestream: bytes) -> bytes:
    """Without the padding behind the end marker: usual bytes, or one of any value before them."""
    rest = codestream.rstrip(_PADDING)
    return rest[:-1] if rest[:-1].endswith(_END) else rest


def _check_size(codestream: bytes, shape: _Shape) -> None:
    """What the first marker segment of JPEG 2000, SIZ, promises; decoders take memory for it."""
    if codestream.startswith(b"\xff\x4f\xff\x51"):
        right, bottom, left, top = struct.unpack_from(">4I", codestream, 8)
        (components,) = struct.unpack_from(">H", codestream, 40)
        if (bottom - top, right - left, components) != (shape.rows, shape.columns, shape.samples):
            raise Refused("WRONG_LENGTH")


def _rle_decode(codestream: bytes, shape: _Shape) -> Pixels:
    """By colour, then by pixel (PS3.5 annex G)."""
    flat = imagecodecs.dicomrle_decode(codestream, shape.dtype.newbyteorder("<"))
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


_LOSSLESS: dict[str, Callable[..., Pixels]] = {
    JPEGLossless: imagecodecs.jpegsof3_decode,
    JPEGLosslessSV1: imagecodecs.jpegsof3_decode,
    JPEGLSLossless: imagecodecs.jpegls_decode,
    JPEG2000Lossless: imagecodecs.jpeg2k_decode,
    HTJ2KLossless: _htj2k_decode,
    HTJ2KLosslessRPCL: _htj2k_decode,
}
_LOSSY: dict[str, Callable[..., Pixels]] = {
    JPEGLSNearLossless: imagecodecs.jpegls_decode,
    JPEG2000: imagecodecs.jpeg2k_decode,
    HTJ2K: _htj2k_decode,
}


@contextmanager
def _or_refused(reason: str) -> Iterator[None]:
    """Whatever a library raises about the file is a refusal; no memory is one of its own."""
    try:
        yield
    except (Refused, MemoryError):
        raise
    except Exception:
        raise Refused(reason) from None


def _as_declared(pixels: Pixels, shape: _Shape) -> Pixels:
    """Lossless JPEG and JPEG-LS know no sign: it is the highest of the stored bits."""
    if pixels.shape != shape.array or pixels.dtype.itemsize != shape.dtype.itemsize:
        raise Refused("WRONG_LENGTH")
    if pixels.dtype == shape.dtype:
        return pixels
    if shape.dtype.kind == "u":
        raise Refused("MISMATCH")
    unused = shape.dtype.itemsize * 8 - shape.stored
    signed: Pixels = (pixels << unused).view(shape.dtype) >> unused
    return signed


def _shape(elements: _Elements) -> _Shape:
    if elements.text(_SOP_CLASS_UID) == _SEGMENTATION:
        raise Refused("SEGMENTATION")
    rows, columns = elements.integer(_ROWS, 0), elements.integer(_COLUMNS, 0)
    if not rows or not columns:
        raise Refused("NOT_AN_IMAGE")
    samples = elements.integer(_SAMPLES_PER_PIXEL, 1)
    bits = elements.integer(_BITS_ALLOCATED, 0)
    if bits == 1:
        raise Refused("SINGLE_BIT")
    photometric = elements.text(_PHOTOMETRIC_INTERPRETATION)
    planar = samples == 3 and elements.integer(_PLANAR_CONFIGURATION, 0)
    known = _GREYS if samples == 1 else _COLOURS if samples == 3 else frozenset()
    if bits not in (8, 16) or photometric not in known or planar:
        raise Refused("NOT_SUPPORTED")
    stored = elements.integer(_BITS_STORED, bits)
    signed = elements.integer(_PIXEL_REPRESENTATION, 0)
    if not 1 <= stored <= bits or signed not in (0, 1):
        raise Refused("MISMATCH")
    dtype = np.dtype(f"{'i' if signed else 'u'}{bits // 8}")
    shape = _Shape(rows, columns, samples, dtype, stored)
    if shape.bytes > MAX_FRAME_BYTES:
        raise Refused("TOO_LARGE")
    return shape
