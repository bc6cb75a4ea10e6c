"""Attacks on the login: administrators are alerted, once for each in a window of the counters."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from acct.attempts import (
    ATTEMPTS_ON_ONE_NAME,
    NAME_HERE,
    NAMES_FROM_ONE_ADDRESS,
    NAMES_WITH_ONE_PASSWORD,
)
from acct.choices import Attack
from acct.events import LOGIN_ATTACKED
from alert.handlers import alert_of_attack
from alert.models import Notification
from audit.models import AuditLog
from common.outbox.models import OutboxEvent
from common.outbox.services import as_event
from conftest import PASSWORD

pytestmark = pytest.mark.django_db


def login(password, username="doctor1", address="10.0.0.1"):
    body = {"username": username, "password": password}
    APIClient().post("/api/acct/login/", body, format="json", HTTP_X_REAL_IP=address)


def attacks():
    """The alerts of administrators so far, once the events are handled."""
    for event in OutboxEvent.objects.filter(topic=LOGIN_ATTACKED):
        for _ in range(2):
            alert_of_attack(as_event(event))
    rows = Notification.objects.filter(user__username="admin1").order_by("pk")
    return [(row.kind, row.params) for row in rows]


def test_many_attempts_on_one_name_alert_administrators_once(api, users):
    for number in range(2 * ATTEMPTS_ON_ONE_NAME):
        login("wrong")
        if number < ATTEMPTS_ON_ONE_NAME - 1:
            login("wrong", "lab1", "10.0.0.5")
    assert attacks() == [("account_attacked", {"account": users["doctor"].pk})]
    assert set(Notification.objects.values_list("user__username", flat=True)) == {"admin1"}
    [shown] = api("admin").get("/api/alert/notifications/").json()["results"]
    assert shown["about"]["people"] == [{"part": "account", "full_name": "doctor"}]
    [reason] = AuditLog.objects.filter(detail__reason=Attack.ACCOUNT)
    assert (reason.actor_username, reason.outcome) == ("doctor1", "denied")


def test_many_names_from_one_address_alert_administrators_once(users):
    for number in range(NAMES_FROM_ONE_ADDRESS + 5):
        login(f"wrong-{number}", f"person{number}", "10.0.0.8")
        login(f"wrong-{number}", "doctor1", f"10.0.1.{number}")
    assert attacks() == [("address_attacking", {})]


def test_one_password_on_many_names_alerts_administrators_once(users):
    for number in range(NAMES_WITH_ONE_PASSWORD + 3):
        login("Spring-2026-Rain", f"person{number}", f"10.0.2.{number}")
    assert attacks() == [("accounts_sprayed", {})]
    assert Notification.objects.get().link == "/admin/audit?action=session.login"


def test_a_colleague_who_mistypes_alarms_nobody(users):
    for _ in range(NAME_HERE.free - 1):
        login("wrong")
    login(PASSWORD)
    assert attacks() == []
