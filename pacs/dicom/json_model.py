"""The attributes of a DICOM file in the JSON model (PS3.18 annex F), from its bytes.

Not from the archive's rendering, which loses values of some VRs (OF, OD, OL, OV, SV, UV) and does
not decode texts with code extensions. Values are not validated: one that has not the form of its
VR is a string.
"""

from __future__ import annotations

import base64
import io
import math
import re
import struct
from collections.abc import Callable, Sequence
from typing import Any

import pydicom
from pydicom import Dataset
from pydicom.charset import convert_encodings, decode_bytes
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.tag import BaseTag
from pydicom.valuerep import TEXT_VR_DELIMS, PersonName

from pacs.dicom.structure import PIXEL_DATA

Attributes = dict[str, Any]
UNICODE = "ISO_IR 192"
INLINE_BYTES = 1024
"""Longer values are bulk data; so are OB, OW and UN, whose values are rarely read."""
CHARACTER_SET = 0x00080005
_PIXELS = frozenset({0x7FE00008, 0x7FE00009, PIXEL_DATA})
_WORDS = {"OB": 1, "UN": 1, "OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}
_NUMBERS = {"US": "H", "SS": "h", "UL": "L", "SL": "l", "UV": "Q", "SV": "q", "FL": "f", "FD": "d"}
_DECODED = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
_SINGLE = frozenset({"LT", "ST", "UR", "UT"})
_LEADING_BLANKS_COUNT = frozenset({"LT", "ST", "UC", "UT"})
_INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
_EXACT = 1 << 53
"""Larger integers are strings: many readers of JSON would round them."""
_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")


def file_attributes(file: bytes, bulk_url: str) -> Attributes:
    """All attributes of a DICOM file. ``bulk_url``: what the path of bulk data is appended to."""
    data = pydicom.dcmread(io.BytesIO(file))
    return _attributes(data, _ElementReader(data), bulk_url, (), ["iso8859"])


def file_value(file: bytes, path: Sequence[int]) -> bytes | None:
    """The value of one attribute in little endian; None if the file has no such value.

    ``path``: a tag, or tag, item (from 1), tag … for one in a sequence.
    """
    data = pydicom.dcmread(io.BytesIO(file))
    reader, level = _ElementReader(data), data
    for at in range(0, len(path) - 1, 2):
        vr, items = reader.element(level, path[at])
        if vr != "SQ" or not 1 <= path[at + 1] <= len(items):
            return None
        level = items[path[at + 1] - 1]
    vr, value = reader.element(level, path[-1])
    return reader.little_endian(vr, value) if vr != "SQ" and value else None


class _ElementReader:
    """Reads the elements of a data set without converting their values."""

    def __init__(self, data: pydicom.FileDataset) -> None:
        self._big = data.original_encoding[1] is False
        self._order = ">" if self._big else "<"
        self._signed = data.get("PixelRepresentation") == 1

    def element(self, level: Dataset, tag: int) -> tuple[str, Any]:
        """VR and value: bytes, or the items of a sequence."""
        if tag not in level:
            return "UN", b""
        raw = level.get_item(BaseTag(tag))
        vr = self._vr(raw.tag, raw.VR)
        if vr == "SQ":
            items = level[tag]
            return ("SQ", items.value) if items.VR == "SQ" else ("UN", b"")
        return vr, raw.value if isinstance(raw, RawDataElement) else b""

    def _vr(self, tag: BaseTag, written: str | None) -> str:
        """The written VR; an implicit one from the dictionary, UN for what is private."""
        if written is not None and written != "UN":
            return written
        if written == "UN" or tag.is_private:
            return "UN"
        try:
            vr = dictionary_VR(tag)
        except KeyError:
            return "UN"
        if vr == "US or SS":
            return "SS" if self._signed else "US"
        return "OW" if " or " in vr else vr

    def little_endian(self, vr: str, value: bytes) -> bytes:
        code = _NUMBERS.get(vr)
        size = struct.calcsize(f"<{code}") if code else 2 if vr == "AT" else _WORDS.get(vr, 1)
        if not self._big or size == 1:
            return value
        words = (value[at : at + size][::-1] for at in range(0, len(value), size))
        return b"".join(words)

    def numbers(self, vr: str, value: bytes) -> list[Any]:
        code = _NUMBERS[vr]
        count = len(value) // struct.calcsize(f"<{code}")
        length = count * struct.calcsize(f"<{code}")
        found = struct.unpack(f"{self._order}{count}{code}", value[:length])
        return [_number(number) for number in found]

    def tags(self, value: bytes) -> list[str]:
        pairs = struct.iter_unpack(f"{self._order}HH", value[: len(value) // 4 * 4])
        return [f"{group:04X}{element:04X}" for group, element in pairs]


def _attributes(
    level: Dataset,
    reader: _ElementReader,
    bulk_url: str,
    path: tuple[str, ...],
    encodings: list[str],
) -> Attributes:
    charset = level.get(CHARACTER_SET)
    if charset is not None and charset.value:
        encodings = convert_encodings(charset.value)
    found: Attributes = {}
    for tag in sorted(level.keys()):
        if tag.element == 0:
            continue
        name, (vr, value) = f"{int(tag):08X}", reader.element(level, tag)
        here = (*path, name.lower())
        if vr == "SQ":
            items = [
                _attributes(item, reader, bulk_url, (*here, str(number)), encodings)
                for number, item in enumerate(value, 1)
            ]
            found[name] = {"vr": vr, "Value": items} if items else {"vr": vr}
        elif not value:
            found[name] = {"vr": vr}
        elif vr in _WORDS:
            found[name] = {"vr": vr} | _binary(int(tag), vr, value, reader, bulk_url, here)
        else:
            found[name] = _valued(vr, _values(vr, value, reader, encodings))
    if f"{CHARACTER_SET:08X}" in found:
        found[f"{CHARACTER_SET:08X}"] = {"vr": "CS", "Value": [UNICODE]}
    return found


def _binary(
    tag: int, vr: str, value: bytes, reader: _ElementReader, bulk_url: str, path: tuple[str, ...]
) -> Attributes:
    if tag in _PIXELS or vr in ("OB", "OW", "UN") or len(value) > INLINE_BYTES:
        return {"BulkDataURI": bulk_url + "/".join(path)}
    return {"InlineBinary": base64.b64encode(reader.little_endian(vr, value)).decode()}


def _valued(vr: str, values: list[Any]) -> Attributes:
    return {"vr": vr, "Value": values} if any(v is not None for v in values) else {"vr": vr}


def _values(vr: str, value: bytes, reader: _ElementReader, encodings: list[str]) -> list[Any]:
    if vr in _NUMBERS:
        return reader.numbers(vr, value)
    if vr == "AT":
        return list(reader.tags(value))
    written = [value] if vr in _SINGLE else value.split(b"\\")
    if vr == "PN":
        return [_name(one, encodings) for one in written]
    parse = _PARSED.get(vr, str)
    texts = [_text(vr, one, encodings) for one in written]
    return [parse(text) if text else None for text in texts]


def _text(vr: str, value: bytes, encodings: list[str]) -> str:
    if vr in _DECODED:
        text = decode_bytes(value, encodings, TEXT_VR_DELIMS)
    else:
        text = value.decode("latin-1")
    return text.rstrip(" \0") if vr in _LEADING_BLANKS_COUNT else text.strip(" \0")


def _name(value: bytes, encodings: list[str]) -> dict[str, str] | None:
    name = PersonName(value.rstrip(b" \0"), encodings)
    groups = (name.alphabetic, name.ideographic, name.phonetic)
    found = {group: text for group, text in zip(_GROUPS, groups, strict=True) if text}
    return found or None


def _number(number: float) -> float | str:
    if isinstance(number, int):
        return number if abs(number) <= _EXACT else str(number)
    if math.isfinite(number):
        return int(number) if number.is_integer() and abs(number) < _EXACT else number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def _integer(text: str) -> int | str:
    return int(text) if _INTEGER.fullmatch(text) else text


def _decimal(text: str) -> float | str:
    try:
        number = float(text)
    except ValueError:
        return text
    return _number(number) if math.isfinite(number) and "_" not in text else text


_PARSED: dict[str, Callable[[str], Any]] = {"IS": _integer, "DS": _decimal}
