"""The operator's view of the queues, on a real Redis."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone
from kombu import Connection

from common.outbox.models import OutboxEvent
from common.outbox.tasks import deliver

pytestmark = pytest.mark.django_db
URL = "/api/ops/queues/"


@pytest.fixture
def broker(settings, monkeypatch):
    """An empty Redis database of this worker's own as the broker."""
    address = settings.METRICS_URL
    monkeypatch.setattr(current_app.conf, "broker_read_url", address)
    with Connection(address) as connection:
        connection.channel().client.flushdb()
        yield connection
        connection.channel().client.flushdb()


def event(status, **age):
    row = OutboxEvent.objects.create(
        topic="t",
        aggregate="a:1",
        handler="h",
        queue="django_tasks",
        status=status,
        next_attempt_at=timezone.now(),
    )
    OutboxEvent.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(**age))


def test_nothing_waits_at_first(api, broker):
    assert api("admin").get(URL).json() == {
        "queues": [
            {"name": "archive_tasks", "waiting": 0},
            {"name": "audit_tasks", "waiting": 0},
            {"name": "django_tasks", "waiting": 0},
            {"name": "fastapi_tasks", "waiting": 0},
            {"name": "fhir_tasks", "waiting": 0},
            {"name": "image_tasks", "waiting": 0},
        ],
        "outbox": {"pending": 0, "done": 0, "dead": 0, "oldest_pending_s": None},
    }


def test_what_waits_is_counted_per_queue(api, broker):
    for queue in ("fastapi_tasks", "fhir_tasks", "fhir_tasks"):
        deliver.apply_async((1,), queue=queue, connection=broker)
    waiting = {q["name"]: q["waiting"] for q in api("admin").get(URL).json()["queues"]}
    assert waiting == {
        "archive_tasks": 0,
        "audit_tasks": 0,
        "django_tasks": 0,
        "fastapi_tasks": 1,
        "fhir_tasks": 2,
        "image_tasks": 0,
    }


def test_the_outbox_is_counted_by_status_with_the_age_of_the_oldest(api, broker):
    event("PENDING", seconds=5)
    event("PENDING", minutes=2)
    event("DONE", days=3)
    event("DEAD", days=9)
    outbox = api("admin").get(URL).json()["outbox"]
    assert 120 <= outbox.pop("oldest_pending_s") < 130
    assert outbox == {"pending": 2, "done": 1, "dead": 1}


def test_a_broker_that_is_away_is_an_answer_of_503(api, monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_read_url", "redis://127.0.0.1:1/0")
    answer = api("admin").get(URL)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "ERR_501")


@pytest.mark.parametrize("role", ["doctor", "rib", "nurse", "patient"])
def test_operators_only(api, role):
    assert api(role).get(URL).status_code == 403
