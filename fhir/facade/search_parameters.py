"""The kinds of search parameters, as conditions on rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Q, QuerySet

from fhir.facade import search_values
from fhir.facade.search_values import parameter_error
from fhir.services.resources.elements import UCUM

NOTHING = Q(pk__in=[])
EVERYTHING = ~NOTHING


@dataclass(frozen=True, kw_only=True)
class SearchParameter:
    """``field``: where the rows have it; ``sort``: whether ``_sort`` may name it."""

    type: ClassVar[str]
    modifiers: ClassVar[tuple[str, ...]] = ("missing",)
    field: str = ""
    sort: bool = False

    def condition(self, name: str, modifier: str, text: str) -> Q:
        """Rows with this one value, also for ``:not``. Raises InvalidInput."""
        raise NotImplementedError

    def absent(self) -> Q:
        """Rows that have no value."""
        return Q(**{f"{self.field}__isnull": True})


@dataclass(frozen=True, kw_only=True)
class StringParameter(SearchParameter):
    """A word begins with the value, in whatever case; ``:contains`` it; is ``:exact``, case too."""

    type = "string"
    modifiers = ("missing", "exact", "contains")

    def condition(self, name: str, modifier: str, text: str) -> Q:
        wanted = search_values.unescaped(text)
        if not wanted:
            raise parameter_error(name, "a string is not empty")
        if modifier == "exact":  # the collation knows no case, its LIKE BINARY does
            return Q(**{self.field: wanted, f"{self.field}__contains": wanted})
        how = "icontains" if modifier == "contains" else "istartswith"
        found = Q(**{f"{self.field}__{how}": wanted})
        if modifier:
            return found
        return found | Q(**{f"{self.field}__icontains": f" {wanted}"})

    def absent(self) -> Q:
        return Q(**{self.field: ""})


@dataclass(frozen=True, kw_only=True)
class TokenParameter(SearchParameter):
    """``codes``: FHIR's code → values of the column; without it the column has FHIR's code.

    ``system``: of all codes; ``systems``: by URI the values of ``system_field``, without it the
    column has the URI. ``prefix``: what
    the code has before the column's value.
    """

    type = "token"
    modifiers: ClassVar[tuple[str, ...]] = ("missing", "not")
    codes: Mapping[str, Sequence[Any]] | None = None
    system: str | None = None
    systems: Mapping[str, str] = field(default_factory=dict)
    system_field: str = ""
    prefix: str = ""
    number: bool = False

    def condition(self, name: str, modifier: str, text: str) -> Q:
        wanted = search_values.token(name, text)
        return self._in_system(wanted.system) & self._coded(wanted.code)

    def _in_system(self, system: str | None) -> Q:
        if system is None:
            return Q()
        if self.system_field:
            named = self.systems.get(system) if self.systems else system
            return NOTHING if named is None else Q(**{self.system_field: named})
        return Q() if system == (self.system or "") else NOTHING

    def _coded(self, code: str) -> Q:
        if not code:
            return Q()
        if not code.startswith(self.prefix):
            return NOTHING
        code = code.removeprefix(self.prefix)
        if self.codes is not None:
            return Q(**{f"{self.field}__in": self.codes[code]}) if code in self.codes else NOTHING
        if self.number and search_values.primary_key(code) is None:
            return NOTHING
        return Q(**{self.field: code})

    def absent(self) -> Q:
        missing = Q(**{f"{self.field}__isnull": True})
        return missing if self.number else missing | Q(**{self.field: ""})


@dataclass(frozen=True, kw_only=True)
class FixedTokenParameter(SearchParameter):
    """Every resource of the source has these codes: (system, code)."""

    type = "token"
    modifiers = ("missing", "not")
    given: tuple[tuple[str, str], ...]

    def condition(self, name: str, modifier: str, text: str) -> Q:
        wanted = search_values.token(name, text)
        has = any(
            wanted.system in (None, system) and wanted.code in ("", code)
            for system, code in self.given
        )
        return Q() if has else NOTHING

    def absent(self) -> Q:
        return NOTHING


@dataclass(frozen=True, kw_only=True)
class ElementTokenParameter(TokenParameter):
    """Of resources without a table, which are compared one by one."""

    modifiers = ()


@dataclass(frozen=True, kw_only=True)
class DateParameter(SearchParameter):
    """A date or time; ``day``: the column has no time."""

    type = "date"
    day: bool = False

    def condition(self, name: str, modifier: str, text: str) -> Q:
        wanted = search_values.date_range(name, text)
        low, high = wanted.low, wanted.high
        if wanted.prefix == "ap":
            low, high = low - timedelta(days=1), high + timedelta(days=1)
        first: Any = low
        end: Any = high
        if self.day:
            first = search_values.local_day(low)
            end = search_values.local_day(high - timedelta(microseconds=1)) + timedelta(days=1)
        before, after = Q(**{f"{self.field}__lt": first}), Q(**{f"{self.field}__gte": end})
        present = Q(**{f"{self.field}__isnull": False})
        return {
            "ne": (before | after) & present,
            "gt": after,
            "sa": after,
            "lt": before,
            "eb": before,
            "ge": Q(**{f"{self.field}__gte": first}),
            "le": Q(**{f"{self.field}__lt": end}),
        }.get(wanted.prefix, Q(**{f"{self.field}__gte": first, f"{self.field}__lt": end}))


@dataclass(frozen=True, kw_only=True)
class NumberParameter(SearchParameter):
    type = "number"

    def condition(self, name: str, modifier: str, text: str) -> Q:
        wanted = search_values.number(name, text)
        low, high = wanted.number - wanted.half, wanted.number + wanted.half
        at = self.field
        return {
            "ne": Q(**{f"{at}__lt": low}) | Q(**{f"{at}__gte": high}),
            "gt": Q(**{f"{at}__gt": wanted.number}),
            "sa": Q(**{f"{at}__gte": high}),
            "lt": Q(**{f"{at}__lt": wanted.number}),
            "eb": Q(**{f"{at}__lt": low}),
            "ge": Q(**{f"{at}__gte": wanted.number}),
            "le": Q(**{f"{at}__lte": wanted.number}),
        }.get(wanted.prefix, Q(**{f"{at}__gte": low, f"{at}__lt": high}))


@dataclass(frozen=True, kw_only=True)
class QuantityParameter(NumberParameter):
    """A quantity in ``unit`` (UCUM), or in that of ``unit_field``."""

    type = "quantity"
    unit: str = ""
    unit_field: str = ""

    def condition(self, name: str, modifier: str, text: str) -> Q:
        parts = [search_values.unescaped(part) for part in search_values.split_escaped(text, "|")]
        if len(parts) not in (1, 3):
            raise parameter_error(name, "a quantity is number or number|system|code")
        found = super().condition(name, modifier, parts[0])
        return found & self._in_unit(*parts[1:]) if len(parts) == 3 else found

    def _in_unit(self, system: str, code: str) -> Q:
        if system not in ("", UCUM):
            return NOTHING
        if self.unit_field:
            return Q(**{self.unit_field: code})
        return Q() if code == self.unit else NOTHING


@dataclass(frozen=True, kw_only=True)
class ReferenceParameter(SearchParameter):
    """``field`` leads to the rows of ``target`` whose source has ``prefix``.

    ``chained``: whether rows of the target can be searched and included by it.
    """

    type = "reference"
    modifiers = ("missing", "identifier")
    target: str
    prefix: str = ""
    chained: bool = True

    def to_key(self, name: str, text: str, base: str) -> Q:
        """Rows that refer to this one. Raises InvalidInput."""
        wanted = search_values.reference(name, text, base)
        if wanted is None or wanted.type not in ("", self.target):
            return NOTHING
        return self.to_id(wanted.id)

    def to_id(self, key: str) -> Q:
        number = search_values.primary_key(key.removeprefix(self.prefix))
        if not key.startswith(self.prefix) or number is None:
            return NOTHING
        return self.to_any([number])

    def to_any(self, keys: Any) -> Q:
        """Rows that refer to one of these: numbers, or a subquery of them."""
        return Q(**{f"{self.field}__in": keys})

    def keys(self, row: Any) -> Iterable[Any]:
        """To what a row refers."""
        value = row
        *steps, last = self.field.split("__")
        for step in steps:
            value = getattr(value, step, None)
        if value is None:
            return []
        return [getattr(value, f"{last}_id", None) or getattr(value, last, None)]

    def targets(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """To what any of the rows refers, as a subquery."""
        return rows.filter(**{f"{self.field}__isnull": False}).order_by().values(self.field)


@dataclass(frozen=True, kw_only=True)
class ManyReferenceParameter(ReferenceParameter):
    """A row may refer to several: ``links`` are the rows between, with ``near`` and ``far`` ends.

    ``field``: the accessor of the links of a row.
    """

    links: Callable[[], QuerySet[Any]]
    near: str
    far: str = "pk"

    def to_any(self, keys: Any) -> Q:
        linked = self.links().filter(**{f"{self.far}__in": keys}).order_by()
        return Q(pk__in=linked.values(self.near))

    def keys(self, row: Any) -> Iterable[Any]:
        return [getattr(link, self.far) for link in getattr(row, self.field).all()]

    def targets(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        own = rows.order_by().values("pk")
        return self.links().filter(**{f"{self.near}__in": own}).order_by().values(self.far)

    def absent(self) -> Q:
        return ~Q(pk__in=self.links().order_by().values(self.near))
