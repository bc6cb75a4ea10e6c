"""Records, the crash-safe buffer, the chain."""

from __future__ import annotations

import json
import re
from contextlib import closing

import pytest
import redis
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis.backoff import NoBackoff
from redis.retry import Retry

from audit import services
from audit.models import AuditLog, AuditSeal
from audit.services import buffer, chain
from audit.services.verification import Verification
from common.context import RequestContext, request_context
from common.errors import ExternalError
from common.outbox import tasks
from common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db


def breaks():
    return [str(found) for found in Verification().breaks()]


def write(count, actor=None):
    for number in range(count):
        services.record(actor=actor, action="test.done", object_type="thing", object_id=number)


def test_a_record_tells_who_what_whose_where_and_which_request(users):
    with request_context(RequestContext("request-0001", "10.0.0.9")):
        services.record(
            actor=users["doctor"],
            action="study.read",
            object_type="study",
            object_id="1.2",
            patient_id=7,
            permission="view_study",
        )
    row = AuditLog.objects.get()
    assert (row.actor_username, row.actor_role, row.patient_id) == ("doctor1", "doctor", 7)
    assert (row.source_ip, row.request_id, row.outcome) == ("10.0.0.9", "request-0001", "ok")


def test_buffered_records_reach_the_table_once(users):
    for number in range(3):
        services.record_buffered(actor=users["doctor"], action="dicomweb.wado", object_id=number)
    assert AuditLog.objects.count() == 0
    entries = services.stream().xrange(services.STREAM)
    assert buffer.flush_stream() == 3
    key, values = entries[0]
    services.stream().delete(services.STREAM)
    services.stream().xadd(services.STREAM, values, id=key)
    buffer.flush_stream()
    assert AuditLog.objects.count() == 3, "a record flushed twice is stored once"
    assert services.stream().xlen(services.STREAM) == 0
    assert AuditLog.objects.filter(actor_username="doctor1").count() == 3


def test_without_a_buffer_nothing_can_be_recorded(users, monkeypatch):
    dead = redis.Redis(port=1, retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(services, "stream", lambda: dead)
    with pytest.raises(ExternalError) as caught:
        services.record_buffered(actor=users["doctor"], action="dicomweb.wado")
    assert caught.value.status == 503


def test_the_chain_is_intact_and_grows():
    write(3)
    assert chain.seal_pending() == 3
    write(2)
    assert chain.seal_pending() == 2
    assert chain.seal_pending() == 0
    assert breaks() == []


def test_a_record_that_comes_late_is_sealed_however_far_back(monkeypatch):
    write(3)
    chain.seal_pending()
    AuditLog.objects.create(
        pk=AuditLog.objects.earliest("id").pk - 1, occurred_at=timezone.now(), outcome="ok"
    )
    monkeypatch.setattr(chain, "REACH", 1)
    assert chain.seal_pending() == 0
    assert chain.seal_pending(everywhere=True) == 1
    assert breaks() == []


def test_sealing_needs_no_right_to_change_the_tables():
    """MySQL 8 allows SELECT ... FOR UPDATE only to who may update or delete; nobody may here."""
    write(1)
    with CaptureQueriesContext(connection) as queries:
        assert chain.seal_pending() == 1
    for query in queries.captured_queries:
        assert not re.search(r"FOR UPDATE|UPDATE `audit|DELETE", query["sql"])


def test_two_sealers_take_turns(monkeypatch):
    write(1)
    monkeypatch.setattr(chain, "SEAL_LOCK_WAIT_S", 0)
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(CONCAT(DATABASE(), '.audit-seal'), 0)")
        assert chain.seal_pending() == 0
        cursor.execute("SELECT RELEASE_ALL_LOCKS()")
        assert chain.seal_pending() == 1


def test_an_edited_record_breaks_the_chain():
    write(4)
    chain.seal_pending()
    victim = AuditLog.objects.order_by("id")[1]
    AuditLog.objects.filter(pk=victim.pk).update(outcome="denied")
    assert breaks() == [f"record {victim.pk} or its seal was changed"]


def test_a_deleted_record_breaks_the_chain():
    write(4)
    chain.seal_pending()
    victim = AuditLog.objects.order_by("id")[1]
    AuditSeal.objects.filter(log=victim).delete()
    victim.delete()
    assert "seal 2 is missing" in breaks()


def test_a_forged_digest_needs_the_key(settings):
    write(2)
    chain.seal_pending()
    settings.AUDIT_HMAC_KEYS = {"1": "another key"}
    assert len(breaks()) == 2


def test_reading_the_log_is_recorded_and_filtered(api):
    admin = api("admin")
    write(2)
    body = admin.get("/api/audit/logs/", {"action": "test.done"}).json()
    assert body["count"] == 2
    assert AuditLog.objects.filter(action="audit.read").count() == 1


def test_detail_is_json_without_surprises(users):
    services.record_buffered(actor=users["doctor"], action="x", detail={"frames": [1, 2]})
    _, values = services.stream().xrange(services.STREAM)[0]
    assert json.loads(values[b"record"])["detail"] == {"frames": [1, 2]}


def test_a_redrive_is_recorded_with_its_operator(api, users):
    dead = OutboxEvent.objects.create(
        topic="t",
        aggregate="a:1",
        handler="gone",
        queue="django_tasks",
        status="DEAD",
        next_attempt_at=timezone.now(),
    )
    answer = api("admin").post(f"/api/ops/outbox/{dead.pk}/redrive/")
    assert answer.status_code == 202
    tasks.deliver.run(OutboxEvent.objects.get(topic="outbox.redriven").pk)
    row = AuditLog.objects.get(action="outbox.redrive")
    assert (row.actor_id, row.actor_username) == (users["admin"].pk, "admin1")
    assert (row.object_id, row.request_id) == (str(dead.pk), answer["X-Request-ID"])
