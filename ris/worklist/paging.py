"""Pages of the worklist of a million studies: by key and not by number, read from indexes alone.

Every way of sorting has an index that begins with the state, so one query is made for each state
that is asked for, and what they give is merged. Filters that leave few rows are looked up by
indexes of their own; filters that leave many find a page soon while reading in the order.
"""

from __future__ import annotations

import heapq
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hmac import compare_digest
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from common.errors import ErrorCode, InvalidInput
from common.macs import authenticator
from common.person import Person
from pacs.choices import PRIORITY_RANKS
from pacs.index.study_search import studies_few, studies_named
from ris.choices import ReadingPlace
from ris.models import WorklistEntry
from ris.reading.services import NEEDED

FEW = 1000
DEFAULT_ORDER = "target"
BY_STATE = "reading_state"
ORDERS: dict[str, tuple[str, ...]] = {
    DEFAULT_ORDER: ("later", "due_at"),
    BY_STATE: ("later", "due_at"),
    "waiting_minutes": ("waiting_since",),
    "patient": ("patient_name",),
    "study_date": ("study_date",),
    "modality": ("modality", "due_at"),
    "priority": ("priority", "due_at"),
    "locked_by": ("reader_name", "due_at"),
    "ai": ("ai", "due_at"),
    "report": ("report", "due_at"),
}
"""By the name of an answer's field, the columns; the study's id decides between equals."""
UPSIDE_DOWN = frozenset({"waiting_minutes"})
"""The later something arrived the shorter it waits."""
KEPT_OUT = frozenset({"patient_name", "reader_name"})
"""Names do not go into addresses: a cursor looks them up."""

_mac = authenticator("worklist cursor")

Key = tuple[Any, ...]
"""The values of an order's columns, then the study's id."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader wants to see. ``assigned``: a user's id, 0 for nobody's; None: whatever.

    ``ordering``: a name of ORDERS, with - before it in reverse.
    """

    states: tuple[int, ...] = (0, 1, 2)
    priority: int | None = None
    modality: str | None = None
    assigned: int | None = None
    reader: int | None = None
    search: str = ""
    ordering: str = DEFAULT_ORDER
    free_for: int | None = None

    @property
    def order(self) -> str:
        return self.ordering.removeprefix("-")

    @property
    def descending(self) -> bool:
        return self.ordering.startswith("-") != (self.order in UPSIDE_DOWN)

    @property
    def columns(self) -> tuple[str, ...]:
        return ORDERS[self.order]

    @property
    def varying(self) -> list[str]:
        """The columns in which the rows that are asked for differ."""
        return [name for name in self.columns if name not in self.equal()]

    def equal(self) -> dict[str, Any]:
        """The filters that compare a column of the indexes with a value."""
        wanted: dict[str, Any] = {"priority": self.priority, "modality": self.modality}
        wanted |= {"assignee": self.assigned or None, "reader": self.reader}
        return {name: value for name, value in wanted.items() if value is not None}

    def other(self) -> Q:
        """The filters that no index begins with."""
        rest = Q(assignee=None) if self.assigned == 0 else Q()
        if self.free_for is not None:
            rest &= Q(assignee=None) | Q(assignee=self.free_for)
        return rest


@dataclass(frozen=True, slots=True)
class Page:
    """Ids of studies in their order; ``cursor`` continues behind the last, None at the end."""

    ids: list[int] = field(default_factory=list)
    cursor: str | None = None


def worklist_page(user: Person, asked: Asked, size: int, cursor: str = "") -> Page:
    """Raises InvalidInput (a cursor of another order)."""
    after = _opened(asked, cursor) if cursor else None
    entries = WorklistEntry.objects.visible_to(user, NEEDED)
    few = studies_few(asked.search) if asked.search else None
    lists = [
        _sorted(_of_state(entries, asked, state), asked, few, _after(asked, after, state), size)
        for state in _states(asked, after)
    ]
    if asked.order == BY_STATE:
        rows = [row for rows in lists for row in rows]
    else:
        rows = list(heapq.merge(*lists, reverse=asked.descending))
    ids = [row[-2] for row in rows[:size]]
    more = len(rows) > size
    return Page(ids, _cursor(asked, rows[size - 1]) if more else None)


def _states(asked: Asked, after: tuple[int, Key] | None) -> list[int]:
    states = sorted(asked.states, reverse=asked.descending)
    if asked.order != BY_STATE or after is None:
        return states
    return states[states.index(after[0]) :] if after[0] in states else []


def _after(asked: Asked, after: tuple[int, Key] | None, state: int) -> Key | None:
    """Behind which row those of a state are wanted; None: all of them."""
    if after is None or (asked.order == BY_STATE and state != after[0]):
        return None
    return after[1]


