from __future__ import annotations

import pytest

from common.outbox import registry
from common.outbox.models import OutboxEvent
from pacs.tests import index


@pytest.fixture
def study(patient_factory, users):
    return index.study(patient_factory(user=users["patient"]))


@pytest.fixture
def published(monkeypatch):
    """``published(topic, …)``: topic and payload of what a subscriber of these would get."""
    heard = dict(registry._by_name)
    monkeypatch.setattr(registry, "_by_name", heard)
    for topic in ("report.preliminary", "report.signed", "report.amended", "report.critical"):
        name = f"tests.{topic}"
        heard[name] = registry.Subscription(name, topic, "django_tasks", print, 1, None)

    def found(*topics):
        events = OutboxEvent.objects.filter(handler__startswith="tests.", topic__in=topics)
        return list(events.order_by("pk").values_list("topic", "payload"))

    return found
