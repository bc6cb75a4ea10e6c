"""Whatever the outbox gives up, operators are alerted; a failing alert alerts nobody again."""

from __future__ import annotations

import pytest

from alert.handlers import task_given_up
from alert.models import Notification
from common.errors import ErrorCode, ExternalError
from common.outbox import services
from common.outbox.models import OutboxEvent

pytestmark = pytest.mark.django_db
GONE = ExternalError(ErrorCode.FHIR_REJECTED, "422")


def give_up(topic):
    event = OutboxEvent.objects.filter(topic=topic, status="PENDING").earliest("pk")
    services.settle_failed(services.claim(event.pk), GONE, retryable=False)


def given_up():
    return OutboxEvent.objects.filter(topic=services.GIVEN_UP)


def test_operators_are_alerted_once_until_they_read_it(users):
    for number in (1, 2):
        services.publish(services.REDRIVEN, aggregate="outbox", payload={"event_id": number})
        give_up(services.REDRIVEN)
    for event in given_up():
        task_given_up(services.as_event(event))
    [alert] = Notification.objects.all()
    assert (alert.user.username, alert.kind) == ("admin1", "task_given_up")
    assert alert.link == "/admin/outbox"


def test_an_alert_that_is_given_up_publishes_no_other(users):
    services.publish(services.REDRIVEN, aggregate="outbox", payload={"event_id": 1})
    give_up(services.REDRIVEN)
    give_up(services.GIVEN_UP)
    assert given_up().count() == 1
