"""Attribute matching of QIDO-RS as conditions on the index (PS3.4 C.2.2.2).

Text is compared without regard to case, width and accents (the collation of the index). PS3.4
C.2.2.2.1 allows that for PN; for other VRs it is our extension: a search may match more, never
less.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, Lookup, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.lookups import Exact

from common.errors import ErrorCode, InvalidInput
from pacs.dicom.uids import Uid

MAX_UIDS = 500
FEW = 1000
_MAX_INTEGER = 2**31
_TIME = re.compile(r"([01][0-9]|2[0-3])([0-5][0-9]([0-5][0-9]|60)?)?")
_FRACTION = re.compile(r"[0-9]{1,6}")
_LAST_TIME = "235959.999999"

Matcher = Callable[[str], Q]


@CharField.register_lookup
class DicomWildcard(Lookup):
    """``field__dicom="Kim*"``: ``*`` any text, ``?`` one character (PS3.4 C.2.2.2.4)."""

    lookup_name = "dicom"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        lhs, lhs_params = self.process_lhs(compiler, connection)
        rhs, rhs_params = self.process_rhs(compiler, connection)
        patterns = [_like(str(value)) for value in rhs_params]
        return f"{lhs} LIKE {rhs} ESCAPE '!'", (*lhs_params, *patterns)


def _like(value: str) -> str:
    escaped = re.sub(r"([!%_])", r"!\1", value)
    return escaped.replace("*", "%").replace("?", "_")


def text(field: str) -> Matcher:
    def match(value: str) -> Q:
        return Q(**{f"{field}__dicom" if _is_pattern(value) else field: value})

    return match


def person_name(field: str) -> Matcher:
    """PN: the whole value or its first component group; any group if the key is not ASCII.

    ``Kim^Minjun`` finds ``Kim^Minjun=金^珉俊``, and so does ``金*``.
    """

    def match(value: str) -> Q:
        name = value.rstrip("^=")
        patterns = [name, f"{name}=*"]
        if not name.isascii():
            patterns += [f"*={name}", f"*={name}=*"]
        found = Q()
        for pattern in patterns:
            found |= text(field)(pattern)
        return found

    return match


def codes(field: str, tag: str) -> Matcher:
    """CS: one or several values, each may contain wildcards."""

    def match(value: str) -> Q:
        found = Q()
        for code in _list(value, tag):
            found |= text(field)(code)
        return found

    return match


def uids(field: str, tag: str) -> Matcher:
    """UI: one UID or a list of UIDs (PS3.4 C.2.2.2.2), without wildcards."""

    def match(value: str) -> Q:
        try:
            wanted = [Uid(uid) for uid in _list(value, tag)]
        except ValueError:
            raise InvalidInput(ErrorCode.VALIDATION, "not a list of UIDs", tag) from None
        return Q(**{f"{field}__in": wanted})

    return match


def integer(field: str, tag: str) -> Matcher:
    def match(value: str) -> Q:
        if not re.fullmatch(r"[+-]?[0-9]{1,10}", value.strip(), re.ASCII):
            raise InvalidInput(ErrorCode.VALIDATION, "not a number", tag)
        number = int(value)
        return Q(**{field: number}) if abs(number) < _MAX_INTEGER else Q(pk__in=())

    return match


def day(field: str, tag: str) -> Matcher:
    def match(value: str) -> Q:
        low, high = _days(value, tag)
        found = Q(**{f"{field}__isnull": False})
        if low:
            found &= Q(**{f"{field}__gte": low})
        if high:
            found &= Q(**{f"{field}__lte": high})
        return found

    return match


def written_day(field: str, tag: str) -> Matcher:
    """A DA value that the index stores as text (YYYYMMDD)."""

    def match(value: str) -> Q:
        _days(value, tag)
        low, high = _range(value)
        return _from(field, low) & Q(**{f"{field}__lte": high or "99999999"})

    return match


def time(field: str, tag: str) -> Matcher:
    def match(value: str) -> Q:
        low, high = _times(value, tag)
        return _from(field, low) & Q(**{f"{field}__lte": high or _LAST_TIME})

    return match


def day_and_time(days: str, times: str, day_tag: str, time_tag: str) -> Callable[[str, str], Q]:
    """Combined date and time range matching (PS3.4 C.2.2.2.5)."""

    def match(day_value: str, time_value: str) -> Q:
        first, last = _days(day_value, day_tag)
        begin, end = _times(time_value, time_tag)
        found = day(days, day_tag)(day_value)
        if first and begin:
            found &= Q(**{f"{days}__gt": first}) | _from(times, begin)
        if last and end:
            found &= Q(**{f"{days}__lt": last}) | Q(**{f"{times}__range": ("0", end)})
        return found

    return match


def among(field: str, rows: QuerySet[Any], link: str = "pk") -> Q:
    """Rows whose ``field`` is the ``link`` of one of ``rows``.

    A plain join would sort all matches to return one page. So fewer than FEW ``rows`` are read
    first and passed as a list; for more, a correlated subquery is run for each row of the page.
    """
    rows = rows.order_by()
    few = list(rows.values_list(link, flat=True)[:FEW])
    if len(few) < FEW:
        return Q(**{f"{field}__in": set(few)})
    found = rows.filter(**{link: OuterRef(field)}).values(found=Value(1))[:1]
    return Q(Exact(Subquery(found), 1))


def is_range(value: str) -> bool:
    return "-" in value


def _is_pattern(value: str) -> bool:
    return "*" in value or "?" in value


def _list(value: str, tag: str) -> list[str]:
    values = re.split(r"[,\\]", value)
    if len(values) > MAX_UIDS:
        raise InvalidInput(ErrorCode.VALIDATION, f"more than {MAX_UIDS} values", tag)
    return values


def _range(value: str) -> tuple[str, str]:
    """Both ends of ``a-b``, ``a-``, ``-b`` or a single value; an open end is ""."""
    low, dash, high = value.partition("-")
    return (low, high) if dash else (low, low)


def _days(value: str, tag: str) -> tuple[date | None, date | None]:
    low, high = _range(value)
    return _day(low, tag), _day(high, tag)


def _day(value: str, tag: str) -> date | None:
    try:
        return datetime.strptime(value, "%Y%m%d").date() if value else None  # noqa: DTZ007
    except ValueError:
        raise InvalidInput(ErrorCode.VALIDATION, "a date is YYYYMMDD", tag) from None


def _from(field: str, low: str) -> Q:
    """Values that reach ``low`` or lie behind it: 10 is the whole hour, so it reaches 1030."""
    beginnings = [low[:length] for length in range(2, len(low)) if low[length - 1] != "."]
    return Q(**{f"{field}__gte": low or "0"}) | Q(**{f"{field}__in": beginnings})


def _times(value: str, tag: str) -> tuple[str, str]:
    """Both ends; the upper one is completed: "10" becomes 10:59:59.999999."""
    low, high = _range(value)
    for end in (low, high):
        whole, dot, fraction = end.partition(".")
        exact = not dot or (len(whole) == 6 and _FRACTION.fullmatch(fraction))
        if end and not (_TIME.fullmatch(whole) and exact):
            raise InvalidInput(ErrorCode.VALIDATION, "a time is HHMMSS.FFFFFF", tag)
    return low, high + _LAST_TIME[len(high) :] if high else ""
