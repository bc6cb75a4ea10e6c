"""What the work of radiology came to in a period. Counts and times, of no patient."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from ai.selectors.review_outcomes import review_outcomes
from common.person import Person
from lis.choices import CallOutcome
from rbac.permissions import Permission, Scope
from rbac.selectors import scope_for
from ris.choices import ReadingStatus, ReadingStep
from ris.models import CriticalReport, ReadingEvent, Report, WorklistEntry
from ris.statistics.dose_table import dose_table
from ris.statistics.times import Period, spread

Row = dict[str, Any]
AGES = (
    ("under_1_hour", timedelta(hours=1)),
    ("under_4_hours", timedelta(hours=4)),
    ("under_1_day", timedelta(days=1)),
    ("under_3_days", timedelta(days=3)),
    ("over_3_days", None),
)
"""How long a study has waited, each up to its limit."""


@dataclass(frozen=True, slots=True)
class StatisticsQuery:
    """``reader``: only that person's work; None: everybody's."""

    period: Period
    modality: str = ""
    reader: int | None = None


def reader_allowed(actor: Person, wanted: int | None) -> int | None:
    """Whose work the person may see: of whom was asked, or the own where that is all."""
    own = scope_for(actor, Permission.VIEW_STATISTICS) is not Scope.ALL
    return actor.pk if own else wanted


def statistics_of(asked: StatisticsQuery) -> dict[str, Any]:
    since, until = asked.period.span
    signed = _signed(asked)
    return {
        "since": asked.period.since,
        "until": asked.period.until,
        "reader": asked.reader,
        "turnaround": _turnaround(signed),
        "turnaround_by_day": _by_day(asked, signed),
        "volumes": _volumes(asked, signed),
        "unread": _unread(asked),
        "ai": review_outcomes(since, until, modality=asked.modality, reviewer=asked.reader),
        "critical_results": _critical_results(asked),
        "dose": dose_table(asked.period, asked.modality),
    }


def _signed(asked: StatisticsQuery) -> list[Row]:
    """The first editions signed in the period: an amendment is no turnaround."""
    opened = (
        ReadingEvent.objects.filter(study=OuterRef("study"), step=ReadingStep.LOCKED)
        .order_by("id")
        .values("at")[:1]
    )
    since, until = asked.period.span
    first = Report.objects.filter(signed_at__gte=since, signed_at__lt=until, edition=1)
    if asked.modality:
        first = first.filter(study__worklist_entry__modality=asked.modality)
    if asked.reader is not None:
        first = first.filter(signed_by=asked.reader)
    rows = first.order_by().values(
        "preliminary_at",
        "signed_at",
        reader=F("signed_by"),
        modality=F("study__worklist_entry__modality"),
        arrived_at=F("study__worklist_entry__waiting_since"),
        opened_at=Subquery(opened),
    )
    return [dict(row) for row in rows]


def _since_arrival(rows: Iterable[Row], name: str) -> list[timedelta]:
    return [
        row[name] - row["arrived_at"] for row in rows if row[name] and row["arrived_at"] is not None
    ]


def _turnaround(signed: list[Row]) -> list[Row]:
    """By modality and reader, the most first; from the arrival of the last image on."""
    groups: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in signed:
        groups[row["modality"] or "", row["reader"]].append(row)
    named = _names({reader for _, reader in groups})
    return [
        {
            "modality": modality,
            "reader": named.get(reader),
            "reports": len(rows),
            "opened": spread(_since_arrival(rows, "opened_at")),
            "preliminary": spread(_since_arrival(rows, "preliminary_at")),
            "signed": spread(_since_arrival(rows, "signed_at")),
        }
        for (modality, reader), rows in sorted(
            groups.items(), key=lambda group: (-len(group[1]), group[0])
        )
    ]


def _names(readers: Iterable[int]) -> dict[int, Any]:
    return get_user_model().objects.in_bulk(list(readers))


def _by_day(asked: StatisticsQuery, signed: list[Row]) -> list[Row]:
    days: dict[date, list[Row]] = defaultdict(list)
    for row in signed:
        days[timezone.localdate(row["signed_at"])].append(row)
    return [
        {"day": day, "signed": spread(_since_arrival(days[day], "signed_at"))}
        for day in asked.period.days
    ]


def _entries(asked: StatisticsQuery) -> QuerySet[WorklistEntry]:
    """Read along the index that begins with the state."""
    rows = WorklistEntry.objects.order_by()
    return rows.filter(modality=asked.modality) if asked.modality else rows


def _volumes(asked: StatisticsQuery, signed: list[Row]) -> list[Row]:
    """Studies that arrived, and reports signed, on each day; of one reader those of the own.

    Each arrival is put into its day here: a database need not know time zones.
    """
    since, until = asked.period.span
    arrived: Counter[date] = Counter()
    if asked.reader is None:
        rows = _entries(asked).filter(
            state__in=range(len(ReadingStatus.values)),
            waiting_since__gte=since,
            waiting_since__lt=until,
        )
        arrived.update(
            timezone.localdate(at) for at in rows.values_list("waiting_since", flat=True).iterator()
        )
    reports = Counter(timezone.localdate(row["signed_at"]) for row in signed)
    known = asked.reader is None
    return [
        {"day": day, "arrived": arrived[day] if known else None, "signed": reports[day]}
        for day in asked.period.days
    ]


def _unread(asked: StatisticsQuery) -> list[Row]:
    """Of the department whoever asks, now: nobody has read them."""
    now = timezone.now()
    counts: dict[str, Any] = {
        "studies": Count("pk"),
        "overdue": Count("pk", filter=Q(due_at__lt=now)),
        "oldest_at": Min("waiting_since"),
    }
    last: datetime | None = None
    for name, limit in AGES:
        waited = Q(waiting_since__lte=last) if last else Q()
        if limit is not None:
            last = now - limit
            waited &= Q(waiting_since__gt=last)
        counts[name] = Count("pk", filter=waited)
    waiting: Any = _entries(asked).filter(state=ReadingStatus.values.index(ReadingStatus.UNREAD))
    return list(waiting.values("modality").annotate(**counts).order_by("-studies", "modality"))


def _critical_results(asked: StatisticsQuery) -> list[Row]:
    """From the finding to the first call, and until somebody read it back, by category."""
    since, until = asked.period.span
    found = CriticalReport.objects.filter(at__gte=since, at__lt=until)
    if asked.modality:
        found = found.filter(report__study__worklist_entry__modality=asked.modality)
    if asked.reader is not None:
        found = found.filter(by=asked.reader)
    confirmed = Q(attempts__outcome=CallOutcome.CONFIRMED)
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in (
        found.order_by()
        .values("pk", "category", "at")
        .annotate(called=Min("attempts__at"), confirmed=Min("attempts__at", filter=confirmed))
    ):
        groups[row["category"]].append(dict(row))
    return [
        {
            "category": category,
            "found": len(rows),
            "open": sum(row["confirmed"] is None for row in rows),
            "told": spread(row["called"] - row["at"] for row in rows if row["called"]),
            "read_back": spread(row["confirmed"] - row["at"] for row in rows if row["confirmed"]),
        }
        for category, rows in sorted(groups.items())
    ]
