"""The element structure of a DICOM data set (PS3.5 chapter 7), walked in constant memory.

Own code because pydicom builds every nested element in memory and takes the end of a truncated
file for the end of the data set. What readers take in different ways is refused: the archive must
not find another patient in a file than we do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import Struct
from typing import BinaryIO

from pydicom._dicom_dict import DicomDictionary

UNDEFINED = 0xFFFFFFFF
ITEM = 0xFFFEE000
ITEM_DELIMITER = 0xFFFEE00D
SEQUENCE_DELIMITER = 0xFFFEE0DD
PIXEL_DATA = 0x7FE00010
SEQUENCES = frozenset(tag for tag, entry in DicomDictionary.items() if entry[0] == "SQ")
LONG_VRS = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
SHORT_VRS = frozenset(
    {b"AE", b"AS", b"AT", b"CS", b"DA", b"DS", b"DT", b"FD", b"FL", b"IS", b"LO", b"LT", b"PN"}
    | {b"SH", b"SL", b"SS", b"ST", b"TM", b"UI", b"UL", b"US"}
)
MAX_ELEMENTS = 2_000_000
MAX_DEPTH = 64


class MalformedError(ValueError):
    """The data is not a DICOM data set, or it is truncated."""


@dataclass(frozen=True, slots=True)
class Element:
    """``offset`` is where its value is, in bytes of the file.

    ``vr`` is None where it is implicit; ``length`` None where it is undefined.
    """

    tag: int
    vr: str | None
    length: int | None
    offset: int


@dataclass(frozen=True, slots=True)
class _Level:
    """Where the walk is: among the items of a sequence, or the elements of an item.

    ``end`` is None where a delimiter ends it.
    """

    end: int | None
    implicit: bool
    items: bool


class Walker:
    """Walks a data set from ``start``, its top level or every level; it is at ``position``."""

    def __init__(
        self, stream: BinaryIO, *, start: int, size: int, implicit: bool, little_endian: bool
    ) -> None:
        self._stream = stream
        self.position = start
        self._size = size
        self._implicit = implicit
        order = "<" if little_endian else ">"
        self._tag = Struct(f"{order}HH")
        self._short = Struct(f"{order}H")
        self._long = Struct(f"{order}L")
        self._count = 0

    def elements(self, group: int | None = None) -> Iterator[Element]:
        """The top level, or its ``group`` where it begins; sequences are stepped through but not
        reported.

        Raises MalformedError as soon as a length reaches past the end of the file.
        """
        self._stream.seek(self.position)
        while not self._at_end():
            if group is not None and self._peek(2) != self._short.pack(group):
                return
            tag, vr, length = self._header(self._implicit)
            if tag == 0:
                return
            if tag >> 16 == ITEM >> 16:
                raise MalformedError("an item outside a sequence")
            known_length = None if length == UNDEFINED else length
            yield Element(tag, vr.decode() if vr else None, known_length, self.position)
            self._stream.seek(self.position)
            if length == UNDEFINED:
                self._step_through(self._implicit or vr == b"UN")
            else:
                self._skip(length)

    def nested(self, ignored: frozenset[int] = frozenset()) -> Iterator[Element]:
        """Every level; of a sequence what is in it, unless it is ``ignored``.

        What the dictionary calls a sequence is one, also without a VR or with UN (PS3.5 6.2.2).
        Raises MalformedError.
        """
        self._stream.seek(self.position)
        levels = [_Level(self._size, self._implicit, items=False)]
        while levels:
            level = levels[-1]
            if (len(levels) == 1 and self._at_end()) or self.position == level.end:
                levels.pop()
                continue
            if level.end is not None and self.position > level.end:
                raise MalformedError("ends behind what it is in")
            tag, vr, length = self._header(level.implicit)
            if level.end is None and tag == (SEQUENCE_DELIMITER if level.items else ITEM_DELIMITER):
                levels.pop()
            elif level.items:
                if tag != ITEM:
                    raise MalformedError("an item is missing")
                self._enter(levels, length, level.implicit)
            elif _is_sequence(tag, vr, length) and tag not in ignored:
                self._enter(levels, length, level.implicit or vr == b"UN")
            else:
                known_length = None if length == UNDEFINED else length
                yield Element(tag, vr.decode() if vr else None, known_length, self.position)
                self._stream.seek(self.position)
                if length == UNDEFINED:
                    self._step_through(level.implicit or vr == b"UN")
                else:
                    self._skip(length)

    def _enter(self, levels: list[_Level], length: int, implicit: bool) -> None:
        """One level down, which may not reach past those that it is in."""
        end = None if length == UNDEFINED else self.position + length
        enclosing = next(level.end for level in reversed(levels) if level.end is not None)
        if len(levels) > MAX_DEPTH or (end is not None and end > enclosing):
            raise MalformedError("nested too deep, or past its end")
        levels.append(_Level(end, implicit, not levels[-1].items))

    def _at_end(self) -> bool:
        """At the end, or before less than an element's worth of zeros (padding)."""
        left = self._size - self.position
        return left == 0 or (left < 8 and not any(self._peek(left)))

    def _peek(self, length: int) -> bytes:
        data = self._stream.read(length)
        self._stream.seek(self.position)
        return data

    def _header(self, implicit: bool) -> tuple[int, bytes | None, int]:
        self._count += 1
        if self._count > MAX_ELEMENTS:
            raise MalformedError("too many elements")
        raw = self._read(8)
        group, element = self._tag.unpack(raw[:4])
        tag = group << 16 | element
        vr = raw[4:6]
        if implicit or tag == 0 or group == 0xFFFE:
            return tag, None, self._long.unpack(raw[4:])[0]
        if vr in LONG_VRS:
            return tag, vr, self._long.unpack(self._read(4))[0]
        if vr not in SHORT_VRS:
            raise MalformedError("a VR that nobody knows the length of")
        return tag, vr, self._short.unpack(raw[6:])[0]

    def _step_through(self, implicit: bool) -> None:
        """Past a value of undefined length: sequence items or encapsulated fragments.

        The stack holds, for each open level, whether its VRs are implicit and whether it is an
        item (elements follow) or a sequence (items follow).
        """
        stack = [(implicit, False)]
        while stack:
            if len(stack) > MAX_DEPTH:
                raise MalformedError("nested too deep")
            implicit, in_item = stack[-1]
            tag, vr, length = self._header(implicit)
            if tag == (ITEM_DELIMITER if in_item else SEQUENCE_DELIMITER):
                stack.pop()
            elif not in_item and tag != ITEM:
                raise MalformedError("an item is missing")
            elif length == UNDEFINED:
                stack.append((implicit or vr == b"UN", not in_item))
            else:
                self._skip(length)

    def _read(self, length: int) -> bytes:
        data = self._stream.read(length)
        self.position += len(data)
        if len(data) < length:
            raise MalformedError("ends inside an element")
        return data

    def _skip(self, length: int) -> None:
        self.position += length
        if self.position > self._size:
            raise MalformedError("ends inside a value")
        self._stream.seek(self.position)


def _is_sequence(tag: int, vr: bytes | None, length: int) -> bool:
    if vr not in (None, b"UN"):
        return vr == b"SQ"
    return tag in SEQUENCES or (length == UNDEFINED and tag != PIXEL_DATA)
