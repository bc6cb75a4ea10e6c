"""From the stream into the table: grouped, exactly once, whatever dies or is unreadable."""

from __future__ import annotations

import json
import threading
import time

import pytest
from django.db import connection, connections
from django.utils import timezone

from audit.events import BROKEN
from audit.models import AuditCursor, AuditLog, ShownPatient
from audit.services import STREAM, buffer, bursts, chain, record_buffered, stream
from audit.services.entry_mac import TIMELY_MS, signed
from audit.services.verification import Verification
from audit.tests import viewer
from common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """Not an Exception: nothing may catch it, as nothing catches SIGKILL."""


def requests_of(log):
    return bursts.unpack(log.detail["items"])


def die_before_dropping(monkeypatch):
    def killed(*_):
        raise Killed

    monkeypatch.setattr(stream(), "xdel", killed)
    with pytest.raises(Killed):
        buffer.flush_stream()
    monkeypatch.undo()


def test_a_burst_is_one_row_that_holds_every_request():
    keys = [viewer.add(number, frame=number % 3) for number in range(1, 156)]
    assert buffer.flush_stream() == 155
    log = AuditLog.objects.get()
    assert requests_of(log) == [
        (buffer._time(key.encode()), viewer.counted_uid(number), number % 3)
        for number, key in enumerate(keys, 1)
    ]
    assert (log.actor_username, log.object_id, log.patient_id) == ("doctor1", viewer.SERIES, 7)
    assert log.occurred_at == requests_of(log)[0].at
    assert log.detail["requests"] == 155
    assert log.detail["until"] == requests_of(log)[-1].at.isoformat(timespec="milliseconds")
    assert stream().xlen(STREAM) == 0


def test_no_statement_is_longer_than_the_database_takes(django_assert_max_num_queries):
    """The longest addresses that nginx lets through, and the searches that find most."""
    for _ in range(1000):
        record_buffered(actor=None, action="dicomweb.retrieve", detail={"frames": "1," * 8000})
    found = {"studies": ["2." * 32] * 1000}
    for _ in range(150):
        record_buffered(actor=None, action="dicomweb.query", detail=found, patients=range(1000))
    with django_assert_max_num_queries(60) as asked:
        assert buffer.flush_stream() == 1150
    assert max(len(query["sql"]) for query in asked) < 16 << 20
    assert AuditLog.objects.count() == 1150
    assert ShownPatient.objects.filter(patient_id=7).count() == 150


def test_only_the_same_person_series_address_and_outcome_share_a_row(users):
    for change in ({}, {"actor_id": 3}, {"object_id": "1.9"}, {"source_ip": "::1"}, {}):
        viewer.add(burst=viewer.constants(**change))
    record_buffered(actor=users["doctor"], action="dicomweb.search")
    record_buffered(actor=users["doctor"], action="dicomweb.search")
    buffer.flush_stream()
    counts = [log.detail.get("requests") for log in AuditLog.objects.order_by("id")]
    assert counts == [2, 1, 1, 1, None, None]


def test_dying_after_the_insert_stores_nothing_twice(monkeypatch):
    for number in range(10):
        viewer.add(number)
    die_before_dropping(monkeypatch)
    assert stream().xlen(STREAM) == 10
    for number in range(10, 14):
        viewer.add(number)
    assert buffer.flush_stream() == 4
    assert [log.detail["requests"] for log in AuditLog.objects.order_by("id")] == [10, 4]
    assert stream().xlen(STREAM) == 0


def test_dying_before_the_commit_loses_nothing(monkeypatch):
    for number in range(10):
        viewer.add(number)

    def killed(*_, **__):
        raise Killed

    monkeypatch.setattr(AuditCursor, "save", killed)
    with pytest.raises(Killed):
        buffer.flush_stream()
    monkeypatch.undo()
    assert AuditLog.objects.count() == 0
    assert buffer.flush_stream() == 10


def test_a_redis_that_lost_its_data_begins_again_even_with_a_slow_clock():
    viewer.add(1)
    buffer.flush_stream()
    stream().delete(STREAM, buffer.LIFE)
    viewer.add(2, key="5-1")
    assert buffer.flush_stream() == 1
    assert AuditLog.objects.count() == AuditCursor.objects.count() == 2


def test_a_burst_is_waited_for_but_not_for_long():
    seconds, _ = stream().time()
    viewer.add(1, key=f"{seconds * 1000 - 3000}-0")
    viewer.add(2)
    assert buffer.flush_stream(settled_ms=60_000) == 0
    assert buffer.flush_stream(settled_ms=2000) == 2
    assert AuditLog.objects.get().detail["requests"] == 2


