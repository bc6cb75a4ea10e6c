"""What a search includes beside its matches: what they refer to, and what refers to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from fhir.facade.declarations import REGISTRY, ResourceSource
from fhir.facade.search_parameters import ReferenceParameter
from fhir.facade.search_request import Inclusion, SearchRequest

MOST_INCLUDED = 1000
Found = tuple[ResourceSource, Any]


@dataclass
class Included:
    """``cut``: there would be more than the limit."""

    rows: list[Found] = field(default_factory=list)
    cut: bool = False


def included(search: SearchRequest, matches: Iterable[Found]) -> Included:
    """Each once, and no match again, if this person may see it; circles end so too."""
    frontier = list(matches)
    seen = {(id(source), row.pk) for source, row in frontier}
    answer = Included()
    wanted = list(dict.fromkeys(search.includes))
    while frontier and wanted:
        following: list[Found] = []
        for source, row in _related(search, wanted, frontier):
            if (id(source), row.pk) in seen:
                continue
            if len(answer.rows) == MOST_INCLUDED:
                answer.cut = True
                return answer
            seen.add((id(source), row.pk))
            answer.rows.append((source, row))
            following.append((source, row))
        frontier = following
        wanted = [each for each in wanted if each.iterate]
    return answer


def _related(search: SearchRequest, wanted: list[Inclusion], rows: list[Found]) -> Iterator[Found]:
    for each in wanted:
        for source in REGISTRY[each.kind].sources:
            link = source.every_parameter.get(each.name)
            if isinstance(link, ReferenceParameter) and link.chained:
                related = _referring if each.reverse else _referred
                yield from related(search, source, link, rows)


def _referred(
    search: SearchRequest, source: ResourceSource, link: ReferenceParameter, rows: list[Found]
) -> Iterator[Found]:
    """To what the rows of the source refer."""
    keys = {key for own, row in rows if own is source for key in link.keys(row)} - {None}
    for target in REGISTRY[link.target].sources if keys else ():
        if target.prefix == link.prefix:
            yield from _rows(search, target, Q(**{f"{target.key}__in": keys}))


def _referring(
    search: SearchRequest, source: ResourceSource, link: ReferenceParameter, rows: list[Found]
) -> Iterator[Found]:
    """The rows of the source that refer to any of the others."""
    targets = {id(one) for one in REGISTRY[link.target].sources if one.prefix == link.prefix}
    keys = {getattr(row, own.key) for own, row in rows if id(own) in targets}
    if keys:
        yield from _rows(search, source, link.to_any(keys))


def _rows(search: SearchRequest, source: ResourceSource, condition: Q) -> Iterator[Found]:
    rows = source.rows(search.user).filter(condition).order_by("pk")
    yield from ((source, row) for row in rows[: MOST_INCLUDED + 1])
