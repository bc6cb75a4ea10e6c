"""Whom critical values reach: the banner, the list, the calls and the escalation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditLog
from emr.models import CareTeamMember
from lis.models import CriticalEscalation, CriticalValue
from lis.services import criticals
from lis.services.critical_calls import escalation_at
from lis.tests.factories import K, analyte, blood, lab_order

pytestmark = pytest.mark.django_db
CRITICAL = "/api/lis/critical/"
BANNER = f"{CRITICAL}open/"
CALL = {"told": "Dr. Lee", "how": "phone", "outcome": "confirmed"}


@pytest.fixture
def critical(api, users, patient_factory):
    order = lab_order(users["doctor"], patient_factory(user=users["patient"]))
    body = {"result": blood(analyte(K, 6.9))}
    entered = api("lab").post(f"/api/lis/orders/{order.pk}/results/", body, format="json")
    assert entered.status_code == 201, entered.content
    return CriticalValue.objects.get()


@pytest.fixture
def after(monkeypatch, settings):
    """Runs the escalation some minutes from now."""
    settings.CRITICAL_ESCALATION_MINUTES = 10
    now = timezone.now()

    def later(minutes):
        at = now + timedelta(minutes=minutes)
        monkeypatch.setattr(timezone, "now", lambda: at)
        criticals.criticals_escalate()
        return at

    return later


@pytest.mark.parametrize(
    ("role", "count", "called"),
    [
        ("doctor", 1, 201),
        ("rib", 1, 201),
        ("lab", 1, 201),
        ("nurse", 1, 403),
        ("admin", 1, 403),
        ("patient", 0, 403),
    ],
)
def test_the_staff_who_see_the_result_see_that_it_waits(api, critical, role, count, called):
    client = api(role)
    assert client.get(BANNER).json()["count"] == count
    assert client.get(CRITICAL).json()["count"] == count
    answer = client.post(f"{CRITICAL}{critical.pk}/attempts/", CALL, format="json")
    assert answer.status_code == called


def test_who_may_not_see_the_patient_learns_nothing(api, critical, users):
    critical.patient.restricted = True
    critical.patient.save(update_fields=["restricted"])
    CareTeamMember.objects.create(patient=critical.patient, user=users["nurse"])
    assert api("admin").get(BANNER).json()["count"] == 0
    assert api("nurse").get(BANNER).json()["count"] == 1


def test_the_banner_says_since_when_and_whom_the_escalation_told(api, users, critical, after):
    nurse, before = api("nurse"), AuditLog.objects.count()
    found = nurse.get(BANNER).json()
    assert found["since"] == timezone.localtime(critical.at).isoformat()
    assert (found["escalated_at"], found["escalated_to"]) == (None, [])
    after(11)
    assert nurse.get(BANNER).json()["escalated_to"] == ["doctor"]
    for minutes in (21, 22):
        last = after(minutes)
    found = nurse.get(BANNER).json()
    assert sorted(found["escalated_to"]) == ["admin", "doctor"]
    assert found["escalated_at"] == timezone.localtime(last - timedelta(minutes=1)).isoformat()
    assert AuditLog.objects.count() == before
    [shown] = nurse.get(CRITICAL).json()["results"]
    assert [(each["turn"], each["to_name"]) for each in shown["escalations"]] == [
        (1, "doctor"),
        (2, "doctor"),
        (2, "admin"),
    ]
    assert shown["escalates_at"] == found["escalates_at"]
    assert CriticalEscalation.objects.visible_to(users["nurse"]).count() == 3


def test_the_banner_goes_once_the_value_was_read_back(api, critical, after):
    after(11)
    api("lab").post(f"{CRITICAL}{critical.pk}/attempts/", CALL, format="json")
    assert api("lab").get(BANNER).json() == {
        "count": 0,
        "since": None,
        "escalated_at": None,
        "escalated_to": [],
        "escalates_at": None,
    }


def test_an_escalation_is_due_after_each_step_until_there_were_enough(settings):
    settings.CRITICAL_ESCALATION_MINUTES = 10
    at = timezone.now()
    assert escalation_at(at, at + timedelta(minutes=25)) == at + timedelta(minutes=30)
    assert escalation_at(at, at + timedelta(hours=5)) is None
