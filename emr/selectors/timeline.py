"""One line of everything that happened to a patient, newest first.

Each app adds its kinds with ``timeline_source``. A page costs the same few queries for each kind
that is asked for, however much there is. A cursor names the last entry of a page: its time, kind
and number.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from common.errors import ErrorCode, InvalidInput
from common.person import Person
from emr.models import (
    Allergy,
    ClinicalRow,
    Encounter,
    Note,
    Patient,
    Prescription,
    Problem,
    Vitals,
)
from rbac.permissions import Permission

LONGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """``type``, the name of the kind, and ``id`` together name the row.

    ``ref``: what its page is named by; ``whole_day``: only the day is known.
    """

    type: str
    at: datetime
    id: int
    title: str
    detail: str
    ref: str
    whole_day: bool

    @property
    def place(self) -> tuple[datetime, str, int]:
        return self.at, self.type, self.id


@dataclass(frozen=True, slots=True)
class Source:
    """``rows``: those that the person sees of the patient; ``at``: the column of their time.

    ``day``: that is the beginning of a day. ``ref``: the field that names a row's page.
    """

    rows: Callable[[Person, Patient], QuerySet[Any]]
    at: str
    described: Callable[[Any], tuple[str, str]]
    day: bool
    ref: str


sources: dict[str, Source] = {}


def timeline_source(
    kind: str,
    *,
    at: str,
    described: Callable[[Any], tuple[str, str]],
    day: bool = False,
    ref: str = "pk",
) -> Callable[[Callable[[Person, Patient], QuerySet[Any]]], Any]:
    """Add a kind of entries; ``described``: title and detail of a row.

    ``day``: ``at`` is a date, of which rows without one are no entries.
    """

    def register(rows: Callable[[Person, Patient], QuerySet[Any]]) -> Any:
        sources[kind] = Source(rows, at, described, day, ref)
        return rows

    return register


def patient_timeline(
    user: Person,
    patient: Patient,
    *,
    kinds: Collection[str] = (),
    begin: datetime | None = None,
    end: datetime | None = None,
    cursor: str = "",
    length: int = LONGEST_PAGE,
) -> tuple[list[Entry], str | None]:
    """A page of entries from ``begin`` to before ``end``, and the cursor of the next page.

    Raises InvalidInput for an unknown kind or cursor.
    """
    if unknown := set(kinds) - sources.keys():
        raise InvalidInput(ErrorCode.VALIDATION, f"no such kind: {sorted(unknown)[0]:.20}", "kind")
    after = _cursor_read(cursor) if cursor else None
    found: list[Entry] = []
    for kind in kinds or sources:
        found += _entries(sources[kind], kind, user, patient, (begin, end), after, length + 1)
    page = sorted(found, key=lambda entry: entry.place, reverse=True)
    more = len(page) > length
    page = page[:length]
    return page, _cursor(page[-1]) if more else None


def _entries(
    source: Source,
    kind: str,
    user: Person,
    patient: Patient,
    between: tuple[datetime | None, datetime | None],
    after: tuple[datetime, str, int] | None,
    length: int,
) -> list[Entry]:
    begin, end = between
    rows, at = source.rows(user, patient), source.at
    if source.day:
        rows = rows.exclude(**{at: None}).annotate(day_begins=_day_begins(at))
        at = "day_begins"
    if begin:
        rows = rows.filter(**{f"{at}__gte": begin})
    if end:
        rows = rows.filter(**{f"{at}__lt": end})
    if after:
        rows = rows.filter(_older(at, kind, after))
    return [
        Entry(
            kind,
            getattr(row, at),
            row.pk,
            *source.described(row),
            ref=str(getattr(row, source.ref)),
            whole_day=source.day,
        )
        for row in rows.order_by(f"-{at}", "-pk")[:length]
    ]


def _day_begins(column: str) -> ExpressionWrapper[Any]:
    """The midnight with which a day begins in the hospital, as a time of the database (UTC)."""
    offset = timezone.localtime().utcoffset() or timedelta()
    midnight = Cast(F(column), DateTimeField())
    return ExpressionWrapper(midnight - Value(offset), output_field=DateTimeField())


def _older(column: str, kind: str, after: tuple[datetime, str, int]) -> Q:
    at, last_kind, pk = after
    older = Q(**{f"{column}__lt": at})
    if kind < last_kind:
        return older | Q(**{column: at})
    return older | Q(**{column: at, "pk__lt": pk}) if kind == last_kind else older


def _cursor(entry: Entry) -> str:
    return f"{entry.at.isoformat()}~{entry.type}~{entry.id}"


def _cursor_read(text: str) -> tuple[datetime, str, int]:
    try:
        at, kind, pk = text.split("~")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None or kind not in sources or not 0 <= int(pk) < 2**63:
            raise ValueError
        return moment, kind, int(pk)
    except (ValueError, OverflowError):
        raise InvalidInput(ErrorCode.VALIDATION, "not a cursor of this list", "cursor") from None


def _charted(
    model: type[ClinicalRow], kind: str, described: Callable[[Any], tuple[str, str]]
) -> None:
    read = Permission.VIEW_PRESCRIPTION if model is Prescription else Permission.VIEW_ENCOUNTER

    def rows(user: Person, patient: Patient) -> QuerySet[Any]:
        found: QuerySet[Any] = model.objects.visible_to(user, read).filter(patient=patient)
        return found

    timeline_source(kind, at=model.at_field, described=described)(rows)


def _vitals_detail(row: Vitals) -> str:
    shown = (*Vitals.MEASURES, "consciousness", "supplemental_oxygen")
    taken = ((name, getattr(row, name)) for name in shown)
    return ", ".join(f"{name} {value}" for name, value in taken if value not in (None, ""))


def _dosage(row: Prescription) -> str:
    return ", ".join(part for part in (row.dose, row.frequency) if part)


_charted(Encounter, "encounter", lambda row: (row.reason, row.kind))
_charted(Prescription, "prescription", lambda row: (row.drug, _dosage(row)))
_charted(Vitals, "vitals", lambda row: ("", _vitals_detail(row)))
_charted(Allergy, "allergy", lambda row: (row.substance, row.reaction))
_charted(Problem, "problem", lambda row: (row.text, f"{row.code_system} {row.code}".strip()))
_charted(Note, "note", lambda row: (row.title, ""))
