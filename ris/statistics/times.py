"""Periods in the hospital's days, and what many durations come to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

LONGEST_DAYS = 366
DEFAULT_DAYS = 30
FIRST_DAY = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in the hospital's zone, both ends with them."""

    since: date
    until: date

    @property
    def span(self) -> tuple[datetime, datetime]:
        """The first instant, and the first one after it."""
        return _midnight(self.since), _midnight(self.until + timedelta(days=1))

    @property
    def days(self) -> list[date]:
        count = (self.until - self.since).days + 1
        return [self.since + timedelta(days=number) for number in range(count)]


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(frozen=True, slots=True)
class Spread:
    """Of ``count`` durations: median and 90th percentile in minutes; None of none."""

    count: int
    median_minutes: float | None
    p90_minutes: float | None


def spread(durations: Iterable[timedelta]) -> Spread:
    """A duration below 0 is of images that came again later, and says nothing."""
    minutes = sorted(each.total_seconds() / 60 for each in durations if each >= timedelta())
    return Spread(len(minutes), percentile(minutes, 50), percentile(minutes, 90))


def percentile(ordered: Sequence[float], percent: int) -> float | None:
    """By nearest rank: the smallest value that so many percent of them do not exceed."""
    if not ordered:
        return None
    return round(ordered[-(-percent * len(ordered) // 100) - 1], 1)
