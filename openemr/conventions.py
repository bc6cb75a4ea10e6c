"""How OpenEMR writes things down, and what they mean: the one place that translates.

Sources: OpenEMR 8.2.0, sql/database.sql (columns, the list "sex"), VitalsService (pounds, inches,
degrees Fahrenheit; 0 is "not measured"), PatientService, UuidRegistry. What is not known is None
or empty, never guessed.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from uuid import UUID

from django.utils import timezone

KG_PER_POUND = Decimal("0.45359237")
CM_PER_INCH = Decimal("2.54")
NOT_MEASURED = Decimal(0)
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""Stands where a byte could not be read."""
_SEXES = {"male": "M", "female": "F", "m": "M", "f": "F", "unk": "U", "unknown": "U", "": "U"}
_WORDS = {"M": "Male", "F": "Female", "U": "UNK", "O": "UNK"}
"""The list "sex" of OpenEMR has these three options."""


def text(value: object) -> str:
    """Readable text of a column: no NULL, no control character, no UTF-8 that was read as Latin-1.

    Bytes that are no UTF-8 are replaced by REPLACEMENT each.
    """
    if value is None:
        return ""
    raw = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return unicodedata.normalize("NFC", _unmangled(raw)).replace("\x00", "")


def line(value: object) -> str:
    """Text of one line, without spaces around or control characters in it."""
    plain = "".join(" " if unicodedata.category(c) == "Cc" else c for c in text(value))
    return " ".join(plain.split())


def _unmangled(raw: str) -> str:
    """Undo UTF-8 that an old connection stored as Latin-1, one character per byte.

    Text that is meant as it stands is no valid UTF-8 when taken for bytes.
    """
    if raw.isascii():
        return raw
    try:
        return b"".join(map(_byte, raw)).decode("utf-8")
    except UnicodeError:
        return raw


def _byte(character: str) -> bytes:
    """In MariaDB's latin1: Windows-1252, whose five gaps are the control characters there."""
    return character.encode("latin-1" if "\x80" <= character <= "\x9f" else "cp1252")


def day(value: date | None) -> date | None:
    """NULL and the zero date are both None; so is a date with a time, which a DATE never is."""
    return value if isinstance(value, date) and value.year > 1 else None


def moment(value: datetime | None) -> datetime | None:
    return value if isinstance(value, datetime) and value.year > 1 else None


def second(value: datetime | None) -> datetime | None:
    """A DATETIME there has no fraction of a second."""
    return value.replace(microsecond=0) if value else None


def midnight(value: date | None) -> datetime | None:
    """The beginning of a day in the hospital's time zone; NULL and the zero date are None."""
    known = day(value)
    return timezone.make_aware(datetime.combine(known, time())) if known else None


def identifier(value: bytes | memoryview | None) -> UUID | None:
    """The uuid of a row; NULL or zeros until OpenEMR fills it in."""
    raw = bytes(value or b"")
    return UUID(bytes=raw) if len(raw) == 16 and any(raw) else None


def gender(word: object) -> str:
    """M, F, or U for whatever does not say which."""
    return _SEXES.get(line(word).casefold(), "U")


def sex_word(code: str) -> str:
    return _WORDS[code]


def kilograms(pounds: Decimal | None) -> Decimal | None:
    return _measured(pounds, lambda value: value * KG_PER_POUND, "0.01")


def centimetres(inches: Decimal | None) -> Decimal | None:
    return _measured(inches, lambda value: value * CM_PER_INCH, "0.1")


def celsius(fahrenheit: Decimal | None) -> Decimal | None:
    return _measured(fahrenheit, lambda value: (value - 32) * 5 / 9, "0.1")


def whole(value: Decimal | None) -> int | None:
    """A value whose unit is the same in both systems (/min, %), as a whole number."""
    known = _measured(value, lambda same: same, "1")
    return None if known is None else int(known)


def pounds(kilograms: Decimal | None) -> Decimal:
    return _stored(kilograms, lambda value: value / KG_PER_POUND)


def inches(centimetres: Decimal | None) -> Decimal:
    return _stored(centimetres, lambda value: value / CM_PER_INCH)


def fahrenheit(celsius: Decimal | None) -> Decimal:
    return _stored(celsius, lambda value: value * 9 / 5 + 32)


def as_stored(value: Decimal | int | None) -> Decimal:
    return _stored(value, lambda same: same)


def pressure(value: object) -> int | str | None:
    """mmHg of ``bps`` and ``bpd``, which are texts; the text itself if it is no whole number."""
    words = line(value)
    try:
        number = Decimal(words)
    except InvalidOperation:
        return words or None
    if not number.is_finite() or number != int(number):
        return words
    return int(number) or None


def pressure_text(mmhg: int | str | None) -> str:
    return "" if mmhg is None else str(mmhg)


def _measured(value: Decimal | None, convert: object, step: str) -> Decimal | None:
    if value is None or value == NOT_MEASURED:
        return None
    return Decimal(convert(value)).quantize(Decimal(step), ROUND_HALF_UP)  # type: ignore[operator]


def _stored(value: Decimal | int | None, convert: object) -> Decimal:
    if value is None:
        return NOT_MEASURED
    return Decimal(convert(value)).quantize(Decimal("0.000001"))  # type: ignore[operator]


def full_name(first: object, middle: object, last: object) -> str:
    """As a person is called: family name first and without a space in Hangul or Han."""
    given, between, family = line(first), line(middle), line(last)
    if _is_korean(given + between + family):
        return (family + given + between).replace(" ", "")
    return " ".join(part for part in (given, between, family) if part)


def is_alike(field: str, ours: str, theirs: str) -> bool:
    """Whether our value is theirs as soon as it is written there: less can be written there."""
    if field == "gender":
        return sex_word(ours) == sex_word(theirs)
    return field == "full_name" and full_name(*name_parts(ours)) == theirs


def name_parts(name: str) -> tuple[str, str, str]:
    """First, middle and last name. A Korean name without a space stays whole, as the last name.

    Where its family name ends cannot be known: 선우 is one, and so is 선.
    """
    words = name.split()
    if not words:
        return "", "", ""
    if _is_korean("".join(words)):
        return "".join(words[1:]), "", words[0]
    return " ".join(words[:-1]), "", words[-1]


def _is_korean(name: str) -> bool:
    letters = [letter for letter in name if letter.isalpha()]
    return bool(letters) and all("가" <= x <= "힣" or "一" <= x <= "鿿" for x in letters)