def test_a_full_batch_does_not_wait(monkeypatch):
    monkeypatch.setattr(buffer, "FLUSH_BATCH", 4)
    for number in range(6):
        viewer.add(number)
    assert buffer.flush_stream(settled_ms=60_000) == 4


RECORD = {"occurred_at": "2026-03-02T09:41:07.541Z", "action": "x.read", "outcome": "ok"}
POISON = [
    {"record": "{not json"},
    {"record": "[]"},
    {"record": "null"},
    {"record": json.dumps(RECORD | {"outcome": "perhaps"})},
    {"record": json.dumps(RECORD | {"occurred_at": "yesterday"})},
    {"record": json.dumps(RECORD | {"occurred_at": None})},
    {"record": json.dumps(RECORD | {"id": 1})},
    {"record": json.dumps(RECORD | {"object_id": "9" * 5000})},
    {"record": json.dumps(RECORD | {"actor_id": 2**70})},
    {"record": json.dumps(RECORD | {"actor_username": "\ud800"})},
    {"record": json.dumps(RECORD | {"action": None})},
    {"record": json.dumps(RECORD)[:-1] + ', "detail": {"x": NaN}}'},
    {"burst": "{not json", "item": "1.2.3 1"},
    {"burst": viewer.constants(), "item": "1.2.3"},
    {"burst": viewer.constants(object_id="9" * 5000), "item": "1.2.3 1"},
    {"burst": "[1]", "item": "1.2.3 1"},
]


@pytest.mark.parametrize("poison", POISON)
def test_an_unreadable_entry_is_kept_as_it_is_and_stops_nothing(poison):
    viewer.add(1)
    values = signed(**poison)
    key = stream().xadd(STREAM, values).decode()
    viewer.add(2)
    stream().xadd(STREAM, signed(record=json.dumps(RECORD)))
    buffer.flush_stream()
    kept = AuditLog.objects.get(action="audit.unreadable")
    assert (kept.outcome, kept.object_id) == ("failed", key)
    assert kept.detail == {"entries": [[key, values]]}
    assert AuditLog.objects.get(action="dicomweb.retrieve").detail["requests"] == 2
    assert AuditLog.objects.filter(action="x.read").count() == 1
    assert stream().xlen(STREAM) == 0
    assert not OutboxEvent.objects.filter(topic=BROKEN).exists()


