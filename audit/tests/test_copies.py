"""The copies of signed heads on other machines: a log server, and an object store (a real one)."""

from __future__ import annotations

import hashlib
import json
import logging
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import botocore.session
import pytest
import yaml
from django.core.management import call_command
from django.utils import timezone
from moto.server import ThreadedMotoServer

from audit import clients, probes, services, tasks
from audit.models import AuditCopy, AuditHead, AuditLog, AuditSeal, AuditVerdict, ShownPatient
from audit.services import chain, check_runs, copies, heads
from audit.services.verification import Verification
from common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db
ALERTS = Path(__file__).resolve().parents[2] / "deploy" / "monitoring" / "alerts.yml"
ACCOUNT = {"aws_access_key_id": "heads", "aws_secret_access_key": "s" * 40}
PLACE = "s3://heads/hospital"


@pytest.fixture(scope="module")
def server():
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def configure(settings, endpoint):
    settings.AUDIT_OBJECT_STORE, settings.AUDIT_OBJECT_ENDPOINT = PLACE, endpoint
    settings.AUDIT_OBJECT_ACCESS_KEY, settings.AUDIT_OBJECT_SECRET_KEY = ACCOUNT.values()


class Bucket:
    """What an administrator of the store does, also to the heads."""

    def __init__(self, endpoint):
        session = botocore.session.Session()
        self.s3 = session.create_client("s3", "us-east-1", endpoint_url=endpoint, **ACCOUNT)
        self.s3.create_bucket(Bucket="heads", ObjectLockEnabledForBucket=True)

    def keys(self):
        return [
            found["Key"] for found in self.s3.list_objects_v2(Bucket="heads").get("Contents", ())
        ]

    def text(self, number):
        return self.s3.get_object(Bucket="heads", Key=key(number))["Body"].read().decode()

    def put(self, number, text):
        self.s3.put_object(Bucket="heads", Key=key(number), Body=text.encode())

    def remove(self, number):
        self.s3.delete_object(Bucket="heads", Key=key(number))


def key(number):
    return f"hospital/{number:012d}.json"


@pytest.fixture
def bucket(server, settings):
    import requests

    requests.post(f"{server}/moto-api/reset", timeout=10)
    configure(settings, server)
    return Bucket(server)


