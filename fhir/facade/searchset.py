"""Answers to searches: Bundles, with what they include, cut to what was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from fhir.facade import search_pages
from fhir.facade.declarations import SUBSETTED
from fhir.facade.hidden_search import PARAMETER, hidden
from fhir.facade.inclusions import MOST_INCLUDED, included
from fhir.facade.operation_outcome import ignored, incomplete
from fhir.facade.search_request import SearchRequest
from fhir.facade.search_values import TokenValue, split_escaped, token
from fhir.resources.R4B import get_fhir_model_class
from fhir.services.resources.elements import Json, compact


@dataclass
class Searchset:
    """A Bundle, and whom it shows, for the record."""

    bundle: Json
    patients: list[int | None] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)


def searchset(search: SearchRequest, url: str) -> Searchset:
    """``url``: of the type, without a query."""
    links = [_link("self", url, [] if search.hidden else search.used)]
    if search.kind.fixed is not None:
        return _of_fixed(search, search.kind.fixed(search.user), links)
    if search.summary == "count":
        return Searchset(_bundle(links, [], search_pages.total(search)))
    rows, cursor = search_pages.page(search)
    if cursor:
        kept = [pair for pair in search.used if pair[0] != "_cursor"]
        following = [*kept, ("_cursor", cursor)]
        if search.hidden:
            following = [(PARAMETER, hidden(search.user, following))]
        links.append(_link("next", url, following))
    known: int | None = None
    if search.total:
        known = search_pages.total(search)
    elif not search.cursor and not cursor:
        known = len(rows)
    matched = [(found.source, found.row) for found in rows]
    others = included(search, matched)
    abridged = search.abridged
    made = [source.resource(row, abridged=abridged) for source, row in matched]
    entries = [_entry(search, resource, "match") for resource in made]
    entries += [
        _entry(search, source.resource(row, abridged=abridged), "include")
        for source, row in others.rows
    ]
    entries += _ignored(search)
    if others.cut:
        entries.append({"resource": incomplete(MOST_INCLUDED), "search": {"mode": "outcome"}})
    return Searchset(
        _bundle(links, entries, known),
        [patient for source, row in [*matched, *others.rows] for patient in source.shown(row)],
        [resource["id"] for resource in made],
    )


def history(versions: list[Json], address: str) -> Json:
    """A Bundle of type history, of versions with the newest first."""
    entries = []
    for number, one in enumerate(versions, 1):
        first, meta = number == len(versions), one["meta"]
        response = {
            "status": "201" if first else "200",
            "etag": f'W/"{meta["versionId"]}"',
            "lastModified": meta.get("lastUpdated"),
        }
        url = f"{one['resourceType']}/{one['id']}"
        entries.append(
            {
                "fullUrl": address,
                "resource": one,
                "request": {"method": "PUT", "url": url},
                "response": compact(response),
            }
        )
    link = [{"relation": "self", "url": f"{address}/_history"}]
    bundle = {"resourceType": "Bundle", "type": "history", "total": len(entries), "link": link}
    return bundle | {"entry": entries}


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


def cut(search: SearchRequest, resource: Json) -> Json:
    """By _summary and _elements; what is left out is said in meta.tag."""
    kept = _kept(search, resource["resourceType"])
    if search.summary == "data" and not search.elements:
        kept = {name for name in resource if name != "text"}
    if kept is None:
        return resource
    tags = [one for one in resource["meta"].get("tag", []) if one != SUBSETTED]
    meta = {**resource["meta"], "tag": [*tags, SUBSETTED]}
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
