"""The state machine: every step from every state, by everybody."""

from __future__ import annotations

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.db import connection

from acct import services as accounts
from audit.models import AuditLog
from common.errors import BusinessError
from emr import services as emr
from ocs import services
from ocs.choices import TRANSITIONS, OrderStatus
from ocs.models import Order, OrderHistory
from ocs.tests.factories import order_at, order_make

URL = "/api/ocs/orders/"
STEPS = {
    "accept": "ACCEPTED",
    "start": "IN_PROGRESS",
    "submit-result": "RESULT_READY",
    "confirm": "CONFIRMED",
    "cancel": "CANCELLED",
}
ALLOWED = {
    ("ORDERED", "accept"),
    ("ORDERED", "cancel"),
    ("ACCEPTED", "start"),
    ("ACCEPTED", "cancel"),
    ("IN_PROGRESS", "submit-result"),
    ("IN_PROGRESS", "cancel"),
    ("RESULT_READY", "confirm"),
}
BEFORE = {
    "accept": "ORDERED",
    "start": "ACCEPTED",
    "submit-result": "IN_PROGRESS",
    "confirm": "RESULT_READY",
    "cancel": "ORDERED",
}


def _another_doctor():
    return accounts.test_user_put(
        username="doctor2", password="x", role="doctor", full_name="other"
    )


@pytest.mark.parametrize("action", STEPS)
@pytest.mark.parametrize("status", [status.value for status in OrderStatus])
def test_only_the_allowed_steps_happen(api, users, patient_factory, status, action):
    asks = action in ("confirm", "cancel")
    orderer = users["doctor"] if asks else _another_doctor()
    order = order_at(orderer, patient_factory(), status, job_role="CONSULT")
    answer = api("doctor").post(f"{URL}{order.pk}/{action}/")
    row = Order.objects.get(pk=order.pk)
    if (status, action) in ALLOWED:
        assert answer.status_code == 200, answer.content
        assert answer.json()["status"] == row.status == STEPS[action]
        assert answer["ETag"] == '"2"'
    else:
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "ERR_401"
        assert (row.status, row.version) == (status, 1)
        assert OrderHistory.objects.filter(order=order).count() == 1


def test_every_status_is_in_the_table():
    assert set(TRANSITIONS) == set(OrderStatus)


RIGHTS = [
    # admin, doctor, rib, lab, nurse, patient, external
    ("RIS", "accept", [403, 403, 200, 404, 403, 403, 403]),
    ("RIS", "start", [403, 403, 200, 404, 403, 403, 403]),
    ("RIS", "submit-result", [403, 403, 200, 404, 403, 403, 403]),
    ("RIS", "confirm", [403, 200, 200, 404, 403, 403, 403]),
    ("RIS", "cancel", [403, 200, 403, 404, 403, 403, 403]),
    ("LIS", "accept", [403, 403, 403, 200, 403, 403, 403]),
    ("LIS", "start", [403, 403, 403, 200, 403, 403, 403]),
    ("LIS", "submit-result", [403, 403, 403, 200, 403, 403, 403]),
    ("LIS", "confirm", [403, 200, 403, 200, 403, 403, 403]),
    ("LIS", "cancel", [403, 200, 403, 403, 403, 403, 403]),
    ("TREATMENT", "accept", [403, 200, 403, 404, 403, 403, 403]),
    ("CONSULT", "accept", [403, 403, 403, 404, 403, 403, 403]),
    ("CONSULT", "start", [403, 403, 403, 404, 403, 403, 403]),
    ("CONSULT", "submit-result", [403, 403, 403, 404, 403, 403, 403]),
    ("CONSULT", "confirm", [403, 200, 403, 404, 403, 403, 403]),
]
ROLES = ["admin", "doctor", "rib", "lab", "nurse", "patient", "external"]


@pytest.mark.parametrize(("job_role", "action", "statuses"), RIGHTS)
def test_each_step_has_its_people(api, users, patient_factory, job_role, action, statuses):
    patient = patient_factory(user=users["patient"])
    for role, status in zip(ROLES, statuses, strict=True):
        order = order_at(users["doctor"], patient, BEFORE[action], job_role=job_role)
        answer = api(role).post(
            f"{URL}{order.pk}/{action}/", {"result": {"value": 1}}, format="json"
        )
        assert answer.status_code == status, (role, answer.content)
    assert api(None).post(f"{URL}{order.pk}/{action}/").status_code == 401


