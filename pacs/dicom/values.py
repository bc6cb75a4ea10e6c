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
_DATE = re.compile(r"([0-9]{4})\.?([0-9]{2})\.?([0-9]{2})")


def text(tags: Tags, keyword: str, max_length: int) -> str:
    """Printable text, cut at ``max_length`` characters."""
    value = tags.get(keyword)
    if not isinstance(value, str):
        return ""
    printable = "".join(c for c in value if c.isprintable())
    return printable.strip()[:max_length].rstrip()


def uid(tags: Tags, keyword: str) -> Uid | None:
    """A UID; None if it is not valid."""
    try:
        return Uid(text(tags, keyword, UID_MAX_LENGTH + 1))
    except ValueError:
        return None


def item(tags: Tags, keyword: str) -> Tags:
    """The first item of a sequence; empty when there is none."""
    items = tags.get(keyword)
    first = items[0] if isinstance(items, list) and items else None
    return first if isinstance(first, Mapping) else {}


def day(tags: Tags, keyword: str) -> date | None:
    """DA, or the form with dots of ACR-NEMA."""
    match = _DATE.fullmatch(text(tags, keyword, 16))
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None


def integer(tags: Tags, keyword: str) -> int | None:
    """IS or US, the first value of several."""
    number = _number(text(tags, keyword, 200).split("\\")[0])
    return int(number) if number is not None and abs(number) <= MAX_INTEGER else None


def size(tags: Tags, keyword: str) -> int | None:
    """A positive number, for example Rows."""
    number = integer(tags, keyword)
    return number if number is not None and number > 0 else None


def numbers(tags: Tags, keyword: str, count: int) -> list[float] | None:
    """Exactly ``count`` finite DS values."""
    found = [_number(part) for part in text(tags, keyword, 1000).split("\\")]
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
