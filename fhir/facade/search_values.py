"""Values of search parameters as FHIR R4 writes them (search.html, 3.1.1.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from django.utils import timezone

from common.errors import ErrorCode, InvalidInput

PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
_A_DAY = timedelta(days=1)
ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?"
    r"(Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_REFERENCE = re.compile(r"(?:(.*)/)?([A-Z][A-Za-z]{1,40})/([A-Za-z0-9\-.]{1,64})")
_INTEGER = re.compile(r"\d{1,18}", re.ASCII)


def parameter_error(parameter: str, sentence: str) -> InvalidInput:
    """A request that cannot be answered; the sentence repeats no value, which may be a name."""
    return InvalidInput(ErrorCode.VALIDATION, sentence, f"http.{parameter}")


def split_escaped(text: str, separator: str) -> list[str]:
    r"""The parts between separators that have no backslash before them, still escaped."""
    parts, current, escaped = [], "", False
    for character in text:
        if character == separator and not escaped:
            parts.append(current)
            current = ""
        else:
            current += character
        escaped = character == "\\" and not escaped
    return [*parts, current]


def unescaped(text: str) -> str:
    return re.sub(r"\\([\\$,|])", r"\1", text)


@dataclass(frozen=True)
class TokenValue:
    """``system`` None: any; empty: none. ``code`` empty: any of the system."""

    system: str | None
    code: str


def token(name: str, text: str) -> TokenValue:
    parts = [unescaped(part) for part in split_escaped(text, "|")]
    if len(parts) > 2 or not any(parts):
        raise parameter_error(name, "a token is code, system|code, |code or system|")
    if len(parts) == 1:
        return TokenValue(None, parts[0])
    return TokenValue(*parts)


@dataclass(frozen=True)
class DateRange:
    """What a value of some precision covers: from ``low`` up to, without, ``high``."""

    prefix: str
    low: datetime
    high: datetime


def date_range(name: str, text: str) -> DateRange:
    """Without a zone a time is the hospital's."""
    prefix = text[:2] if text[:2] in PREFIXES else "eq"
    match = _DATE.fullmatch(text.removeprefix(prefix) if text[:2] in PREFIXES else text)
    if match is None:
        raise parameter_error(name, "a date is [prefix]YYYY[-MM[-DD[Thh:mm[:ss][zone]]]]")
    year, month, day, hour, minute, second, zone = match.groups()
    try:
        clock = f"{hour or '00'}:{minute or '00'}:{second or '00'}"
        text = f"{year}-{month or '01'}-{day or '01'}T{clock}{(zone or '').replace('Z', '+00:00')}"
        low = datetime.fromisoformat(text)
        low = low if zone else timezone.make_aware(low)
        high = _end(low, month, day, hour, second)
        for end in (low - _A_DAY, high + _A_DAY):
            end.astimezone(UTC)  # the ends as the database and `ap` take them exist too
        return DateRange(prefix, low, high)
    except (ValueError, OverflowError) as error:
        raise parameter_error(name, "there is no such date") from error


def _end(
    low: datetime, month: str | None, day: str | None, hour: str | None, second: str | None
) -> datetime:
    if month is None:
        return low.replace(year=low.year + 1)
    if day is None:
        year, following = divmod(low.month, 12)
        return low.replace(year=low.year + year, month=following + 1)
    if hour is None:
        return low + timedelta(days=1)
    return low + (timedelta(minutes=1) if second is None else timedelta(seconds=1))


def local_day(moment: datetime) -> date:
    return timezone.localdate(moment)


@dataclass(frozen=True)
class NumberValue:
    """``half``: of the unit of its last digit, which an equal number may be away."""

    prefix: str
    number: Decimal
    half: Decimal


def number(name: str, text: str) -> NumberValue:
    prefix = text[:2] if text[:2] in PREFIXES else "eq"
    digits = text[2:] if text[:2] in PREFIXES else text
    try:
        found = Decimal(digits)
    except InvalidOperation:
        found = Decimal("NaN")
    exponent = found.as_tuple().exponent
    if not isinstance(exponent, int) or abs(found.adjusted()) > 30 or len(digits) > 40:
        raise parameter_error(name, "a number is [prefix]digits")
    return NumberValue(prefix, found, Decimal(1).scaleb(exponent) / 2)


@dataclass(frozen=True)
class ReferenceValue:
    type: str
    id: str


def reference(name: str, text: str, base: str) -> ReferenceValue | None:
    """``Type/id``, an id alone (``type`` is empty), a URL of ours; None: of another server."""
    text = unescaped(text)
    if ID.fullmatch(text):
        return ReferenceValue("", text)
    match = _REFERENCE.fullmatch(text)
    if match is None:
        raise parameter_error(name, "a reference is id, Type/id or an address of this server")
    server, kind, key = match.groups()
    return ReferenceValue(kind, key) if server in (None, base) else None


def primary_key(key: str) -> int | None:
    """Our ids are numbers; any other names nothing."""
    return int(key) if _INTEGER.fullmatch(key) else None
