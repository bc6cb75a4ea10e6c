"""``Patient/{id}/$everything``: what refers to a patient, of every type, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Q

from common.person import Person
from fhir.facade.declarations import REGISTRY, ResourceSource, ResourceType
from fhir.facade.search_parameters import DateParameter, ReferenceParameter
from fhir.facade.search_request import MOST_COUNT
from fhir.facade.search_values import parameter_error, primary_key
from fhir.facade.searchset import Searchset

_CONTROLS = ("_type", "_since", "_count", "_cursor", "_format")


def everything(user: Person, patient: Any, given: dict[str, str], *, base: str) -> Searchset:
    """``patient``: the row, which the person sees. Raises InvalidInput."""
    for name in given:
        if name not in _CONTROLS:
            raise parameter_error(name, "$everything has no such parameter")
    count, wanted = _count(given.get("_count", "")), _types(given.get("_type", ""))
    number, after = _cursor(given.get("_cursor", ""))
    places = list(enumerate(_places(wanted)))
    rows: list[tuple[ResourceSource, Any, int]] = []
    for at, (source, condition) in places[number:]:
        left = count + 1 - len(rows)
        if left <= 0:
            break
        found = source.rows(user).filter(condition(patient.pk), _since(source, given))
        later = found.filter(pk__gt=after) if at == number else found
        rows += [(source, row, at) for row in later.order_by("pk")[:left]]
    shown = rows[:count]
    link = [{"relation": "self", "url": f"{base}/Patient/{patient.pk}/$everything"}]
    if len(rows) > count:
        _, last, at = shown[-1]
        kept = "".join(f"&{name}={given[name]}" for name in ("_type", "_since") if name in given)
        query = f"_count={count}{kept}&_cursor={at}-{last.pk}".replace("+", "%2B")
        link.append({"relation": "next", "url": f"{link[0]['url']}?{query}"})
    made = [source.resource(row, abridged=True) for source, row, _ in shown]
    entry = [
        {
            "fullUrl": f"{base}/{one['resourceType']}/{one['id']}",
            "resource": one,
            "search": {"mode": "match"},
        }
        for one in made
    ]
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": link}
    return Searchset(
        bundle | ({"entry": entry} if entry else {}),
        [patient.pk, *(pk for source, row, _ in shown for pk in source.shown(row))],
        [one["id"] for one in made],
    )


def _places(wanted: set[str]) -> Iterator[tuple[ResourceSource, Any]]:
    """The sources in a fixed order, each with its condition on a patient."""
    for name in ("Patient", *sorted(set(REGISTRY) - {"Patient"})):
        if wanted and name not in wanted:
            continue
        kind: ResourceType = REGISTRY[name]
        for source in kind.sources:
            link = source.every_parameter.get("patient")
            if name == "Patient":
                yield source, lambda pk: Q(pk=pk)
            elif isinstance(link, ReferenceParameter) and (source.in_everything or wanted):
                yield source, lambda pk, link=link: link.to_any([pk])


def _since(source: ResourceSource, given: dict[str, str]) -> Q:
    if "_since" not in given:
        return Q()
    updated = source.every_parameter.get("_lastUpdated")
    return (
        updated.condition("_since", "", f"ge{given['_since']}")
        if isinstance(updated, DateParameter)
        else Q()
    )


def _types(text: str) -> set[str]:
    wanted = set(filter(None, text.split(",")))
    if not wanted <= set(REGISTRY):
        raise parameter_error("_type", "a type that this server does not have")
    return wanted


def _count(text: str) -> int:
    found = primary_key(text) if text else MOST_COUNT
    if not found:
        raise parameter_error("_count", "a count is a whole number above 0")
    return min(found, MOST_COUNT)


def _cursor(text: str) -> tuple[int, int]:
    if not text:
        return 0, 0
    at, _, pk = text.partition("-")
    number, after = primary_key(at), primary_key(pk)
    if number is None or after is None or number > 100:
        raise parameter_error("_cursor", "not a cursor that this server gave")
    return number, after
