"""Messages taken together leave what they leave one by one."""

from __future__ import annotations

from typing import Any

import pytest

from audit.models import AuditLog
from common.outbox.models import OutboxEvent
from lis.models import CriticalValue, InboundMessage, LabValue, ResultVersion
from lis.services import message_batch
from lis.services.message_import import message_receive
from lis.tests.factories import HB, K, lab_order, oru
from ocs.models import Order, OrderHistory
from rbac.models import OrderAccess

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(users, patient_factory):
    return lab_order(users["doctor"], patient_factory())


def acks(users, *raws):
    found = message_batch.messages_receive(actor=users["lab"], raws=raws)
    return [each.split("\r")[1].split("|")[1] for each in found]


@pytest.fixture
def one_by_one(monkeypatch):
    """Which messages went the way of message_import."""
    gone: list[bytes] = []

    def receive(*, actor, raw):
        gone.append(raw)
        return message_receive(actor=actor, raw=raw)

    monkeypatch.setattr(message_batch, "message_receive", receive)
    return gone


def left(order: Order) -> dict[str, Any]:
    """All that a message left, without ids and times."""
    order.refresh_from_db()
    version = ResultVersion.objects.get(order=order)
    message = InboundMessage.objects.get(order=order)
    told = OutboxEvent.objects.filter(aggregate=f"order:{order.pk}").exclude(
        topic__endswith="created"
    )
    values = LabValue.objects.filter(order=order)
    return {
        "order": (order.status, order.result, order.result_schema_version, order.version),
        "version": (version.number, version.entered, version.values, version.state),
        "by": (version.source, version.entered_by_id, version.verified_by_id, version.reason),
        "message": (message.state, message.taken, message.reason, message.sender),
        "values": list(values.order_by("code").values_list("code", "value", "flag", "current")),
        "history": list(
            OrderHistory.objects.filter(order=order).values_list(
                "from_status", "to_status", "actor"
            )
        ),
        "audit": sorted(
            AuditLog.objects.filter(patient_id=order.patient_id)
            .exclude(action__in=("order.create", "access.open", "patient.create"))
            .values_list("action", "object_type", "permission", "actor_id", "outcome")
        ),
        "told": sorted(told.values_list("topic", "handler", "payload__to_status")),
        "critical": list(CriticalValue.objects.filter(order=order).values_list("code", "flag")),
    }


def test_a_batch_leaves_what_one_by_one_leaves(users, patient_factory, one_by_one):
    pairs = []
    for number, lines in enumerate(
        [(f"{K}|6.9|mmol/L|F",), (f"{K}|4|mmol/L|F", f"{HB}|130|g/L|F")]
    ):
        patients = patient_factory(), patient_factory()
        orders = [lab_order(users["doctor"], patient) for patient in patients]
        raws = [
            oru(each, *lines, control_id=f"{name}{number}") + b"NTE|1||seen\r"
            for name, each in zip("AB", orders, strict=True)
        ]
        message_receive(actor=users["lab"], raw=raws[0])
        pairs.append((*orders, raws[1]))
    assert acks(users, *(raw for _, _, raw in pairs)) == ["AA", "AA"]
    assert one_by_one == []
    for single, together, _ in pairs:
        assert left(together) == left(single)


def test_what_is_not_plain_is_taken_one_by_one(users, order, patient_factory, one_by_one):
    fit = lab_order(users["doctor"], patient_factory())
    final = f"{K}|4|mmol/L|F"
    strange = oru(order, final, control_id="M3", mrn=patient_factory().patient_id)
    raws = [
        oru(fit, final, control_id="M5"),
        b"hello",
        oru(order, f"{K}|4|mmol/L|P", control_id="M1"),
        oru(order, final, f"{HB}|x|g/dL|F", control_id="M2"),
        strange,
        oru(None, final, mrn="nobody", control_id="M4"),
        oru(fit, f"{K}|5|mmol/L|C", control_id="M6"),
    ]
    assert acks(users, *raws) == ["AA", "AR", "AA", "AE", "AE", "AE", "AA"]
    assert one_by_one == raws[1:]
    assert Order.objects.get(pk=fit.pk).result["analytes"][0]["value"] == 5


def test_none_overtakes_an_earlier_one_of_its_order(users, order, one_by_one):
    raws = [
        oru(order, f"{K}|{value}|mmol/L|{status}", control_id=status)
        for value, status in (("4", "P"), ("5", "F"))
    ]
    assert acks(users, *raws) == ["AA", "AA"]
    assert one_by_one == raws
    assert Order.objects.get().result["analytes"][0]["value"] == 5


def test_the_same_message_twice_is_stored_once(users, order, one_by_one):
    raw = oru(order, f"{K}|4|mmol/L|F")
    assert acks(users, raw, raw) == ["AA", "AA"]
    assert acks(users, raw) == ["AA"]
    assert InboundMessage.objects.count() == 1
    assert acks(users, oru(order, f"{K}|5|mmol/L|F")) == ["AE"]
    assert InboundMessage.objects.latest("pk").reason == "MSH-10 was used for another message"


def test_a_batch_that_fails_is_taken_one_by_one(users, order, one_by_one, monkeypatch):
    def fail(**_more):
        raise ValueError

    monkeypatch.setattr(message_batch, "orders_result_put", fail)
    assert acks(users, oru(order, f"{K}|4|mmol/L|F")) == ["AA"]
    assert len(one_by_one) == 1
    assert ResultVersion.objects.count() == 1


def test_a_batch_asks_as_much_for_many_as_for_one(
    users, patient_factory, django_assert_max_num_queries
):
    orders = [lab_order(users["doctor"], patient_factory()) for _ in range(20)]
    raws = [oru(each, f"{K}|4|mmol/L|F", control_id=f"Q{each.pk}") for each in orders]
    with django_assert_max_num_queries(24):
        assert acks(users, *raws) == ["AA"] * 20


def test_who_may_not_see_the_order_takes_nothing(users, order, one_by_one):
    type(order.patient).objects.filter(pk=order.patient_id).update(restricted=True)
    OrderAccess.objects.all().delete()
    assert acks(users, oru(order, f"{K}|4|mmol/L|F")) == ["AE"]
    assert len(one_by_one) == 1
    assert Order.objects.get(pk=order.pk).status == "ORDERED"