@pytest.mark.parametrize("action", ["accept", "start", "submit-result"])
def test_who_asked_for_a_consultation_does_not_answer_it(api, users, patient_factory, action):
    order = order_at(users["doctor"], patient_factory(), BEFORE[action], job_role="CONSULT")
    answer = api("doctor").post(f"{URL}{order.pk}/{action}/", headers={"Accept-Language": "ko"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (403, "ERR_415")
    assert error["message"] == "본인이 의뢰한 협진입니다. 다른 의사가 회신해야 합니다."
    assert Order.objects.get(pk=order.pk).status == BEFORE[action]


def test_a_consultation_is_assigned_to_another_than_who_asked(api, users, patient_factory):
    order, other = (
        order_make(users["doctor"], patient_factory(), job_role="CONSULT"),
        _another_doctor(),
    )
    offered = api("doctor").get(f"{URL}{order.pk}/assignees/").json()
    assert [person["id"] for person in offered] == [other.pk]
    assign = f"{URL}{order.pk}/assign/"
    own = api("doctor").post(assign, {"user": users["doctor"].pk}, format="json")
    assert (own.status_code, own.json()["error"]["field"]) == (400, "user")
    assert api("doctor").post(assign, {"user": other.pk}, format="json").status_code == 200


def test_only_the_orderer_cancels(api, users, patient_factory):
    order = order_make(_another_doctor(), patient_factory())
    answer = api("doctor").post(f"{URL}{order.pk}/cancel/")
    assert answer.status_code == 403
    assert Order.objects.get(pk=order.pk).status == "ORDERED"


def test_the_way_of_a_laboratory_order(api, users, patient_factory):
    order = order_make(users["doctor"], patient_factory(), job_role="LIS", job_type="CSF")
    lab, doctor, url = api("lab"), api("doctor"), f"{URL}{order.pk}/"
    lab.post(f"{url}accept/", {"reason": "sample received"}, format="json")
    lab.post(f"{url}start/")
    assert lab.post(f"{url}submit-result/").status_code == 400
    result = {"hb_g_dl": 13.2, "note": "정상"}  # a type without a schema takes any object
    ready = lab.post(f"{url}submit-result/", {"result": result}, format="json")
    assert ready.json()["result"] == result
    done = doctor.post(f"{url}confirm/").json()
    assert (done["status"], done["version"], done["result"]) == ("CONFIRMED", 5, result)
    history = doctor.get(f"{url}history/").json()["results"]
    assert [(h["from_status"], h["to_status"], h["actor_name"]) for h in history] == [
        ("", "ORDERED", "doctor"),
        ("ORDERED", "ACCEPTED", "lab"),
        ("ACCEPTED", "IN_PROGRESS", "lab"),
        ("IN_PROGRESS", "RESULT_READY", "lab"),
        ("RESULT_READY", "CONFIRMED", "doctor"),
    ]
    assert history[1]["reason"] == "sample received"
    records = AuditLog.objects.filter(action="order.transition").order_by("id")
    assert [r.permission for r in records] == [
        "work_lis_order",
        "work_lis_order",
        "enter_lab_result",
        "confirm_order",
    ]


@pytest.mark.parametrize(
    "body",
    [
        '{"result": []}',
        '{"result": "x"}',
        '{"result": {"a": "\\ud800"}}',
        '{"result": {"a": NaN}}',
        json.dumps({"result": {"a": "x" * 70_000}}),
        json.dumps({"result": {}, "reason": "x" * 301}),
    ],
)
def test_a_bad_result_is_refused(api, users, patient_factory, body):
    order = order_at(users["doctor"], patient_factory(), "IN_PROGRESS", job_role="LIS")
    answer = api("lab").post(
        f"{URL}{order.pk}/submit-result/", body, content_type="application/json"
    )
    assert answer.status_code == 400
    assert Order.objects.get(pk=order.pk).status == "IN_PROGRESS"


@pytest.mark.django_db(transaction=True)
def test_of_fifty_at_once_one_wins_each_step():
    doctor, radiologist = (
        accounts.test_user_put(username=role, password="x", role=role, full_name=role)
        for role in ("doctor", "rib")
    )
    patient = emr.patient_create(
        actor=doctor,
        patient_id="M1",
        full_name="A",
        birth_date=date(1980, 1, 1),
        gender="F",
    )
    order = order_make(doctor, patient)

    waiting = Barrier(50)

    def take(to_status: str) -> int:
        """The status of the answer."""
        try:
            waiting.wait(60)
            actor = doctor if to_status == "CONFIRMED" else radiologist
            services.order_transition(actor=actor, order_id=order.pk, to_status=to_status)
        except BusinessError as error:
            return error.status
        else:
            return 200
        finally:
            connection.close()

    steps = ["ACCEPTED", "IN_PROGRESS", "RESULT_READY", "CONFIRMED"]
    with ThreadPoolExecutor(50) as pool:
        for step in steps:
            assert Counter(pool.map(take, [step] * 50)) == {200: 1, 409: 49}, step
    history = OrderHistory.objects.filter(order=order).order_by("id")
    assert list(history.values_list("to_status", flat=True)) == ["ORDERED", *steps]
    assert Order.objects.get(pk=order.pk).version == 5


def test_a_genetic_result_is_the_patients_to_read_once_a_doctor_released_it(
    api, users, patient_factory
):
    patient = patient_factory(user=users["patient"])
    order = order_at(users["doctor"], patient, "RESULT_READY", job_role="LIS", job_type="GENETIC")
    Order.objects.filter(pk=order.pk).update(result={"gene_mutations": []})
    confirm = f"{URL}{order.pk}/confirm/"
    assert api("lab").post(confirm).status_code == 403
    assert api("patient").get(f"{URL}{order.pk}/").json()["result"] is None
    assert api("doctor").post(confirm).status_code == 200
    assert api("patient").get(f"{URL}{order.pk}/").json()["result"] == {"gene_mutations": []}
