"""Whom critical results of imaging reach: the banner, the list, the calls, the escalation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from alert.models import Notification
from audit.models import AuditLog
from common.outbox.models import OutboxEvent
from common.outbox.registry import Event
from ocs.models import Order
from pacs.tests import index
from ris.handlers import alert_critical
from ris.reports import critical_findings as criticals
from ris.tests.reports.factories import REPORTS, report_row

pytestmark = pytest.mark.django_db
CRITICAL = "/api/ris/critical/"
CALL = {"told": "Dr. Lee", "how": "phone", "outcome": "confirmed"}
FLAG = {"category": "haemorrhage", "note": "right basal ganglia"}


@pytest.fixture
def report(users, study):
    return report_row(study, users["rib"])


@pytest.fixture
def mr_order(users, patient_factory):
    return Order.objects.create(
        patient=patient_factory(),
        ordered_by=users["doctor"],
        job_role="RIS",
        job_type="MR_BRAIN",
        accession_number="T0001",
        ordered_at=timezone.now(),
    )


def flag(client, report, **fields):
    return client.post(f"{REPORTS}{report.pk}/critical/", FLAG | fields, format="json")


@pytest.fixture
def critical(api, report):
    return flag(api("rib"), report).json()


@pytest.fixture
def after(monkeypatch, settings):
    """Runs the escalation some minutes from now."""
    settings.CRITICAL_ESCALATION_MINUTES = 10
    now = timezone.now()

    def later(minutes):
        at = now + timedelta(minutes=minutes)
        monkeypatch.setattr(timezone, "now", lambda: at)
        criticals.criticals_escalate()

    return later


def test_a_draft_is_flagged_and_says_so(api, users, report, critical):
    assert (critical["category"], critical["closed"]) == ("haemorrhage", False)
    shown = api("doctor").get(f"{REPORTS}{report.pk}/").json()["critical"]
    assert (shown["id"], shown["confirmed"]) == (critical["id"], False)
    again = flag(api("doctor"), report)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "ERR_302")
    assert flag(api("rib"), report, category="headache").status_code == 400
    log = AuditLog.objects.get(action="critical_report.flag")
    assert (log.patient_id, log.detail) == (report.patient_id, {"category": "haemorrhage"})


@pytest.mark.parametrize(
    ("role", "count", "called"),
    [
        ("doctor", 1, 201),
        ("rib", 1, 201),
        ("lab", None, 404),
        ("nurse", 1, 403),
        ("admin", 1, 403),
        ("patient", 0, 403),
        ("external", 0, 403),
    ],
)
def test_the_staff_see_that_it_waits(api, critical, role, count, called):
    client = api(role)
    banner, listed = client.get(f"{CRITICAL}open/"), client.get(CRITICAL)
    if count is None:
        assert banner.status_code == listed.status_code == 403
    else:
        assert (banner.json()["count"], listed.json()["count"]) == (count, count)
    answer = client.post(f"{CRITICAL}{critical['id']}/attempts/", CALL, format="json")
    assert answer.status_code == called


def test_nobody_is_alerted_of_what_was_read_back_before_the_event_came(api, critical):
    api("rib").post(f"{CRITICAL}{critical['id']}/attempts/", CALL, format="json")
    alert_critical(Event(1, "", "", {"critical_id": critical["id"]}, 1))
    assert not Notification.objects.exists()


def test_calls_end_with_the_one_that_is_read_back(api, critical):
    client, url = api("rib"), f"{CRITICAL}{critical['id']}/attempts/"
    missed = client.post(url, CALL | {"outcome": "not_reached"}, format="json").json()
    assert (missed["closed"], len(missed["attempts"])) == (False, 1)
    done = client.post(url, CALL, format="json").json()
    assert (done["closed"], done["escalates_at"]) == (True, None)
    assert client.post(url, CALL, format="json").status_code == 409
    assert client.get(f"{CRITICAL}?open=false").json()["count"] == 1
    assert client.get(f"{CRITICAL}?open=true").json()["count"] == 0
    assert client.get(f"{CRITICAL}open/").json()["count"] == 0
    assert client.post(url, {"told": "x"}, format="json").status_code == 400


def test_the_orderer_is_alerted_at_once_and_more_people_later(
    api, users, patient_factory, after, mr_order
):
    study = index.study(patient_factory(), order=mr_order)
    found = flag(api("rib"), report_row(study, users["rib"])).json()
    [event] = OutboxEvent.objects.filter(topic="report.critical")
    alert_critical(Event(1, event.topic, event.aggregate, event.payload, 1))
    assert list(Notification.objects.values_list("user__username", "kind", "link")) == [
        ("doctor1", "critical_report", "/critical-results")
    ]
    for minutes in (5, 11, 21):
        after(minutes)
    listed = api("rib").get(CRITICAL).json()["results"][0]
    assert [(each["turn"], each["to_name"]) for each in listed["escalations"]] == [
        (1, "doctor"),
        (2, "doctor"),
        (2, "admin"),
    ]
    api("doctor").post(f"{CRITICAL}{found['id']}/attempts/", CALL, format="json")
    before = Notification.objects.count()
    after(31)
    assert Notification.objects.count() == before