def _of_state(entries: QuerySet[Any], asked: Asked, state: int) -> QuerySet[Any]:
    rows = entries.filter(asked.other(), state=state)
    if asked.priority is not None and "later" in asked.columns:
        rows = rows.filter(later=int(asked.priority != PRIORITY_RANKS["stat"]))
    return rows


def _sorted(
    entries: QuerySet[Any], asked: Asked, few: set[int] | None, after: Key | None, size: int
) -> list[Key]:
    """At most one row more than a page: the key, then the state."""
    columns = (*asked.columns, "pk", "state")
    found = _looked_up(entries, asked, few, columns)
    if found is not None:
        found.sort(reverse=asked.descending)
        return [row for row in found if after is None or _behind(row, after, asked)][: size + 1]
    rows = entries.filter(_beyond(asked, after)) if after else entries
    for name, value in asked.equal().items():
        if name in asked.columns:  # the same in all rows, so not sorted by
            rows = rows.filter(**{name: value})
        else:  # as an expression, which no other index can be chosen for
            rows = rows.alias(**{f"of_{name}": Coalesce(F(name), F(name))})
            rows = rows.filter(**{f"of_{name}": value})
    if asked.search:
        rows = rows.filter(studies_named(asked.search, of="study__"))
    signs = [f"{'-' if asked.descending else ''}{name}" for name in (*asked.varying, "pk")]
    return list(rows.order_by(*signs).values_list(*columns)[: size + 1])


def _looked_up(
    entries: QuerySet[Any], asked: Asked, few: set[int] | None, columns: Sequence[str]
) -> list[Key] | None:
    """All rows that the filters leave, in no order; None if these are not few."""
    if few is not None:
        return list(entries.filter(pk__in=few, **asked.equal()).order_by().values_list(*columns))
    if asked.search or not asked.equal():
        return None
    rows = entries.filter(**asked.equal()).order_by().values_list(*columns)[: FEW + 1]
    found = list(rows)
    return found if len(found) <= FEW else None


def _behind(row: Key, after: Key, asked: Asked) -> bool:
    return row[:-1] < after if asked.descending else row[:-1] > after


def _beyond(asked: Asked, after: Key) -> Q:
    """Rows behind a key, as ranges of an index: a greater column, or an equal one and so on."""
    compare = "lt" if asked.descending else "gt"
    beyond, equal = Q(), Q()
    values = dict(zip((*asked.columns, "pk"), after, strict=True))
    for name in (*asked.varying, "pk"):
        value = values[name]
        beyond |= equal & Q(**{f"{name}__{compare}": value})
        equal &= Q(**{name: value})
    return beyond


def _cursor(asked: Asked, row: Key) -> str:
    values = dict(zip(asked.columns, row[:-2], strict=True))
    kept = [None if name in KEPT_OUT else _text(value) for name, value in values.items()]
    text = json.dumps([asked.ordering, row[-1], row[-2], *kept])
    encoded = urlsafe_b64encode(text.encode()).decode().rstrip("=")
    return f"{encoded}.{_mac(encoded.encode())}"


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _opened(asked: Asked, cursor: str) -> tuple[int, Key]:
    """The state and the key of the row that a page ended with; only of a cursor that we made.

    Raises InvalidInput.
    """
    encoded, _, proof = cursor.partition(".")
    try:
        if not compare_digest(proof.encode(), _mac(encoded.encode()).encode()):
            raise ValueError("not ours")
        padded = encoded.encode() + b"=" * (-len(encoded) % 4)
        ordering, state, study, *kept = json.loads(urlsafe_b64decode(padded))
        if ordering != asked.ordering or len(kept) != len(asked.columns):
            raise ValueError("of another order")
        row = WorklistEntry.objects.filter(pk=int(study)).values(*asked.columns).first()
        key = [
            row[name] if row and name in KEPT_OUT else _parsed(name, value)
            for name, value in zip(asked.columns, kept, strict=True)
        ]
        return int(state), (*key, int(study))
    except ValueError:
        raise InvalidInput(ErrorCode.VALIDATION, "not a cursor of this list", "cursor") from None


def _parsed(name: str, value: Any) -> Any:
    column: Any = WorklistEntry._meta.get_field(name)
    if value is None:
        raise ValueError("the row has gone")
    return column.to_python(value) if isinstance(value, str | int) else value


def state_ranks(names: Sequence[str]) -> tuple[int, ...]:
    """Of the names of ReadingPlace; all of them for none."""
    return tuple(map(ReadingPlace.values.index, names)) or (0, 1, 2)
