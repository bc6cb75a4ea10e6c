"""Reads values from untrusted tags; values that are not valid become empty."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from pacs.dicom.uids import UID_MAX_LENGTH, Uid

Tags = Mapping[str, Any]

MAX_INTEGER = 2**31 - 1
TEXT_LENGTH = 256
"""Characters of the longest text that is kept: the archive returns no value of more bytes."""
_DATE = re.compile(r"([0-9]{4})\.?([0-9]{2})\.?([0-9]{2})")
_PART_OF_DATE = re.compile(r"[0-9]{4}([0-9]{2})?")
_TIME = re.compile(r"([0-9]{2})(?::?([0-9]{2})(?::?([0-9]{2}(?:\.[0-9]{1,6})?))?)?")


def text(tags: Tags, keyword: str, max_length: int = TEXT_LENGTH) -> str:
    """Printable text without outer blanks, which mean nothing (PS3.5 6.2).

    Whole or empty: a part of a value is another value.
    """
    value = tags.get(keyword)
    if not isinstance(value, str):
        return ""
    printable = "".join(c for c in value if c.isprintable()).strip()
    return printable if len(printable) <= max_length else ""


def uid(tags: Tags, keyword: str) -> Uid | None:
    """A UID; None if it is not valid."""
    try:
        return Uid(text(tags, keyword, UID_MAX_LENGTH + 1))
    except ValueError:
        return None


def items(tags: Tags, keyword: str) -> list[Tags]:
    """The items of a sequence."""
    found = tags.get(keyword)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def item(tags: Tags, keyword: str) -> Tags:
    """The first item of a sequence; empty when there is none."""
    return next(iter(items(tags, keyword)), {})


def day(tags: Tags, keyword: str) -> date | None:
    """DA, or the form with dots of ACR-NEMA."""
    match = _DATE.fullmatch(text(tags, keyword))
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def written_day(tags: Tags, keyword: str) -> str:
    """As YYYYMMDD; a date without day or month as it stands; empty for anything else."""
    found = day(tags, keyword)
    if found is not None:
        return f"{found:%Y%m%d}".zfill(8)
    part = text(tags, keyword)
    return part if _PART_OF_DATE.fullmatch(part) else ""


def whole_day(tags: Tags, keyword: str) -> str:
    """DA as the standard writes it, YYYYMMDD; empty for other notations and parts of a date."""
    written = written_day(tags, keyword)
    return written if len(written) == 8 and written == text(tags, keyword) else ""


def time(tags: Tags, keyword: str) -> str:
    """TM, or the form with colons of ACR-NEMA, as HHMMSS.FFFFFF or a beginning of it."""
    match = _TIME.fullmatch(text(tags, keyword))
    return "".join(filter(None, match.groups())) if match else ""


def integer(tags: Tags, keyword: str) -> int | None:
    """IS or US, the first value of several."""
    number = _number(text(tags, keyword).split("\\")[0])
    return int(number) if number is not None and abs(number) <= MAX_INTEGER else None


def size(tags: Tags, keyword: str) -> int | None:
    """A positive number, for example Rows."""
    number = integer(tags, keyword)
    return number if number is not None and number > 0 else None


def numbers(tags: Tags, keyword: str, count: int) -> list[float] | None:
    """Exactly ``count`` finite DS values."""
    found = [_number(part) for part in text(tags, keyword).split("\\")]
    finite = [number for number in found if number is not None]
    return finite if len(found) == len(finite) == count else None


def number(tags: Tags, keyword: str) -> float | None:
    """One finite DS value."""
    found = numbers(tags, keyword, 1)
    return found[0] if found else None


def _number(value: str) -> float | None:
    try:
        parsed = float(value)
    except ValueError:
        return None
    return parsed if math.isfinite(parsed) else None