@pytest.fixture
def deaf(settings):
    """A store that answers as it is told; ``deaf.asked`` are the methods and paths."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # a store answers "Expect: 100-continue"

        def do_PUT(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def do_GET(self):
            found.asked.append((self.command, self.path))
            time.sleep(found.delay_s)
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.asked, found.status, found.delay_s = [], 200, 0.0
    threading.Thread(target=found.serve_forever, daemon=True).start()
    configure(settings, f"http://127.0.0.1:{found.server_port}")
    yield found
    found.shutdown()
    found.server_close()


def signed_and_sent(count=1):
    for _ in range(count):
        heads.sign_head()
        copies.send_pending()


def found():
    return [(b.kind, b.place) for b in Verification().breaks()]


def waiting():
    return probes.copies_waiting()["objects"]


def test_each_head_is_an_object_named_by_its_number(bucket):
    signed_and_sent(3)
    assert bucket.keys() == [key(number) for number in (1, 2, 3)]
    assert [bucket.text(number) for number in (1, 2, 3)] == list(heads.lines())
    assert waiting() == 0.0
    verification = Verification()
    assert list(verification.breaks()) == []
    assert verification.copies_compared


def test_an_object_is_kept_as_long_as_is_set(bucket, settings):
    settings.AUDIT_OBJECT_LOCK_DAYS = 30
    signed_and_sent()
    kept = bucket.s3.head_object(Bucket="heads", Key=key(1))
    assert kept["ObjectLockMode"] == "COMPLIANCE"
    days = kept["ObjectLockRetainUntilDate"] - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < days <= timedelta(days=30)


def test_a_store_that_is_added_later_begins_with_the_last_head(bucket, settings):
    settings.AUDIT_OBJECT_STORE = ""
    for _ in range(3):
        heads.sign_head()
    settings.AUDIT_OBJECT_STORE = PLACE
    copies.send_pending()
    assert bucket.keys() == [key(3)]
    signed_and_sent()
    assert found() == []


@pytest.mark.parametrize("status", [403, 409, 503])
def test_a_store_that_refuses_stops_no_signing_and_gets_all_in_order_later(
    deaf, settings, server, request, status
):
    deaf.status = status
    signed_and_sent(3)
    assert {path for _, path in deaf.asked} == {f"/heads/{key(1)}"}, "the oldest first"
    AuditCopy.objects.update(waiting_since=timezone.now() - timedelta(hours=1))
    assert waiting() >= 3600
    assert AuditHead.objects.get().number == 3
    bucket = request.getfixturevalue("bucket")
    signed_and_sent()
    assert [bucket.text(number) for number in (1, 2, 3, 4)] == list(heads.lines())
    assert waiting() == 0.0


def test_a_store_that_is_down_or_slow_is_given_up_soon(deaf, settings, monkeypatch):
    monkeypatch.setattr(clients, "TIMEOUT_S", 0.2)
    deaf.delay_s = 30.0
    begun = time.monotonic()
    signed_and_sent()
    assert time.monotonic() - begun < 15
    assert AuditCopy.objects.get().waiting_since == heads.last_written().time
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.AUDIT_OBJECT_ENDPOINT = f"http://127.0.0.1:{port}"
    signed_and_sent()
    assert (heads.last_written().number, AuditCopy.objects.get().number) == (2, 0)


def test_a_slow_store_is_left_for_the_next_time(deaf, monkeypatch):
    deaf.status = 403
    signed_and_sent(3)
    deaf.status = 200
    monkeypatch.setattr(copies, "SPELL_S", -1.0)
    copies.send_pending()
    assert AuditCopy.objects.get().number == 0
    monkeypatch.undo()
    copies.send_pending()
    assert AuditCopy.objects.get().number == 3


def test_many_heads_that_wait_are_found_in_the_file(monkeypatch):
    for _ in range(9):
        heads.sign_head()
    monkeypatch.setattr(heads, "_TAIL_BYTES", 700)  # about one head
    assert [head.number for head in heads.after(0)] == list(range(1, 10))
    assert [head.number for head in heads.after(6)] == [7, 8, 9]
    assert list(heads.after(9)) == []


def test_a_head_that_arrived_although_the_answer_was_lost_is_sent(bucket):
    signed_and_sent(2)
    AuditCopy.objects.update(number=0)
    copies.send_pending()
    assert AuditCopy.objects.get().number == 2
    assert not OutboxEvent.objects.exists()
    assert found() == []


def test_a_name_that_is_taken_is_never_overwritten_and_tells_administrators(bucket):
    bucket.put(2, "{}")
    signed_and_sent(3)
    assert bucket.text(2) == "{}"
    assert bucket.text(3) == heads.last_written().line(), "the next ones go on"
    assert OutboxEvent.objects.get().topic == "audit.broken"
    assert found() == [("copy_differs", "2")]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_what_the_store_lost_or_has_otherwise_is_found(bucket, number):
    signed_and_sent(3)
    text = bucket.text(number)
    bucket.put(number, text.replace('"records": 0', '"records": 7'))
    assert found() == [("copy_differs", str(number))]
    bucket.remove(number)
    assert found() == [("copy_missing", str(number))]


def write_sealed(count):
    for number in range(count):
        services.record(actor=None, action="test.done", object_id=number, patients=[1, 2])
    chain.seal_pending()


def test_whoever_sets_tables_and_file_back_together_is_shown_by_the_store(bucket, heads_file):
    write_sealed(2)
    signed_and_sent()
    kept, head = heads_file.read_text(), AuditHead.objects.get()
    records = list(AuditLog.objects.values_list("pk", flat=True))
    write_sealed(3)
    signed_and_sent()
    AuditSeal.objects.exclude(log__in=records).delete()
    ShownPatient.objects.exclude(log__in=records).delete()
    AuditLog.objects.exclude(pk__in=records).delete()
    AuditHead.objects.update(number=head.number, digest=head.digest)
    heads_file.write_text(kept)
    assert found() == [("head_missing", "2")]
    heads_file.unlink()
    AuditHead.objects.all().delete()
    assert found() == [("head_missing", "1"), ("head_missing", "2")]


def test_after_a_restore_the_store_keeps_what_it_has_and_goes_on(bucket, heads_file):
    signed_and_sent(2)
    kept, head = heads_file.read_text(), AuditHead.objects.get()
    signed_and_sent(2)
    AuditHead.objects.update(number=head.number, digest=head.digest)
    heads_file.write_text(kept)
    call_command("restart_heads")
    signed_and_sent(2)
    assert [json.loads(line)["number"] for line in heads.lines()] == [1, 2, 5, 6, 7]
    assert bucket.keys() == [key(number) for number in range(1, 8)]
    assert found() == []
    bucket.remove(6)
    assert found() == [("copy_missing", "6")]


def test_a_restore_without_the_store_says_what_to_do(deaf, capsys):
    deaf.status = 503
    call_command("restart_heads")
    assert "not reached" in capsys.readouterr().err
    assert heads.last_written().restarted


def test_an_object_that_the_store_encrypts_is_read_to_compare_it(bucket):
    signed_and_sent()
    store, line = clients.ObjectStore(), heads.last_written().line()
    proof = hashlib.md5(line.encode(), usedforsecurity=False).hexdigest()
    assert store.holds(1, line, proof) and store.holds(1, line, "0" * 32)
    assert not store.holds(1, f"{line} ", "0" * 32)


def test_a_store_of_more_objects_than_a_page_is_read_whole(bucket, monkeypatch):
    monkeypatch.setattr(clients, "PAGE", 2)
    for number in range(1, 6):
        bucket.put(number, "{}")
    bucket.s3.put_object(Bucket="heads", Key="hospital/readme.txt", Body=b"no head")
    assert [number for number, _ in clients.ObjectStore().after(1)] == [2, 3, 4, 5]


def test_a_verification_without_the_store_accuses_nobody_and_says_so(deaf, users, api):
    deaf.status = 403
    check, _ = check_runs.request_check(actor=users["admin"])
    tasks.verify.run(check.pk)
    assert AuditVerdict.objects.get().copies_compared is False
    shown = api("admin").get("/api/audit/verify/").json()
    assert (shown["intact"], shown["copies_compared"]) == (True, False)


def test_a_place_that_is_no_longer_set_alerts_no_more(deaf, settings):
    deaf.status = 403
    signed_and_sent()
    settings.AUDIT_OBJECT_STORE = ""
    copies.send_pending()
    assert probes.copies_waiting() == {}


def test_a_copy_that_is_late_alerts():
    rules = yaml.safe_load(ALERTS.read_text())
    rule = next(r for g in rules["groups"] for r in g["rules"] if r["alert"] == "AuditCopyLate")
    assert rule["expr"] == "cdss_audit_copy_waiting_seconds > 900"


def test_a_head_that_is_signed_is_sent(monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.send_heads, "delay", lambda: sent.append(heads.last_written().number))
    tasks.sign_head.run()
    assert sent == [1]


class LogServer:
    def __init__(self):
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._server.getsockname()[1]}"

    def close(self):
        self._server.close()

    def take(self, count):
        """The lines of so many messages."""
        return [self._message() for _ in range(count)]

    def _message(self):
        connection, _ = self._server.accept()
        with connection:
            received = b"".join(iter(lambda: connection.recv(4096), b""))
        size, _, message = received.partition(b" ")
        assert int(size) == len(message) and message.startswith(b"<109>1 ")
        return message.partition(b" head - ")[2].decode()


def test_a_log_server_gets_what_it_missed_in_order(settings):
    server = LogServer()
    server.close()
    settings.AUDIT_SYSLOG = server.address
    signed_and_sent(2)
    assert probes.copies_waiting()["syslog"] > 0
    server = LogServer()
    settings.AUDIT_SYSLOG = server.address
    signed_and_sent()
    assert server.take(3) == list(heads.lines())
    server.close()
    assert probes.copies_waiting() == {"syslog": 0.0}


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:99999", "tcp://127.0.0.1:port", "tcp://[", f"tcp://{'a' * 70}:1"]
)
def test_a_bad_address_of_the_log_server_stops_no_signing(settings, address):
    settings.AUDIT_SYSLOG = address
    signed_and_sent(2)
    assert heads.last_written().number == 2
    assert found() == []
