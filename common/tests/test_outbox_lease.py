"""The lease across connections: SKIP LOCKED and the heartbeat, with real commits."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from common.outbox import registry, services, tasks
from common.outbox.models import OutboxEvent, OutboxStatus
from common.outbox.registry import subscribe

pytestmark = pytest.mark.django_db(transaction=True)


def make_event(handler: str) -> OutboxEvent:
    return OutboxEvent.objects.create(
        topic="t", aggregate="a:1", handler=handler, queue="q", next_attempt_at=timezone.now()
    )


def test_two_workers_claim_one_event_once(monkeypatch):
    event = make_event("h")
    claims = []

    def work():
        claims.append(services.claim(event.pk))
        connection.close()

    with transaction.atomic():
        OutboxEvent.objects.select_for_update().get(pk=event.pk)
        blocked = threading.Thread(target=work)
        blocked.start()
        blocked.join(5)
        assert not blocked.is_alive(), "SKIP LOCKED must not wait"
    assert claims == [None]
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([c for c in claims if c is not None]) == 1


def test_a_long_handler_keeps_its_lease(monkeypatch, settings):
    settings.OUTBOX_LEASE_S = 1.2
    monkeypatch.setattr(registry, "_by_name", {})
    due_while_running = []

    @subscribe("t", queue="django_tasks")
    def slow(event):
        time.sleep(2.5)
        due_while_running.extend(services.due())

    event = make_event(f"{slow.__module__}.{slow.__name__}")
    tasks.deliver.run(event.pk)
    event.refresh_from_db()
    assert due_while_running == []
    assert event.status == OutboxStatus.DONE


def test_the_heartbeat_outlives_a_database_hiccup(monkeypatch, settings):
    settings.OUTBOX_LEASE_S = 1.2
    monkeypatch.setattr(registry, "_by_name", {})
    extend, failures, due_while_running = services.extend_lease, [], []

    def flaky(event):
        if not failures:
            failures.append(event)
            raise OperationalError(2006, "gone away")
        extend(event)

    monkeypatch.setattr(services, "extend_lease", flaky)

    @subscribe("t", queue="django_tasks")
    def slow(event):
        time.sleep(2)
        due_while_running.extend(services.due())

    event = make_event(f"{slow.__module__}.{slow.__name__}")
    tasks.deliver.run(event.pk)
    assert (len(failures), due_while_running) == (1, [])
