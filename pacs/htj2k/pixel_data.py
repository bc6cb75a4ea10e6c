"""Reads the pixel data of a DICOM file and the attributes that describe it (PS3.5 8).

Runs in a child process and imports nothing of the application but pure tables.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from io import BytesIO
from mmap import mmap
from typing import Any, BinaryIO, Literal

from pydicom import Dataset
from pydicom.charset import default_encoding
from pydicom.encaps import generate_frames, get_frame
from pydicom.filereader import data_element_generator
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
)

from pacs.dicom.transfer_syntaxes import NATIVE

Part10 = bytes | mmap
MAX_INFLATED_BYTES = 1 << 28
_TAGS = [
    _TRANSFER_SYNTAX_UID := 0x00020010,
    SOP_CLASS_UID := 0x00080016,
    SAMPLES_PER_PIXEL := 0x00280002,
    PHOTOMETRIC_INTERPRETATION := 0x00280004,
    PLANAR_CONFIGURATION := 0x00280006,
    _NUMBER_OF_FRAMES := 0x00280008,
    ROWS := 0x00280010,
    COLUMNS := 0x00280011,
    BITS_ALLOCATED := 0x00280100,
    BITS_STORED := 0x00280101,
    HIGH_BIT := 0x00280102,
    PIXEL_REPRESENTATION := 0x00280103,
    _OFFSETS := 0x7FE00001,
    _LENGTHS := 0x7FE00002,
]
_META_GROUP = 0x0002
FLOAT_PIXELS, DOUBLE_PIXELS, INTEGER_PIXELS = 0x7FE00008, 0x7FE00009, 0x7FE00010
PIXELS = frozenset({FLOAT_PIXELS, DOUBLE_PIXELS, INTEGER_PIXELS})


class Refused(ValueError):
    """This instance cannot be decoded or converted; ``reason`` as in ``pacs.choices``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@contextmanager
def or_refused(reason: str) -> Iterator[None]:
    """Whatever a library raises about the file is a refusal; no memory is one of its own."""
    try:
        yield
    except (Refused, MemoryError):
        raise
    except Exception:
        raise Refused(reason) from None


class Elements:
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
        also: Collection[int] = (),
    ) -> None:
        """Leaves ``stream`` before the first element whose tag ``is_end``."""
        self._implicit, self._order = implicit, order
        tags: list[Any] = [*_TAGS, *also]
        self._elements = {
            int(element.tag): element
            for element in data_element_generator(
                stream,
                implicit,
                order == "little",
                stop_when=lambda tag, vr, length: is_end(tag),
                specific_tags=tags,
            )
        }

    def data_set(self) -> Dataset:
        """Of which pydicom converts what is asked for."""
        found = Dataset({element.tag: element for element in self._elements.values()})
        found.set_original_encoding(self._implicit, self._order == "little", default_encoding)
        return found

    def get(self, tag: int) -> bytes:
        element = self._elements.get(tag)
        return bytes(element.value or b"") if element else b""

    def text(self, tag: int) -> str:
        return self.get(tag).decode("latin-1").strip(" \0")

    def integer(self, tag: int, default: int) -> int:
        """The value of a US element. Raises Refused if it is of another VR."""
        value = self.get(tag)
        if not value:
            return default
        if len(value) != 2 or self._elements[tag].VR not in (None, "US"):
            raise Refused("UNREADABLE")
        return int.from_bytes(value, self._order)

    def integer_text(self, tag: int, default: int) -> int:
        """The value of an IS element; some files contain 1.0."""
        return int(float(self.text(tag) or default))


class PixelData:
    """The pixel data of a file. Raises Refused.

    ``tag``: one of PIXELS, 0 if there is none; ``value``: not copied, and of fragments all that
    follows. ``also``: tags that ``elements`` has beside those needed here.
    """

    def __init__(self, part10: Part10, also: Collection[int] = ()) -> None:
        with or_refused("UNREADABLE"):
            self._read(part10, also)
        if self.count < 1:
            raise Refused("WRONG_LENGTH")

    def _read(self, part10: Part10, also: Collection[int]) -> None:
        if part10[128:132] != b"DICM":
            raise Refused("UNREADABLE")
        stream: Any = part10 if isinstance(part10, mmap) else BytesIO(part10)
        stream.seek(132)
        meta = Elements(
            stream, implicit=False, order="little", is_end=lambda tag: tag >> 16 != _META_GROUP
        )
        self.syntax = meta.text(_TRANSFER_SYNTAX_UID)
        if self.syntax == DeflatedExplicitVRLittleEndian:
            stream = BytesIO(part10 := _inflated(stream.read()))
        self.order: Literal["big", "little"] = (
            "big" if self.syntax == ExplicitVRBigEndian else "little"
        )
        self.implicit = self.syntax == ImplicitVRLittleEndian
        self._stream = stream
        self.elements = Elements(
            stream,
            implicit=self.implicit,
            order=self.order,
            is_end=PIXELS.__contains__,
            also=also,
        )
        self._locate(memoryview(part10), stream.tell())
        self.count = self.elements.integer_text(_NUMBER_OF_FRAMES, 1)

    def _locate(self, file: memoryview, at: int) -> None:
        """Find the value of the pixel data element at ``at``."""
        group, element = (int.from_bytes(file[at + n : at + n + 2], self.order) for n in (0, 2))
        tag = group << 16 | element
        self.tag = tag if tag in PIXELS else 0
        self.vr = "" if self.implicit else bytes(file[at + 4 : at + 6]).decode("latin-1")
        start = at + (8 if self.implicit else 12)
        length = int.from_bytes(file[start - 4 : start], self.order)
        self._value_at, self.value = start, file[start:]
        if self.native and self.tag:
            if length > len(self.value):
                raise Refused("WRONG_LENGTH")
            self.value = self.value[:length]

    @property
    def native(self) -> bool:
        return self.syntax in NATIVE

    def codestreams(self) -> Iterator[bytes]:
        """One codestream a frame."""
        with or_refused("WRONG_LENGTH"):
            self._stream.seek(self._value_at)
            yield from generate_frames(
                self._stream, number_of_frames=self.count, extended_offsets=self._offsets()
            )

    def codestream(self, index: int) -> bytes:
        with or_refused("WRONG_LENGTH"):
            self._stream.seek(self._value_at)
            return get_frame(
                self._stream,
                index,
                number_of_frames=self.count,
                extended_offsets=self._offsets(),
            )

    def _offsets(self) -> tuple[bytes, bytes] | None:
        offsets, lengths = map(self.elements.get, (_OFFSETS, _LENGTHS))
        return (offsets, lengths) if offsets and lengths else None


def _inflated(content: bytes) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = inflater.decompress(content, MAX_INFLATED_BYTES + 1)
    if len(inflated) > MAX_INFLATED_BYTES:
        raise Refused("TOO_LARGE")
    return inflated
