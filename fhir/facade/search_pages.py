"""Pages that stay where they are while rows come and go: after the last row, not at an offset."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cmp_to_key
from operator import attrgetter
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Q

from fhir.facade.declarations import ResourceSource
from fhir.facade.search_request import SearchRequest
from fhir.facade.search_values import parameter_error


@dataclass(frozen=True)
class PagePosition:
    """Of a row in the order of a search."""

    value: Any
    source: int
    pk: int


@dataclass(frozen=True)
class SearchMatch:
    source: ResourceSource
    row: Any
    place: PagePosition


def page(search: SearchRequest) -> tuple[list[SearchMatch], str]:
    """The rows of one page, and the cursor of the next; empty at the end."""
    after = _place(search) if search.cursor else None
    found = sorted(_candidates(search, after), key=cmp_to_key(_compared(search.descending)))
    shown = found[: search.count]
    return shown, _cursor(shown[-1].place) if shown and len(found) > len(shown) else ""


def total(search: SearchRequest) -> int:
    return sum(
        source.rows(search.user).filter(search.where(source)).order_by().count()
        for source in search.kind.sources
    )


def _candidates(search: SearchRequest, after: PagePosition | None) -> Iterator[SearchMatch]:
    """Of each source as many as a page may need, and one more."""
    sign = "-" if search.descending else ""
    wanted = search.count + 1
    for number, source in enumerate(search.kind.sources):
        name = _column(search, source)
        if name is None:
            continue
        if not name and after is not None and number < after.source:
            continue
        rows = source.rows(search.user).filter(search.where(source))
        if after is not None:
            rows = rows.filter(_later(name, number, after, search.descending))
        order = [f"{sign}{name}", "pk"] if name else [f"{sign}pk"]
        for row in rows.order_by(*order)[:wanted]:
            value = attrgetter(name.replace("__", "."))(row) if name else None
            yield SearchMatch(source, row, PagePosition(value, number, row.pk))
            if not name:
                wanted -= 1
        if wanted <= 0:
            return


def _column(search: SearchRequest, source: ResourceSource) -> str | None:
    """Empty: by primary key; None: the source has nothing to sort by."""
    if not search.sort:
        return ""
    parameter = source.every_parameter.get(search.sort)
    return parameter.field if parameter else None


def _later(name: str, number: int, after: PagePosition, descending: bool) -> Q:
    """Rows that come after a place: nulls are first upwards and last downwards."""
    if not name:
        if number != after.source:
            return Q()
        return Q(pk__lt=after.pk) if descending else Q(pk__gt=after.pk)
    same = Q(pk__gt=after.pk) if number == after.source else Q()
    tied = Q(**{f"{name}__isnull": True}) if after.value is None else Q(**{name: after.value})
    ties = tied & same if number >= after.source else Q(pk__in=[])
    if after.value is None:
        return ties if descending else ties | Q(**{f"{name}__isnull": False})
    if descending:
        return ties | Q(**{f"{name}__lt": after.value}) | Q(**{f"{name}__isnull": True})
    return ties | Q(**{f"{name}__gt": after.value})


def _compared(descending: bool) -> Any:
    def compare(one: SearchMatch, other: SearchMatch) -> int:
        a, b = one.place, other.place
        if a.value != b.value:
            first = a.value is None or (b.value is not None and a.value < b.value)
            return -1 if first != descending else 1
        if a.source != b.source:
            return -1 if a.source < b.source else 1
        if a.value is None and b.value is None and descending:
            return b.pk - a.pk
        return a.pk - b.pk

    return compare


def _cursor(place: PagePosition) -> str:
    value = place.value
    if isinstance(value, date):
        value = value.isoformat()
    text = json.dumps([value, place.source, place.pk], default=str)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place(search: SearchRequest) -> PagePosition:
    try:
        padded = search.cursor + "=" * (-len(search.cursor) % 4)
        value, source, pk = json.loads(urlsafe_b64decode(padded.encode("ascii")))
        if not (type(source) is type(pk) is int and 0 <= source < len(search.kind.sources)):
            raise ValueError
        return PagePosition(_read(search, source, value), source, pk)
    except (ValueError, TypeError, ValidationError, RecursionError, OverflowError):
        raise parameter_error("_cursor", "not a cursor that this server gave") from None


def _read(search: SearchRequest, number: int, value: Any) -> Any:
    source = search.kind.sources[number]
    name = _column(search, source)
    if name is None or (not name and value is not None):
        raise ValueError
    if not name or value is None:
        return None
    if not isinstance(value, str | int | float):
        raise ValueError
    model: Any = source.rows(search.user).model
    column: Field[Any, Any] | None = None
    for part in name.split("__"):
        column = model._meta.get_field(part)
        model = column.related_model
    read = column.to_python(value) if column else None
    if isinstance(read, datetime) and read.tzinfo is None:
        raise ValueError
    return read
