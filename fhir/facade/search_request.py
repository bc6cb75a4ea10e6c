"""A search as it was asked, read against the declarations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from django.db.models import Q

from common.errors import ErrorCode, InvalidInput
from common.person import Person
from fhir.facade.declarations import REGISTRY, ResourceSource, ResourceType
from fhir.facade.search_parameters import EVERYTHING, NOTHING, ReferenceParameter, SearchParameter
from fhir.facade.search_values import parameter_error, split_escaped

MOST_CHARACTERS = 4096
MOST_VALUES = 100
DEFAULT_COUNT = 20
MOST_COUNT = 200
SUMMARIES = ("true", "text", "data", "count", "false")
_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9-]*)(?::([A-Za-z-]+))?(?:\.([A-Za-z_-]+)(?::([a-z]+))?)?")
_HAS = re.compile(r"_has:([A-Za-z]+):([A-Za-z-]+):([A-Za-z_-]+)(?::([a-z]+))?")
_ELEMENTS = re.compile(r"[A-Za-z]{1,40}(,[A-Za-z]{1,40}){0,60}")

RowCondition = Callable[[ResourceSource], Q]


class UnknownParameter(Exception):
    """A parameter that the type does not have: an error, or ignored, as the client prefers."""


@dataclass(frozen=True)
class Inclusion:
    """What ``kind`` refers to by ``name``, or with ``reverse`` who of ``kind`` refers so.

    ``iterate``: also of what is itself included.
    """

    kind: str
    name: str
    reverse: bool = False
    iterate: bool = False


@dataclass
class SearchRequest:
    kind: ResourceType
    user: Person
    base: str
    conditions: list[RowCondition] = field(default_factory=list)
    sort: list[tuple[str, bool]] = field(default_factory=list)
    """Parameters, each with whether downwards; at last the ids, which may go down too."""
    id_descending: bool = False
    count: int = DEFAULT_COUNT
    cursor: str = ""
    includes: list[Inclusion] = field(default_factory=list)
    summary: str = ""
    elements: list[str] = field(default_factory=list)
    total: bool = False
    hidden: bool = False
    used: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    @property
    def abridged(self) -> bool:
        """Whether what would be long is said in short: not if the whole is asked for by name."""
        return self.summary != "false" and "series" not in self.elements

    def where(self, source: ResourceSource) -> Q:
        found = Q()
        for condition in self.conditions:
            found &= condition(source)
        return found


def parse(
    kind: ResourceType, pairs: Iterable[tuple[str, str]], *, user: Person, base: str, lenient: bool
) -> SearchRequest:
    """Raises InvalidInput with the parameter as ``http.name``."""
    search = SearchRequest(kind, user, base)
    pairs = list(pairs)
    if sum(len(name) + len(text) for name, text in pairs) > MOST_CHARACTERS:
        raise InvalidInput(ErrorCode.REQUEST_TOO_LARGE, f"at most {MOST_CHARACTERS} characters")
    for name, text in pairs:
        if not text:
            continue
        try:
            if name in CONTROLS:
                CONTROLS[name](search, text)
            else:
                search.conditions.append(_condition(search, name, text))
        except UnknownParameter:
            shown = name if re.fullmatch(r"[A-Za-z_.:-]{1,80}", name) else "parameter"
            if not lenient:
                raise parameter_error(shown, f"{kind.name} has no such search parameter") from None
            search.ignored.append(shown)
            continue
        search.used.append((name, text))
    return search


def _condition(search: SearchRequest, name: str, text: str) -> RowCondition:
    if "\0" in text:
        raise parameter_error("parameter", "a value has no NUL")
    if match := _HAS.fullmatch(name):
        return _has(search, text, *match.groups())
    match = _NAME.fullmatch(name)
    if match is None:
        raise UnknownParameter
    plain, modifier, chained, chained_modifier = match.groups()
    parameter = search.kind.parameters.get(plain)
    if parameter is None:
        raise UnknownParameter
    if chained:
        reference = search.kind.references.get(plain)
        if reference is None or modifier not in (None, reference.target):
            raise UnknownParameter
        return _chain(search, plain, chained, chained_modifier or "", text)
    modifier = modifier or ""
    if plain in search.kind.references and modifier == "identifier":
        return _chain(search, plain, "identifier", "", text)
    if isinstance(parameter, ReferenceParameter) and modifier == parameter.target:
        modifier, text = "", text if "/" in text else f"{parameter.target}/{text}"
    if modifier and modifier not in parameter.modifiers:
        raise parameter_error(plain, "the parameter has no such modifier")
    _check(search, plain, modifier, text)
    return lambda source: _own(search, source, plain, modifier, text)


def _check(search: SearchRequest, plain: str, modifier: str, text: str) -> None:
    """Refuse a bad value now, also where no source would be asked."""
    for source in search.kind.sources:
        _own(search, source, plain, modifier, text)


def _own(search: SearchRequest, source: ResourceSource, plain: str, modifier: str, text: str) -> Q:
    """Any of the values, with ``:not`` none; nothing of a source without the parameter."""
    parameter = source.every_parameter.get(plain)
    if modifier == "missing":
        if text not in ("true", "false"):
            raise parameter_error(plain, ":missing is true or false")
        absent = parameter.absent() if parameter else EVERYTHING
        return absent if text == "true" else ~absent
    texts = split_escaped(text, ",")
    if len(texts) > MOST_VALUES:
        raise parameter_error(plain, f"at most {MOST_VALUES} values")
    if parameter is None:
        return NOTHING
    found = _any(_one(search, parameter, plain, modifier, one) for one in texts)
    if modifier != "not":
        return found
    return ~found if found else NOTHING


def _one(
    search: SearchRequest, parameter: SearchParameter, plain: str, modifier: str, text: str
) -> Q:
    if isinstance(parameter, ReferenceParameter):
        return parameter.to_key(plain, text, search.base)
    return parameter.condition(plain, modifier, text)


def _any(conditions: Iterable[Q]) -> Q:
    """One that is always true makes all of them so."""
    found = NOTHING
    for condition in conditions:
        if not condition:
            return Q()
        found = condition if found is NOTHING else found | condition
    return found


def _chain(
    search: SearchRequest, plain: str, chained: str, modifier: str, text: str
) -> RowCondition:
    """Rows whose ``plain`` is one that this person may see, and that the rest fits."""
    reference = search.kind.references[plain]
    inner = SearchRequest(REGISTRY[reference.target], search.user, search.base)
    wanted = _condition(inner, f"{chained}:{modifier}" if modifier else chained, text)

    def condition(source: ResourceSource) -> Q:
        own = source.every_parameter.get(plain)
        if not isinstance(own, ReferenceParameter) or own.target != reference.target:
            return NOTHING
        return _any(
            own.to_any(each.rows(search.user).filter(wanted(each)).order_by().values(each.key))
            for each in inner.kind.sources
            if each.prefix == own.prefix
        )

    return condition


def _has(
    search: SearchRequest, text: str, other: str, reference: str, chained: str, modifier: str | None
) -> RowCondition:
    """Rows that something of the type ``other``, which this person may see, refers to."""
    kind = REGISTRY.get(other)
    link = kind.references.get(reference) if kind else None
    if kind is None or link is None or link.target != search.kind.name:
        raise UnknownParameter
    inner = SearchRequest(kind, search.user, search.base)
    wanted = _condition(inner, f"{chained}:{modifier}" if modifier else chained, text)

    def condition(source: ResourceSource) -> Q:
        found = []
        for each in kind.sources:
            own = each.every_parameter.get(reference)
            if not isinstance(own, ReferenceParameter) or own.target != search.kind.name:
                continue
            if own.prefix != source.prefix:
                continue
            if (fits := wanted(each)) is not NOTHING:
                rows = own.targets(each.rows(search.user).filter(fits))
                found.append(Q(**{f"{source.key}__in": rows}))
        return _any(found)

    return condition


def _count(search: SearchRequest, text: str) -> None:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise parameter_error("_count", "a count is a whole number")
    search.count = min(int(text), MOST_COUNT)
    if search.count == 0:
        search.summary = "count"


def _sort(search: SearchRequest, text: str) -> None:
    """The last ``_sort`` counts; ``_id`` can only be its last key."""
    search.sort, search.id_descending = [], False
    *others, last = text.split(",")
    for key in others if last.removeprefix("-") == "_id" else [*others, last]:
        name = key.removeprefix("-")
        declared = search.kind.parameters.get(name)
        known = [one for one, _ in search.sort]
        if declared is None or not declared.sort or name in known:
            sortable = [n for n, p in search.kind.parameters.items() if p.sort]
            sentence = f"sorts by each of these once: {', '.join(sortable)}; at last by _id"
            raise parameter_error("_sort", sentence)
        search.sort.append((name, key.startswith("-")))
    search.id_descending = last == "-_id"


def _include(search: SearchRequest, text: str, *, iterate: bool = False) -> None:
    kind, _, rest = text.partition(":")
    name, _, target = rest.partition(":")
    declared = REGISTRY.get(kind)
    if declared is None or not (iterate or declared is search.kind):
        raise UnknownParameter
    known = declared.references
    if rest == "*":
        search.includes += [Inclusion(kind, each, iterate=iterate) for each in known]
        return
    if name not in known or target not in ("", known[name].target):
        raise UnknownParameter
    search.includes.append(Inclusion(kind, name, iterate=iterate))


def _revinclude(search: SearchRequest, text: str, *, iterate: bool = False) -> None:
    kind, _, rest = text.partition(":")
    name, _, target = rest.partition(":")
    other = REGISTRY.get(kind)
    link = other.references.get(name) if other else None
    if link is None or not (iterate or link.target == search.kind.name):
        raise UnknownParameter
    if target not in ("", link.target):
        raise UnknownParameter
    search.includes.append(Inclusion(kind, name, reverse=True, iterate=iterate))


def _summary(search: SearchRequest, text: str) -> None:
    if text not in SUMMARIES:
        raise parameter_error("_summary", f"one of: {', '.join(SUMMARIES)}")
    search.summary = text


def _elements(search: SearchRequest, text: str) -> None:
    if not _ELEMENTS.fullmatch(text):
        raise parameter_error("_elements", "names of elements, separated by commas")
    search.elements += text.split(",")


def _total(search: SearchRequest, text: str) -> None:
    if text not in ("none", "estimate", "accurate"):
        raise parameter_error("_total", "one of: none, estimate, accurate")
    search.total = text != "none"


def _format(_: SearchRequest, text: str) -> None:
    if text not in ("json", "application/json", "application/fhir+json"):
        raise InvalidInput(ErrorCode.NOT_ACCEPTABLE, "only JSON", "http._format")


def _cursor(search: SearchRequest, text: str) -> None:
    search.cursor = text


CONTROLS: dict[str, Callable[[SearchRequest, str], None]] = {
    "_count": _count,
    "_sort": _sort,
    "_include": _include,
    "_include:iterate": partial(_include, iterate=True),
    "_revinclude": _revinclude,
    "_revinclude:iterate": partial(_revinclude, iterate=True),
    "_summary": _summary,
    "_elements": _elements,
    "_total": _total,
    "_format": _format,
    "_cursor": _cursor,
}
