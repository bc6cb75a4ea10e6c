"""Answers to searches: Bundles, with what they include, cut to what was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from django.db.models import Q

from fhir.facade import search_pages
from fhir.facade.declarations import REGISTRY, ResourceSource, ResourceType
from fhir.facade.operation_outcome import ignored
from fhir.facade.search_pages import SearchMatch
from fhir.facade.search_parameters import ReferenceParameter
from fhir.facade.search_request import SearchRequest
from fhir.facade.search_values import TokenValue, split_escaped, token
from fhir.resources.R4B import get_fhir_model_class
from fhir.services.resources.elements import HL7, Json, coding, compact

MOST_INCLUDED = 1000
_SUBSETTED = coding(f"{HL7}/v3-ObservationValue", "SUBSETTED", "subsetted")


@dataclass
class Searchset:
    """A Bundle, and whom it shows, for the record."""

    bundle: Json
    patients: list[int | None] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


def searchset(search: SearchRequest, url: str) -> Searchset:
    """``url``: of the type, without a query."""
    links = [_link("self", url, search.used)]
    if search.kind.fixed is not None:
        return _of_fixed(search, search.kind.fixed(search.user), links)
    if search.summary == "count":
        return Searchset(_bundle(links, [], search_pages.total(search)))
    rows, cursor = search_pages.page(search)
    if cursor:
        kept = [pair for pair in search.used if pair[0] != "_cursor"]
        links.append(_link("next", url, [*kept, ("_cursor", cursor)]))
    known: int | None = None
    if search.total:
        known = search_pages.total(search)
    elif not search.cursor and not cursor:
        known = len(rows)
    matched = [(found, found.source.resource(found.row)) for found in rows]
    others = list(_included(search, rows))
    entries = [_entry(search, resource, "match") for _, resource in matched]
    entries += [_entry(search, each.resource(row), "include") for each, row in others]
    entries += _ignored(search)
    shown = [*((found.source, found.row) for found in rows), *others]
    return Searchset(
        _bundle(links, entries, known),
        [source.patient(row) for source, row in shown],
        [resource["id"] for _, resource in matched],
    )


def _bundle(links: list[Json], entries: list[Json], known: int | None) -> Json:
    found: Json = {"resourceType": "Bundle", "type": "searchset", "total": known, "link": links}
    found = {name: value for name, value in found.items() if value is not None}
    return found | ({"entry": entries} if entries else {})


def _link(relation: str, url: str, pairs: Iterable[tuple[str, str]]) -> Json:
    query = urlencode(list(pairs), quote_via=quote, safe=":|,/")
    return {"relation": relation, "url": f"{url}?{query}" if query else url}


def _entry(search: SearchRequest, resource: Json, mode: str) -> Json:
    address = f"{search.base}/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": address, "resource": cut(search, resource), "search": {"mode": mode}}


def _of_fixed(search: SearchRequest, resources: list[Json], links: list[Json]) -> Searchset:
    """The few resources without a table, by id and identifier."""
    found = [one for one in resources if _fits(one, search.used)]
    shown = [] if search.summary == "count" else found
    entries = [*(_entry(search, one, "match") for one in shown), *_ignored(search)]
    return Searchset(_bundle(links, entries, len(found)), [], [one["id"] for one in shown])


def _ignored(search: SearchRequest) -> list[Json]:
    """The entry that names the parameters that were ignored, if any was."""
    if not search.ignored:
        return []
    return [{"resource": ignored(search.ignored), "search": {"mode": "outcome"}}]


def _fits(resource: Json, used: list[tuple[str, str]]) -> bool:
    for name, text in used:
        if name == "_id" and resource["id"] not in text.split(","):
            return False
        if name == "identifier" and not any(
            _identified(resource, token(name, one)) for one in split_escaped(text, ",")
        ):
            return False
    return True


def _identified(resource: Json, wanted: TokenValue) -> bool:
    return any(
        wanted.system in (None, one.get("system", "")) and wanted.code in ("", one["value"])
        for one in resource.get("identifier", [])
    )


def _included(
    search: SearchRequest, rows: list[SearchMatch]
) -> Iterator[tuple[ResourceSource, Any]]:
    """What the matches refer to and what refers to them, each once, if this person may see it."""
    seen = {(id(found.source), found.row.pk) for found in rows}
    left = MOST_INCLUDED
    for source, row in _related(search, rows):
        if (id(source), row.pk) in seen:
            continue
        seen.add((id(source), row.pk))
        yield source, row
        left -= 1
        if left == 0:
            return


def _related(
    search: SearchRequest, rows: list[SearchMatch]
) -> Iterator[tuple[ResourceSource, Any]]:
    for name in dict.fromkeys(search.includes):
        keys = set(filter(None, (_key(found, name) for found in rows)))
        if keys:
            yield from _rows(search, REGISTRY[search.kind.references[name].target], Q(pk__in=keys))
    pks = [found.row.pk for found in rows]
    for kind, name in dict.fromkeys(search.revincludes):
        for source in REGISTRY[kind].sources if pks else ():
            link = source.every_parameter.get(name)
            if isinstance(link, ReferenceParameter):
                condition = Q(**{f"{link.field}__in": pks})
                found = source.rows(search.user).filter(condition).order_by("pk")
                yield from ((source, row) for row in found[:MOST_INCLUDED])


def _rows(
    search: SearchRequest, kind: ResourceType, condition: Q
) -> Iterator[tuple[ResourceSource, Any]]:
    for source in kind.sources:
        for row in source.rows(search.user).filter(condition).order_by("pk")[:MOST_INCLUDED]:
            yield source, row


def _key(found: SearchMatch, name: str) -> Any:
    link = found.source.every_parameter.get(name)
    if not isinstance(link, ReferenceParameter):
        return None
    value = found.row
    *steps, last = link.field.split("__")
    for step in steps:
        value = getattr(value, step, None)
    return getattr(value, f"{last}_id", None) if value is not None else None


def cut(search: SearchRequest, resource: Json) -> Json:
    """By _summary and _elements; what is left out is said in meta.tag."""
    kept = _kept(search, resource["resourceType"])
    if search.summary == "data" and not search.elements:
        kept = {name for name in resource if name != "text"}
    if kept is None:
        return resource
    meta = {**resource["meta"], "tag": [*resource["meta"].get("tag", []), _SUBSETTED]}
    left = {name: value for name, value in resource.items() if name in kept}
    return compact({"resourceType": resource["resourceType"], **left, "meta": meta})


def _kept(search: SearchRequest, resource_type: str) -> set[str] | None:
    always = {"resourceType", "id", "meta"} | _mandatory(resource_type)
    if search.elements:
        return always | set(search.elements)
    if search.summary == "true":
        return always | set(get_fhir_model_class(resource_type).summary_elements_sequence())
    if search.summary == "text":
        return always | {"text"}
    return None


@lru_cache(maxsize=64)
def _mandatory(resource_type: str) -> frozenset[str]:
    """Elements without which the resource is not valid."""
    fields: dict[str, Any] = dict(get_fhir_model_class(resource_type).model_fields)
    needed = {
        one.alias or name
        for name, one in fields.items()
        if one.is_required()
        or {"element_required", "one_of_many_required"} & _true_of(one.json_schema_extra)
    }
    return frozenset(needed)


def _true_of(extra: dict[str, Any] | None) -> set[str]:
    return {name for name, value in (extra or {}).items() if value is True}
