"""Who is alerted about an order, once and by right."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

from acct import services as accounts
from alert import selectors as alert_texts, services as alert_services
from alert.models import Notification
from common.outbox import tasks
from common.outbox.models import OutboxEvent, OutboxStatus
from ocs import services
from ocs.choices import EXAMINATIONS
from ocs.models import OrderHistory
from ocs.services import order_alerts
from ocs.tests.factories import care_for, order_at, order_make
from rbac.models import OrderAccess

pytestmark = pytest.mark.django_db
WEB = Path(__file__).resolve().parents[2] / "web" / "src" / "i18n"


@pytest.fixture
def patient(patient_factory):
    return patient_factory(full_name="김민준", patient_id="M-7")


def deliver():
    """Every event of ocs that waits, as its worker does."""
    for event in OutboxEvent.objects.filter(
        topic__startswith="ocs.", status=OutboxStatus.PENDING
    ).order_by("pk"):
        tasks.deliver.run(event.pk)
        event.refresh_from_db()
        assert event.status == OutboxStatus.DONE, event.last_error


def alerted():
    """(role, kind) of every alert."""
    return sorted(Notification.objects.values_list("user__role", "kind"))


def step(user, order, to_status, **values):
    return services.order_transition(actor=user, order_id=order.pk, to_status=to_status, **values)


def test_the_events_are_written_with_the_change(users, patient):
    order = order_make(users["doctor"], patient)
    step(users["rib"], order, "ACCEPTED")  # which no handler wants to know
    step(users["doctor"], order, "CANCELLED")
    created, moved = OutboxEvent.objects.filter(handler__startswith="ocs.").order_by("pk")
    assert {created.aggregate, moved.aggregate} == {f"order:{order.pk}"}
    assert (created.topic, created.payload) == ("ocs.order.created", {"order_id": order.pk})
    assert (moved.topic, moved.payload) == (
        "ocs.order.moved",
        {"order_id": order.pk, "to_status": "CANCELLED", "actor_id": users["doctor"].pk},
    )


def test_a_step_that_fails_publishes_nothing(users, patient, monkeypatch):
    order = order_at(users["doctor"], patient, "IN_PROGRESS")
    OutboxEvent.objects.all().delete()

    def broken(**_):
        raise RuntimeError

    monkeypatch.setattr(OrderHistory.objects, "create", broken)
    with pytest.raises(RuntimeError):
        step(users["rib"], order, "RESULT_READY")
    assert not OutboxEvent.objects.exists()


@pytest.mark.parametrize(("priority", "kind"), [("urgent", "order_urgent"), ("stat", "order_stat")])
@pytest.mark.parametrize(("job_role", "role"), [("RIS", "rib"), ("LIS", "lab")])
def test_each_urgent_order_alerts_its_department(users, patient, job_role, role, priority, kind):
    for _ in range(2):
        order = order_make(users["doctor"], patient, job_role=job_role, priority=priority)
    deliver()
    assert alerted() == [(role, kind)] * 2
    newest = Notification.objects.first()
    assert newest.params == {"order_id": order.pk}
    assert newest.link == f"/orders/{order.pk}"


def test_routine_orders_are_one_alert_until_it_is_read(users, patient):
    for _ in range(5):
        order_make(users["doctor"], patient)
    deliver()
    assert alerted() == [("rib", "order_waiting")]
    for name in ("M-7", "김민준"):
        assert name not in str(Notification.objects.values())
    alert_services.notifications_read(user_id=users["rib"].pk, ids=None)
    order_make(users["doctor"], patient)
    deliver()
    assert alerted() == [("rib", "order_waiting")] * 2


def test_a_consultation_alerts_the_other_doctors(users, patient):
    other = accounts.test_user_put(
        username="doctor2", password="x", role="doctor", full_name="other"
    )
    order_make(users["doctor"], patient, job_role="CONSULT", priority="stat")
    deliver()
    assert list(Notification.objects.values_list("user_id", flat=True)) == [other.pk]


def test_an_order_accepted_meanwhile_is_no_news(users, patient):
    order = order_make(users["doctor"], patient, priority="stat")
    step(users["rib"], order, "ACCEPTED")
    deliver()
    assert alerted() == []


def test_who_may_not_see_the_patient_gets_no_alert_of_a_new_order(users, patient_factory):
    patient = patient_factory(restricted=True)
    care_for(patient, users["doctor"])
    accounts.test_user_put(username="doctor2", password="x", role="doctor", full_name="other")
    order_make(users["doctor"], patient, priority="stat", job_role="CONSULT")
    deliver()
    assert alerted() == []
    order_make(users["doctor"], patient, priority="stat")
    deliver()
    assert alerted() == [("rib", "order_stat")]


def test_the_orderer_gets_an_alert_of_the_result(users, patient):
    order = order_at(users["doctor"], patient, "IN_PROGRESS")
    step(users["rib"], order, "RESULT_READY")
    deliver()
    assert alerted() == [("doctor", "order_result")]
    [alert] = alert_texts.described(users["doctor"], Notification.objects.all())
    number = order.accession_number
    assert alert_texts.notification_text(alert, "ko") == (
        f"오더 결과가 등록되었습니다. 김민준 (M-7) · 뇌 MRI · {number} · 오더: doctor · rib"
    )
    assert alert_texts.notification_text(alert, "en") == (
        f"The result of an order is ready. 김민준 (M-7) · Brain MRI · {number}"
        " · ordered by doctor · by rib"
    )


def test_no_alert_of_what_one_did(users, patient):
    order = order_at(users["doctor"], patient, "IN_PROGRESS", job_role="TREATMENT")
    step(users["doctor"], order, "RESULT_READY")
    deliver()
    assert alerted() == []


def test_who_worked_on_an_order_gets_an_alert_of_its_cancellation(users, patient):
    order = order_make(users["doctor"], patient)
    step(users["rib"], order, "ACCEPTED")
    step(users["doctor"], order, "CANCELLED")
    deliver()
    assert alerted() == [("rib", "order_cancelled")]


def test_the_orderer_gets_an_alert_of_a_cancellation_by_somebody_else(users, patient):
    order = order_make(users["doctor"], patient)
    OutboxEvent.objects.all().delete()
    order_alerts.notify_participants(
        order_id=order.pk, to_status="CANCELLED", actor_id=users["rib"].pk
    )
    assert alerted() == [("doctor", "order_cancelled")]


def test_the_patient_is_not_named_to_an_orderer_who_no_longer_sees_them(users, patient):
    order = order_at(users["doctor"], patient, "IN_PROGRESS")
    patient.restricted = True
    patient.save()
    care_for(patient, users["rib"])
    step(users["rib"], order, "RESULT_READY")
    deliver()
    assert alerted() == [("doctor", "order_changed")]
    assert Notification.objects.get().params == {"order_id": order.pk}


def test_a_delivery_that_comes_twice_tells_once(users, patient):
    order = order_make(users["doctor"], patient, priority="stat")
    for _ in range(2):
        order_alerts.notify_department(order_id=order.pk)
    assert alerted() == [("rib", "order_stat")]


def test_neither_the_events_nor_the_logs_name_the_patient(users, patient, caplog):
    caplog.set_level(logging.DEBUG)
    order = order_make(users["doctor"], patient, priority="stat")
    step(users["rib"], order, "ACCEPTED")
    step(users["doctor"], order, "CANCELLED")
    deliver()
    assert Notification.objects.exists()
    written = caplog.text + str(list(OutboxEvent.objects.values()))
    assert "김민준" not in written
    assert "M-7" not in written


def test_an_alert_names_the_patient_only_while_its_reader_sees_them(api, users, patient):
    order_make(users["doctor"], patient, priority="stat")
    deliver()
    client = api("rib")

    def shown():
        [alert] = client.get("/api/alert/notifications/").json()["results"]
        return alert["about"]["patient"], "김민준" in alert["text"]

    assert shown() == ({"id": patient.pk, "patient_id": "M-7", "full_name": "김민준"}, True)
    OrderAccess.objects.all().delete()
    patient.restricted = True
    patient.save()
    assert shown() == (None, False)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_web_application_names_examinations_alike(language):
    texts = (WEB / language / "orders.ts").read_text(encoding="utf-8")
    types = texts.partition("types: {")[2].partition("}")[0]
    named = dict(re.findall(r'(\w+): "([^"]+)"', types))
    assert named == {code: names[language] for code, names in EXAMINATIONS.items()}
