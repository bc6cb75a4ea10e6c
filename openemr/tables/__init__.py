"""One table of OpenEMR each: which column holds which of our values, and how it is written there.

A row is read and written by what its ``ClinicalTable`` declares; nothing else knows the columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from openemr import conventions as written

Values = Mapping[str, Any]
Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SharedField:
    """A value that both systems hold. ``write`` is given all values of ours."""

    name: str
    read: Callable[[Any], Any]
    write: Callable[[Values], Columns]


def column(
    name: str,
    stored: str,
    *,
    read: Callable[[Any], Any] = written.line,
    write: Callable[[Any], Any] = lambda value: value,
) -> SharedField:
    """A value that stands in one column of its own."""
    return SharedField(
        name, lambda row: read(getattr(row, stored)), lambda values: {stored: write(values[name])}
    )


@dataclass(frozen=True, slots=True)
class ClinicalTable:
    """``only``: what all rows of the kind have; ``form``: its directory and name in ``forms``.

    ``is_removed``: None where OpenEMR has no mark for it; ``removal``: the columns that make it so.
    ``computed``: columns that follow from the values; ``author``: a users.id or a username.
    """

    kind: str
    model: type[Model]
    fields: tuple[SharedField, ...]
    patient: str = "pid"
    number: str = "id"
    only: Columns = field(default_factory=dict)
    form: tuple[str, str] = ("", "")
    is_removed: Callable[[Any], bool | None] = lambda row: False
    removal: Columns = field(default_factory=dict)
    computed: Callable[[Values], Columns] = lambda values: {}
    author: str = "user"

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.fields]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    def read(self, row: Any) -> dict[str, Any]:
        return {one.name: one.read(row) for one in self.fields}

    def columns(self, values: Values, names: Iterable[str]) -> Columns:
        """What is written for these of the values."""
        wanted = set(names)
        parts = [one.write(values) for one in self.fields if one.name in wanted]
        return {name: value for part in parts for name, value in part.items()}

    def as_read_back(self, values: Values) -> dict[str, Any]:
        """The values as they come back once they are written: less can be written there."""
        return self.read(self.model(**self.columns(values, self.names)))
