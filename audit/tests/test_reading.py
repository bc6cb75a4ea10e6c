"""What an administrator sees of bursts."""

from __future__ import annotations

import pytest
from django.utils.dateparse import parse_datetime

from audit import services
from audit.models import AuditLog
from audit.services import buffer
from audit.services.bursts import burst_items
from audit.tests import viewer

pytestmark = pytest.mark.django_db

LOGS = "/api/audit/logs/"


@pytest.fixture
def admin(api):
    return api("admin")


def burst(numbers):
    for number in numbers:
        viewer.add(number)
    buffer.flush_stream()
    return AuditLog.objects.latest("id")


def test_the_list_tells_how_many_requests_and_until_when(admin):
    log = burst(range(155))
    (row,) = admin.get(LOGS, {"object_id": viewer.SERIES}).json()["results"]
    assert (row["requests"], row["detail"]) == (155, {})
    assert parse_datetime(row["until"]) == burst_items(log)[-1].at
    (other,) = admin.get(LOGS, {"action": "audit.read", "page_size": 1}).json()["results"][:1]
    assert (other["requests"], other["until"]) == (1, None)


def test_the_requests_come_in_pages_and_reading_them_is_recorded(admin, users):
    log = burst(range(155))
    first = admin.get(f"{LOGS}{log.pk}/items/", {"page_size": 100}).json()
    second = admin.get(f"{LOGS}{log.pk}/items/", {"page_size": 100, "page": 2}).json()
    assert first["count"] == 155
    rows = first["results"] + second["results"]
    assert [row["sop_instance_uid"] for row in rows] == [viewer.counted_uid(n) for n in range(155)]
    assert {row["frame"] for row in rows} == {1}
    reading = AuditLog.objects.filter(action="audit.read", object_type="audit_log")
    assert (
        list(reading.values_list("actor_id", "object_id")) == [(users["admin"].pk, str(log.pk))] * 2
    )


def test_a_record_of_one_request_holds_no_others(admin, users):
    services.record(actor=users["doctor"], action="x.read", detail={"items": "forged"})
    log = AuditLog.objects.get(action="x.read")
    assert admin.get(f"{LOGS}{log.pk}/items/").json()["results"] == []


@pytest.mark.parametrize("log_id", [999_999, 10**30])
def test_no_such_record(admin, log_id):
    assert admin.get(f"{LOGS}{log_id}/items/").status_code == 404


def test_who_saw_a_patient_finds_the_lists_that_showed_several(admin, users, patient_factory):
    seen, other, unseen = (patient_factory() for _ in range(3))
    services.record(
        actor=users["doctor"], action="x.list", patients=[seen.pk, other.pk, None, seen.pk]
    )
    services.record_buffered(actor=users["nurse"], action="y.list", patients=[other.pk, seen.pk])
    services.record(actor=users["lab"], action="z.list", patients=[seen.pk])
    buffer.flush_stream()
    shown = AuditLog.objects.get(action="y.list")
    assert (shown.patient_id, shown.detail) == (None, {"patients": [seen.pk, other.pk]})

    def actions(patient):
        found = admin.get(LOGS, {"patient_id": patient.pk}).json()["results"]
        return {row["action"] for row in found} - {"audit.read"}

    assert actions(seen) == {"x.list", "y.list", "z.list"}
    assert actions(other) == {"x.list", "y.list"}
    assert actions(unseen) == set()
