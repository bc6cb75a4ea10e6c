"""Reads the file of signed heads and finds where it was cut, edited or left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from audit.choices import SENTENCES, BreakKind
from audit.services import heads
from audit.services.heads import Head

Moved = Callable[[int], None]
CHUNK = 500
"""Progress is told after as many steps."""


@dataclass(frozen=True, slots=True)
class Break:
    """``place``: a record, a seal, a head or a cursor, as ``kind`` says."""

    kind: BreakKind
    place: str

    def __str__(self) -> str:
        return SENTENCES[self.kind].format(place=self.place)


class Mark(NamedTuple):
    """What a genuine head says of the tables."""

    number: int
    seq: int
    digest: str
    log_id: int
    time: datetime

    def says_as(self, other: Mark) -> bool:
        return (self.seq, self.digest, self.log_id) == (other.seq, other.digest, other.log_id)


class HeadFile:
    """``breaks()`` reads it; then ``marks`` are what the tables must hold since the last restart.

    Of heads that say the same one after the other, the first and the last are kept.
    """

    def __init__(self, moved: Moved) -> None:
        self._moved = moved
        self.marks: list[Mark] = []
        self.restarts: list[str] = []
        self.last: Head | None = None
        self.begin = 0
        """The number of the head that began anew."""

    def breaks(self) -> Iterator[Break]:
        known, digest = heads.last_known()
        former: Head | None = None
        for line in heads.lines():
            head = _read(line, former)
            if isinstance(head, Break):
                yield head
            elif head:
                yield from self._broken_link(head, former)
                if head.number == known and heads.digest_of(line) != digest:
                    yield Break(BreakKind.HEAD_FORGED, str(head.number))
                yield from self._take(head)
                former = head
                if head.number % CHUNK == 0:
                    self._moved(head.number)
        last = former.number if former else 0
        if last < known:
            yield Break(BreakKind.HEAD_MISSING, str(known))
        elif last > heads.last_known()[0] + 1:  # the newest may not be in the table yet
            yield Break(BreakKind.TABLES_BEHIND, str(last))

    def _broken_link(self, head: Head, former: Head | None) -> Iterator[Break]:
        number = former.number if former else 0
        previous = heads.digest_of(former.line()) if former else ""
        is_new_file = head.restarted and former is None
        follows = head.number > number if head.restarted else head.number == number + 1
        if not follows or not (is_new_file or head.previous == previous):
            yield Break(BreakKind.HEAD_MISSING, str(min(number + 1, head.number)))

    def _take(self, head: Head) -> Iterator[Break]:
        mark = Mark(head.number, head.seq, head.digest, head.log_id, head.time)
        if head.restarted:
            self.restarts.append(head.at)
            self.begin = head.number
            self.marks = []
        elif self.marks and (mark.seq < self.marks[-1].seq or mark.log_id < self.marks[-1].log_id):
            yield Break(BreakKind.TABLES_BEHIND, str(self.marks[-1].number))
            return
        if len(self.marks) > 1 and all(mark.says_as(other) for other in self.marks[-2:]):
            self.marks.pop()
        self.marks.append(mark)
        self.last = head


def _read(line: str, former: Head | None) -> Head | Break | None:
    """The head, if we signed it; None for a torn line: the numbers tell whether one is missing."""
    try:
        head = heads.read(line)
    except heads.Torn:
        return None
    except heads.Unreadable:
        return Break(BreakKind.HEAD_FORGED, str(former.number + 1 if former else 1))
    return head if head.is_genuine() else Break(BreakKind.HEAD_FORGED, str(head.number))
