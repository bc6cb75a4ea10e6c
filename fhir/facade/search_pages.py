"""Pages that stay where they are while rows come and go: after the last row, not at an offset."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cmp_to_key
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from fhir.facade.declarations import ResourceSource
from fhir.facade.search_parameters import EVERYTHING, NOTHING
from fhir.facade.search_request import SearchRequest
from fhir.facade.search_values import parameter_error


@dataclass(frozen=True)
class PagePosition:
    """Of a row in the order of a search: a value for each key that sorts."""

    values: tuple[Any, ...]
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
    found = sorted(_candidates(search, after), key=cmp_to_key(_compared(search)))
    shown = found[: search.count]
    return shown, _cursor(shown[-1].place) if shown and len(found) > len(shown) else ""


def total(search: SearchRequest) -> int:
    return sum(
        source.rows(search.user).filter(search.where(source)).order_by().count()
        for source in search.kind.sources
    )


def _candidates(search: SearchRequest, after: PagePosition | None) -> Iterator[SearchMatch]:
    """Of each source as many as a page may need, and one more."""
    wanted = search.count + 1
    for number, source in enumerate(search.kind.sources):
        if not search.sort and after is not None and number < after.source:
            continue
        columns = _columns(search, source)
        rows = source.rows(search.user).filter(search.where(source))
        if after is not None:
            rows = rows.filter(_later(search, columns, number, after))
        keys = zip(columns, search.sort, strict=True)
        order = [f"-{one}" if down else one for one, (_, down) in keys if one]
        for row in rows.order_by(*order, "-pk" if search.id_descending else "pk")[:wanted]:
            values = tuple(one and _value(row, one) for one in columns)
            yield SearchMatch(source, row, PagePosition(values, number, row.pk))
            if not search.sort:
                wanted -= 1
        if wanted <= 0:
            return


def _value(row: Any, column: str) -> Any:
    """None also where a row on the way is missing."""
    for part in column.split("__"):
        row = None if row is None else getattr(row, part)
    return row


def _columns(search: SearchRequest, source: ResourceSource) -> list[str | None]:
    """By which it is sorted before its primary key; None: the source has no such value."""
    parameters = [source.every_parameter.get(name) for name, _ in search.sort]
    return [one.field if one else None for one in parameters]


def _later(search: SearchRequest, columns: list[str | None], number: int, after: PagePosition) -> Q:
    """Rows that come after a place: nulls are first upwards and last downwards."""
    if number != after.source:
        found = EVERYTHING if number > after.source else NOTHING
    else:
        found = Q(pk__lt=after.pk) if search.id_descending else Q(pk__gt=after.pk)
    keys = [*zip(columns, search.sort, after.values, strict=True)]
    for column, (_, down), value in reversed(keys):
        found = _beyond(column, value, down) | (_tied(column, value) & found)
    return found


def _tied(column: str | None, value: Any) -> Q:
    if column is None:
        return EVERYTHING if value is None else NOTHING
    return Q(**{f"{column}__isnull": True}) if value is None else Q(**{column: value})


def _beyond(column: str | None, value: Any, down: bool) -> Q:
    if column is None:
        return EVERYTHING if down and value is not None else NOTHING
    if value is None:
        return NOTHING if down else Q(**{f"{column}__isnull": False})
    if down:
        return Q(**{f"{column}__lt": value}) | Q(**{f"{column}__isnull": True})
    return Q(**{f"{column}__gt": value})


def _compared(search: SearchRequest) -> Any:
    def compare(one: SearchMatch, other: SearchMatch) -> int:
        a, b = one.place, other.place
        for (_, down), mine, its in zip(search.sort, a.values, b.values, strict=True):
            if mine != its:
                first = mine is None or (its is not None and mine < its)
                return -1 if first != down else 1
        if a.source != b.source:
            return -1 if a.source < b.source else 1
        return b.pk - a.pk if search.id_descending else a.pk - b.pk

    return compare


def _cursor(place: PagePosition) -> str:
    values = [one.isoformat() if isinstance(one, date) else one for one in place.values]
    text = json.dumps([values, place.source, place.pk], default=str)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _place(search: SearchRequest) -> PagePosition:
    try:
        padded = search.cursor + "=" * (-len(search.cursor) % 4)
        values, source, pk = json.loads(urlsafe_b64decode(padded.encode("ascii")))
        if not (type(source) is type(pk) is int and 0 <= source < len(search.kind.sources)):
            raise ValueError
        columns = _columns(search, search.kind.sources[source])
        if not isinstance(values, list):
            raise ValueError
        rows = search.kind.sources[source].rows(search.user)
        read = (_read(rows, column, one) for column, one in zip(columns, values, strict=True))
        return PagePosition(tuple(read), source, pk)
    except (ValueError, TypeError, ValidationError, RecursionError, OverflowError):
        raise parameter_error("_cursor", "not a cursor that this server gave") from None


def _read(rows: QuerySet[Any], name: str | None, value: Any) -> Any:
    if value is None:
        return None
    if name is None or not isinstance(value, str | int | float):
        raise ValueError
    read = _column(rows, name).to_python(value)
    if isinstance(read, datetime) and read.tzinfo is None:
        raise ValueError
    return read


def _column(rows: QuerySet[Any], name: str) -> Any:
    if name in rows.query.annotations:
        return rows.query.annotations[name].output_field
    model: Any = rows.model
    column: Any = None
    for part in name.split("__"):
        column = model._meta.get_field(part)
        model = column.related_model
    return column
