"""Compares records, seals, cursors and signed heads: whatever was bent shows as a break."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from redis.exceptions import ResponseError

from audit.choices import BreakKind
from audit.clients import NotReached
from audit.models import AuditCursor, AuditHead, AuditLog, AuditSeal
from audit.services import STREAM, buffer, chain, copies, key_rings, stream
from audit.services.chronology import Chronology, stream_id
from audit.services.head_file import CHUNK, Break, HeadFile, Mark, Moved
from audit.services.patient_records import misnamed


def unmoved(_: int) -> None:
    """For who does not follow the progress."""


def size() -> int:
    """The steps of a verification, about: seals, records without one, heads."""
    last = chain.last_seal()
    head = AuditHead.objects.filter(pk=1).first()
    unsealed = chain.unsealed(last.log_id if last else None).count()
    return (last.seq if last else 0) + unsealed + (head.number if head else 0)


class Verification:
    """One walk over everything. ``moved`` is told how many steps are done."""

    def __init__(self, moved: Moved = unmoved) -> None:
        self._moved = moved
        self._file = HeadFile(moved)
        self._count = 0
        self._misnamed: list[int] = []
        self.copies_compared: bool | None = None
        """Whether the object store was read; None if there is none."""

    @property
    def restarts(self) -> Sequence[str]:
        """When the heads were begun anew, after a restore."""
        return self._file.restarts

    def breaks(self) -> Iterator[Break]:
        cursors = dict(AuditCursor.objects.values_list("life", "last_id"))
        yield from self._file.breaks()
        last = self._file.last
        if last:
            self._moved(last.number)
        yield from self._differing_copies()
        times = Chronology(self._file.marks, len(cursors))
        yield from self._walk(times)
        yield from self._fallen_short()
        yield from _cursor_breaks(cursors, times)
        yield from _moved_back(last.cursors if last else {}, cursors)
        yield from _ahead_of_redis(cursors, self.restarts)

    def _differing_copies(self) -> Iterator[Break]:
        """A store that cannot be reached accuses nobody, and the result says so."""
        if settings.AUDIT_OBJECT_STORE:
            try:
                yield from copies.breaks(self._file.begin, self._moved)
                self.copies_compared = True
            except NotReached:
                self.copies_compared = False

    def _walk(self, times: Chronology) -> Iterator[Break]:
        yield from _sealed_breaks(self._counted_seals(), times, self._file.marks)
        for logs in _chunks_unsealed():
            self._misnamed += misnamed(logs)
            for log in logs:
                self._step()
                if not times.is_plausible(log, None):
                    yield Break(BreakKind.RECORD_BACKDATED, str(log.pk))
        for log_id in self._misnamed:
            yield Break(BreakKind.SHOWN_CHANGED, str(log_id))

    def _counted_seals(self) -> Iterator[AuditSeal]:
        for seals in _chunks_sealed():
            self._misnamed += misnamed([seal.log for seal in seals])
            for seal in seals:
                self._step()
                yield seal

    def _step(self) -> None:
        self._count += 1
        if self._count % CHUNK == 0:
            self._moved((self._file.last.number if self._file.last else 0) + self._count)

    def _fallen_short(self) -> Iterator[Break]:
        """The tables must hold what was signed: the seal, as many records, and as great an id."""
        last = self._file.last
        if last is None:
            return
        seal = chain.last_seal()
        greatest = AuditLog.objects.order_by("-pk").first()
        held = (seal.seq if seal else 0, self._count, greatest.pk if greatest else 0)
        signed = (last.seq, last.records, last.log_id)
        if any(has < said for has, said in zip(held, signed, strict=True)):
            yield Break(BreakKind.TABLES_BEHIND, str(last.number))


def _chunks_sealed() -> Iterator[list[AuditSeal]]:
    """All seals with their records in order, in chunks: the driver keeps results in memory."""
    last = 0
    ordered = AuditSeal.objects.select_related("log").order_by("seq")
    while chunk := list(ordered.filter(seq__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1].seq


def _chunks_unsealed() -> Iterator[list[AuditLog]]:
    last = -(2**63)
    while chunk := list(chain.unsealed(None).filter(id__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _sealed_breaks(
    seals: Iterator[AuditSeal], times: Chronology, marks: Sequence[Mark]
) -> Iterator[Break]:
    keys = _Keys(key_rings.hmac_keys())
    signed = {mark.seq: mark.digest for mark in marks}
    previous, expected = "", 1
    for seal in seals:
        if seal.seq != expected:
            yield Break(BreakKind.SEAL_MISSING, str(expected))
        elif (key := keys.of(seal)) is None:
            yield Break(BreakKind.KEY_UNKNOWN, str(seal.seq))
        elif not hmac.compare_digest(seal.digest, chain.digest(previous, seal.seq, seal.log, key)):
            yield Break(BreakKind.RECORD_CHANGED, str(seal.log_id))
        if signed.get(seal.seq, seal.digest) != seal.digest:
            yield Break(BreakKind.HEAD_CONTRADICTED, str(seal.seq))
        if not times.is_plausible(seal.log, seal.seq):
            yield Break(BreakKind.RECORD_BACKDATED, str(seal.log_id))
        previous, expected = seal.digest, seal.seq + 1


class _Keys:
    """An older key seals nothing once a newer one did."""

    def __init__(self, ring: Mapping[str, str]) -> None:
        self._ring = ring
        self._ages = {key_id: age for age, key_id in enumerate(ring)}
        self._youngest = len(ring)

    def of(self, seal: AuditSeal) -> str | None:
        age = self._ages.get(seal.key_id)
        if age is None or age > self._youngest:
            return None
        self._youngest = age
        return self._ring[seal.key_id]


def _cursor_breaks(cursors: Mapping[str, str], times: Chronology) -> Iterator[Break]:
    """Each names an entry that was stored, so none is beyond the newest entry in a record."""
    for life, last_id in cursors.items():
        entry = stream_id(last_id)
        if entry is None or entry > times.newest_entry:
            yield Break(BreakKind.CURSOR_AHEAD, life)


def _moved_back(signed: Mapping[str, str], cursors: Mapping[str, str]) -> Iterator[Break]:
    for life, last_id in signed.items():
        now = stream_id(cursors.get(life, "0-0"))
        before = stream_id(last_id)
        if now and before and now < before:
            yield Break(BreakKind.CURSOR_BACK, life)


def _ahead_of_redis(cursors: Mapping[str, str], restarts: Sequence[str]) -> Iterator[Break]:
    """Redis gave no greater id than its last one. A restored stream may be behind the tables."""
    life = (stream().get(buffer.LIFE) or b"").decode()
    try:
        generated = stream().xinfo_stream(STREAM)["last-generated-id"].decode()
    except ResponseError:  # there is no stream yet
        return
    newest, stored = stream_id(generated), stream_id(cursors.get(life, "0-0"))
    if newest is None or stored is None:
        return
    is_restored = bool(restarts) and newest[0] < _milliseconds(restarts[-1])
    if stored > newest and not is_restored:
        yield Break(BreakKind.CURSOR_AHEAD, life)


def _milliseconds(at: str) -> float:
    return datetime.fromisoformat(at).timestamp() * 1000
