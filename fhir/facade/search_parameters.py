"""The kinds of search parameters, as conditions on rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Q

from fhir.facade import search_values
from fhir.facade.search_values import parameter_error

NOTHING = Q(pk__in=[])


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
    """Begins with the value, of whatever case; ``:exact`` and ``:contains``."""

    type = "string"
    modifiers = ("missing", "exact", "contains")

    def condition(self, name: str, modifier: str, text: str) -> Q:
        wanted = search_values.unescaped(text)
        if not wanted:
            raise parameter_error(name, "a string is not empty")
        how = {"exact": "exact", "contains": "icontains"}.get(modifier, "istartswith")
        found = Q(**{f"{self.field}__{how}": wanted})
        if modifier or how != "istartswith":
            return found
        return found | Q(**{f"{self.field}__icontains": f" {wanted}"})

    def absent(self) -> Q:
        return Q(**{self.field: ""})


@dataclass(frozen=True, kw_only=True)
class TokenParameter(SearchParameter):
    """``codes``: FHIR's code → values of the column; without it the column has FHIR's code.

    ``system``: of all codes; ``systems``: by URI the values of ``system_field``. ``prefix``: what
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
            if system in self.systems:
                return Q(**{self.system_field: self.systems[system]})
            return NOTHING
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
class QuantityParameter(SearchParameter):
    """A quantity in ``unit`` (UCUM), or in that of ``unit_field``."""

    type = "quantity"
    unit: str = ""
    unit_field: str = ""

    def condition(self, name: str, modifier: str, text: str) -> Q:
        parts = [search_values.unescaped(part) for part in search_values.split_escaped(text, "|")]
        if len(parts) not in (1, 3):
            raise parameter_error(name, "a quantity is number or number|system|code")
        wanted = search_values.number(name, parts[0])
        low, high = wanted.number - wanted.half, wanted.number + wanted.half
        at = self.field
        found = {
            "ne": Q(**{f"{at}__lt": low}) | Q(**{f"{at}__gte": high}),
            "gt": Q(**{f"{at}__gt": wanted.number}),
            "sa": Q(**{f"{at}__gte": high}),
            "lt": Q(**{f"{at}__lt": wanted.number}),
            "eb": Q(**{f"{at}__lt": low}),
            "ge": Q(**{f"{at}__gte": wanted.number}),
            "le": Q(**{f"{at}__lte": wanted.number}),
        }.get(wanted.prefix, Q(**{f"{at}__gte": low, f"{at}__lt": high}))
        return found & self._in_unit(parts[2]) if len(parts) == 3 else found

    def _in_unit(self, code: str) -> Q:
        if self.unit_field:
            return Q(**{self.unit_field: code})
        return Q() if code == self.unit else NOTHING


@dataclass(frozen=True, kw_only=True)
class ReferenceParameter(SearchParameter):
    """``field`` is a foreign key to the rows of ``target``."""

    type = "reference"
    modifiers = ("missing", "identifier")
    target: str
    chained: bool = True

    def to_key(self, name: str, text: str, base: str) -> Q:
        wanted = search_values.reference(name, text, base)
        if wanted is None or wanted.type not in ("", self.target):
            return NOTHING
        key = search_values.primary_key(wanted.id)
        return NOTHING if key is None else Q(**{self.field: key})
