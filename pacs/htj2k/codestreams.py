"""What the header of a JPEG, JPEG-LS or JPEG 2000 codestream promises.

Read before a decoder sees the codestream: it allocates memory for what the header says.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

_JPEG, _JPEG2000, _BOXES = b"\xff\xd8", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  "
_FRAMES = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
"""Start of frame: of JPEG (ISO/IEC 10918-1, B.1.1.3) and of JPEG-LS (ISO/IEC 14495-1)."""
_NO_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
_SCAN = 0xDA
_APP0, _APP14 = 0xE0, 0xEE
_RGB_IDS = (b"RGB", b"rgb")


@dataclass(frozen=True, slots=True)
class CodestreamHeader:
    """The size of the image. ``ybr``: whether markers say that it is YCbCr; None if they do not."""

    rows: int
    columns: int
    samples: int
    ybr: bool | None = field(default=None, compare=False)


def codestream_header(codestream: bytes) -> CodestreamHeader:
    """Raises ValueError, struct.error or IndexError if there is none."""
    if codestream.startswith(_JPEG):
        return _jpeg(codestream)
    return _jpeg2000(codestream, _boxed(codestream) if codestream.startswith(_BOXES) else 0)


def _jpeg(codestream: bytes) -> CodestreamHeader:
    at, ybr = len(_JPEG), None
    while True:
        if codestream[at] != 0xFF:
            raise ValueError("no marker")
        while codestream[at] == 0xFF:
            at += 1
        marker = codestream[at]
        at += 1
        if marker in _NO_LENGTH:
            continue
        if marker == _SCAN:
            raise ValueError("no frame header")
        (length,) = struct.unpack_from(">H", codestream, at)
        segment = codestream[at + 2 : at + length]
        if marker in _FRAMES:
            _, rows, columns, samples = struct.unpack_from(">BHHB", segment)
            if segment[6 : 6 + 3 * samples : 3] in _RGB_IDS:
                ybr = False
            return CodestreamHeader(rows, columns, samples, ybr)
        if marker == _APP0 and segment.startswith(b"JFIF"):
            ybr = True
        elif marker == _APP14 and segment.startswith(b"Adobe"):
            ybr = segment[11] != 0
        at += length


def _boxed(codestream: bytes) -> int:
    """Where the codestream begins in a JP2 file (ISO/IEC 15444-1, annex I)."""
    at = 0
    while True:
        length, kind = struct.unpack_from(">I4s", codestream, at)
        start = at + 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", codestream, start)
            start += 8
        if kind == b"jp2c":
            return start
        if length < start - at:
            raise ValueError("no codestream")
        at += length


def _jpeg2000(codestream: bytes, start: int) -> CodestreamHeader:
    """From the first marker segment, SIZ (ISO/IEC 15444-1, A.5.1)."""
    if codestream[start : start + 4] != _JPEG2000:
        raise ValueError("no codestream")
    right, bottom, left, top = struct.unpack_from(">4I", codestream, start + 8)
    (samples,) = struct.unpack_from(">H", codestream, start + 40)
    return CodestreamHeader(bottom - top, right - left, samples)