FOREIGN = [
    {"record": json.dumps(RECORD)},
    signed(record=json.dumps(RECORD)) | {"record": json.dumps(RECORD | {"action": "y.read"})},
    signed(record=json.dumps(RECORD)) | {"mac": "?"},
    signed(record=json.dumps(RECORD)) | {"at": "1"},
    signed(record=json.dumps(RECORD), at_ms=time.time_ns() // 1_000_000 - 2 * TIMELY_MS),
    signed(burst=viewer.constants(), item="1.2.3 1", at_ms=1_700_000_000_000),
    signed(record=json.dumps(RECORD)) | {"more": "1"},
    signed(burst=viewer.constants(), item="1.2.3 1") | {"item": "1.2.3 2"},
    signed(burst=viewer.constants()),
    {"nothing": "known"},
]


@pytest.mark.parametrize("foreign", FOREIGN)
def test_an_entry_that_is_not_ours_is_kept_accuses_nobody_and_is_reported(foreign):
    viewer.add(1)
    key = stream().xadd(STREAM, foreign).decode()
    viewer.add(2)
    buffer.flush_stream()
    kept = AuditLog.objects.get(action="audit.unverified")
    assert (kept.outcome, kept.object_id, kept.patient_id) == ("failed", key, None)
    assert (kept.actor_id, kept.actor_username) == (None, "")
    assert kept.detail == {"entries": [[key, foreign]]}
    assert AuditLog.objects.get(action="dicomweb.retrieve").detail["requests"] == 2
    assert OutboxEvent.objects.filter(topic=BROKEN).count() == 1


GREATEST = f"{2**64 - 1}-{2**64 - 1}"
AHEAD = ["4102444800000-0", "253402300800000-0", f"{2**64 - 2}-7", GREATEST]


@pytest.mark.parametrize("key", AHEAD)
@pytest.mark.parametrize("is_genuine", [True, False])
def test_an_id_of_the_future_stops_nothing_and_is_reported(key, is_genuine):
    viewer.add(1)
    record = json.dumps(RECORD)
    values = signed(viewer.milliseconds(key), record=record) if is_genuine else {"record": record}
    stream().xadd(STREAM, values, id=key)
    if key != GREATEST:
        viewer.add(2)  # Redis gives it the next id of the future
    others = 0 if key == GREATEST else 1
    assert buffer.flush_stream() == 2 + others
    kept = AuditLog.objects.filter(action="audit.unverified").order_by("id")
    assert kept.count() == 1 + others
    assert kept[0].object_id == key
    assert abs((timezone.now() - kept[0].occurred_at).total_seconds()) < 60
    assert OutboxEvent.objects.filter(topic=BROKEN).count() == 1
    chain.seal_pending()
    assert list(Verification().breaks()) == []
    assert int(viewer.add(3).partition("-")[0]) <= buffer._clock_ms(), "the ids are of now again"
    assert buffer.flush_stream() == 1
    assert AuditLog.objects.filter(action="dicomweb.retrieve").count() == 2
    assert list(Verification().breaks()) == []


def test_an_id_of_the_future_does_not_wait_to_settle():
    stream().xadd(STREAM, {"record": "{}"}, id="4102444800000-0")
    assert buffer.flush_stream(settled_ms=5000) == 1


def test_dying_after_keeping_an_id_of_the_future_keeps_it_once(monkeypatch):
    viewer.add(1)
    stream().xadd(STREAM, {"record": "{}"}, id=GREATEST)
    die_before_dropping(monkeypatch)
    buffer.flush_stream()
    assert AuditLog.objects.filter(action="audit.unverified").count() == 1
    assert AuditLog.objects.count() == 2


def test_an_entry_that_comes_while_the_stream_begins_anew_is_not_lost(monkeypatch):
    stream().xadd(STREAM, {"record": "{}"}, id="4102444800000-0")
    clock = buffer._clock_ms
    late = []

    def read():
        if not stream().xlen(STREAM) and not late:
            late.append(viewer.add(1))
        return clock()

    monkeypatch.setattr(buffer, "_clock_ms", read)
    buffer.flush_stream()
    assert late
    assert stream().xlen(STREAM) == 1


def test_a_clock_that_was_set_back_a_little_alarms_nobody():
    seconds, _ = stream().time()
    viewer.add(1, key=f"{seconds * 1000 + 30_000}-0")
    assert buffer.flush_stream(settled_ms=5000) == 1
    assert AuditLog.objects.get().action == "dicomweb.retrieve"
    assert not OutboxEvent.objects.filter(topic=BROKEN).exists()


def test_a_cursor_that_was_moved_ahead_loses_nothing_and_is_reported(users):
    viewer.add(1)
    buffer.flush_stream()
    AuditCursor.objects.update(last_id="9999999999999-0")
    for number in (2, 3):
        viewer.add(number)
    record_buffered(actor=users["doctor"], action="dicomweb.search")
    assert buffer.flush_stream() == 3
    rows = AuditLog.objects.order_by("id")
    assert [row.action for row in rows] == [
        "dicomweb.retrieve",
        "audit.cursor_ahead",
        "dicomweb.retrieve",
        "dicomweb.search",
    ]
    assert rows[2].detail["requests"] == 2
    assert OutboxEvent.objects.filter(topic=BROKEN).count() == 1
    chain.seal_pending()
    assert list(Verification().breaks()) == []


def test_the_chain_covers_the_packed_requests():
    for number in range(20):
        viewer.add(number)
    buffer.flush_stream()
    chain.seal_pending()
    assert list(Verification().breaks()) == []
    log = AuditLog.objects.get()
    fewer = bursts.pack([(1, viewer.counted_uid(1), 1)])
    AuditLog.objects.filter(pk=log.pk).update(detail=log.detail | {"items": fewer})
    (found,) = Verification().breaks()
    assert (found.kind, found.place) == ("record_changed", str(log.pk))


@pytest.mark.django_db(transaction=True)
def test_flushers_at_once_store_each_request_once(monkeypatch):
    monkeypatch.setattr(buffer, "FLUSH_BATCH", 50)
    ready = threading.Barrier(5)
    added, stored, failed = [], [], []

    def run(work):
        try:
            ready.wait()
            work()
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    def write():
        added.extend(viewer.add(number) for number in range(2000))

    def flush():
        while True:
            done = len(added) == 2000
            stored.append(buffer.flush_stream())
            if done:
                return

    threads = [threading.Thread(target=run, args=[work]) for work in [write] + [flush] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sum(stored) == 2000
    found = [item for log in AuditLog.objects.order_by("id") for item in requests_of(log)]
    assert [item.sop_instance_uid for item in found] == [viewer.counted_uid(n) for n in range(2000)]
    assert connection.is_usable()
