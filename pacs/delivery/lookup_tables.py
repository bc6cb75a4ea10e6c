"""Modality, VOI and palette colour lookup tables (PS3.3 C.11.1, C.11.2, C.7.9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom import Dataset

Integers = npt.NDArray[np.integer[Any]]
MAX_ENTRIES = 1 << 16
MAX_SEGMENTS = 1 << 17
_COLOURS = ("Red", "Green", "Blue")


@dataclass(frozen=True, slots=True)
class LookupTable:
    """``first``: the input that is mapped to the first value. ``depth``: bits of a value."""

    first: int
    values: Integers
    depth: int

    def look_up(self, inputs: npt.NDArray[Any]) -> Integers:
        """Inputs below the first or above the last have the first or the last value."""
        places = np.clip(np.rint(inputs).astype(np.int64) - self.first, 0, len(self.values) - 1)
        found: Integers = self.values[places]
        return found


def table_read(item: Dataset, *, signed: bool, big: bool) -> LookupTable:
    """The table of an item of a LUT sequence. ``signed``: the inputs are.

    Raises ValueError and whatever a malformed data set does.
    """
    entries, first, depth = _descriptor(item.LUTDescriptor, signed)
    element = item["LUTData"]
    if isinstance(element.value, bytes):
        values = _words(element.value, entries, big)
    else:
        values = np.atleast_1d(np.asarray(element.value, np.int64)) & 0xFFFF
    if not len(values):
        raise ValueError("an empty table")
    return LookupTable(first, values[:entries], depth)


def palette_read(header: Dataset, *, signed: bool, big: bool) -> list[LookupTable]:
    """The tables of red, green and blue with values of 8 bits. Raises as ``table_read``."""
    tables = []
    for colour in _COLOURS:
        name = f"{colour}PaletteColorLookupTable"
        entries, first, depth = _descriptor(header[f"{name}Descriptor"].value, signed)
        if f"{name}Data" in header:
            values = _words(header[f"{name}Data"].value, entries, big)
        else:
            segments = _segments(header[f"Segmented{name}Data"].value, depth, big)
            values = np.array(_expanded(segments, entries, depth), np.int64)
        tables.append(LookupTable(first, _eight_bits(values, depth), 8))
    return tables


def _descriptor(value: Any, signed: bool) -> tuple[int, int, int]:
    """Number of entries, first input, bits. Its VR is US or SS, often the wrong one."""
    entries, first, depth = (int(number) for number in value)
    if signed and first >= 1 << 15:
        first -= 1 << 16
    if not signed and first < 0:
        first += 1 << 16
    return (entries & 0xFFFF) or MAX_ENTRIES, first, depth


def _words(content: bytes, entries: int, big: bool) -> Integers:
    """Entries of 16 bits, or of 8 if there are not enough bytes for that (PS3.3 C.7.6.3.1.6)."""
    if len(content) >= 2 * entries:
        return np.frombuffer(content[: 2 * entries], ">u2" if big else "<u2").astype(np.int64)
    return _octets(content, big)[:entries].astype(np.int64)


def _octets(content: bytes, big: bool) -> Integers:
    """Bytes in words of 16 bits."""
    even = content[: len(content) // 2 * 2] if big else content
    octets = np.frombuffer(even, "u1")
    return octets.reshape(-1, 2)[:, ::-1].reshape(-1) if big else octets


def _segments(content: bytes, depth: int, big: bool) -> list[int]:
    if depth <= 8:
        return [int(octet) for octet in _octets(content, big)]
    return [int(word) for word in np.frombuffer(content, ">u2" if big else "<u2")]


def _expanded(data: list[int], entries: int, depth: int) -> list[int]:
    """The values of segmented data (PS3.3 C.7.9.2), at most ``entries``."""
    found: list[int] = []
    for kind, length, at in _each_segment(data, depth):
        if kind == 0:
            found += data[at : at + length]
        elif not found:
            raise ValueError("the first segment has nothing to start from")
        else:
            steps = np.linspace(found[-1], data[at], length + 1)[1:]
            found += [int(value) for value in np.rint(steps)]
        if len(found) >= entries:
            break
    return found[:entries]


def _each_segment(data: list[int], depth: int) -> Iterator[tuple[int, int, int]]:
    """Type, length and place of each discrete (0) and linear (1) segment, also indirect ones."""
    at = 0
    left: int | None = None
    stack: list[tuple[int, int | None]] = []
    for _ in range(MAX_SEGMENTS):
        while left == 0 and stack:
            at, left = stack.pop()
        if at + 2 > len(data) or left == 0:
            return
        kind, length = data[at : at + 2]
        at += 2
        left = None if left is None else left - 1
        if kind == 2:
            offset, size = _offset(data, at, depth)
            stack.append((at + size, left))
            at, left = offset, length
        elif kind in (0, 1):
            yield kind, length, at
            at += 1 if kind else length
        else:
            raise ValueError("a segment of an unknown type")
    raise ValueError("too many segments")


def _offset(data: list[int], at: int, depth: int) -> tuple[int, int]:
    """Where an indirect segment leads, in entries of ``data``, and how many of them say so."""
    if depth <= 8:
        low, high = data[at] | data[at + 1] << 8, data[at + 2] | data[at + 3] << 8
        return high << 16 | low, 4
    return (data[at + 1] << 16 | data[at]) // 2, 2


def _eight_bits(values: Integers, depth: int) -> Integers:
    """Some files keep values of 8 bits in tables of 16."""
    if not len(values):
        raise ValueError("an empty table")
    if depth > 8 and int(values.max()) > 0xFF:
        values = values >> depth - 8
    return values.astype(np.uint8)
