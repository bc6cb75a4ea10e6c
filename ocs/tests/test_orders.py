"""Orders: create, read, list, and who may."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection

from acct import services as accounts
from audit.models import AuditLog
from emr import services as emr
from emr.models import Patient
from ocs import selectors, services
from ocs.models import Order
from ocs.tests.factories import care_for, order_at, order_body, order_make
from rbac import services as grants

URL = "/api/ocs/orders/"
ROLES = ["admin", "doctor", "rib", "lab", "nurse", "patient", "external", None]


@pytest.mark.parametrize(
    ("method", "path", "job_role", "statuses"),
    [
        # admin, doctor, rib, lab, nurse, patient, external, nobody
        ("GET", "", "RIS", [200, 200, 200, 200, 200, 200, 403, 401]),
        ("POST", "", "RIS", [403, 201, 403, 403, 403, 403, 403, 401]),
        ("GET", "{pk}/", "RIS", [200, 200, 200, 404, 200, 404, 403, 401]),
        ("GET", "{pk}/", "LIS", [200, 200, 200, 200, 200, 404, 403, 401]),
        ("GET", "{pk}/history/", "RIS", [200, 200, 200, 404, 200, 404, 403, 401]),
    ],
)
@pytest.mark.parametrize("index", range(len(ROLES)), ids=[str(role) for role in ROLES])
def test_rights(api, users, patient_factory, method, path, job_role, statuses, index):
    patient = patient_factory()
    order = order_make(users["doctor"], patient, job_role=job_role)
    answer = api(ROLES[index]).generic(
        method,
        URL + path.format(pk=order.pk),
        json.dumps(order_body(patient.pk)),
        content_type="application/json",
    )
    assert answer.status_code == statuses[index], answer.content


def test_an_order_is_created_and_read_back(api, users, patient_factory):
    patient, client = patient_factory(), api("doctor")
    created = client.post(
        URL,
        order_body(patient.pk, priority="stat", clinical_info="headache"),
        format="json",
    )
    body = created.json()
    assert created.status_code == 201
    assert {k: v for k, v in body.items() if k not in ("id", "ordered_at")} == {
        "accession_number": body["accession_number"],
        "patient": {
            "id": patient.pk,
            "patient_id": patient.patient_id,
            "full_name": patient.full_name,
        },
        "encounter": None,
        "job_role": "RIS",
        "job_type": "MR_BRAIN",
        "priority": "stat",
        "status": "ORDERED",
        "clinical_info": "headache",
        "body_part": "",
        "laterality": "",
        "due_at": None,
        "overdue": False,
        "assigned_to": None,
        "assigned_to_name": None,
        "result": None,
        "result_schema_version": None,
        "ordered_by": users["doctor"].pk,
        "ordered_by_name": "doctor",
        "version": 1,
        "possible_duplicates": [],
    }
    read = client.get(f"{URL}{body['id']}/")
    assert read.json() == {k: v for k, v in body.items() if k != "possible_duplicates"}
    assert read["ETag"] == '"1"'
    history = client.get(f"{URL}{body['id']}/history/").json()["results"]
    assert [(h["from_status"], h["to_status"], h["actor_name"]) for h in history] == [
        ("", "ORDERED", "doctor")
    ]


def test_accession_numbers_fit_dicom_and_differ(users, patient_factory):
    patient = patient_factory()
    orders = [order_make(users["doctor"], patient) for _ in range(3)]
    numbers = [Order.objects.get(pk=order.pk).accession_number for order in orders]
    assert len(set(numbers)) == 3
    assert all(len(n) == 16 and n.isdigit() for n in numbers)
    assert selectors.order_by_accession(numbers[0]) == orders[0]
    assert selectors.order_by_accession("") is None


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("patient", 999_999, 404),
        ("patient", "x", 400),
        ("encounter", 999_999, 400),
        ("job_role", "XXX", 400),
        ("job_type", "", 400),
        ("job_type", "a\nb", 400),
        ("job_type", "<b>", 400),
        ("priority", "now", 400),
        ("clinical_info", "x" * 501, 400),
    ],
)
def test_a_bad_order_is_refused(api, patient_factory, field, value, status):
    body = order_body(patient_factory().pk) | {field: value}
    answer = api("doctor").post(URL, body, format="json")
    assert answer.status_code == status
    assert not Order.objects.exists()


def test_the_same_key_orders_once(api, patient_factory):
    client, body = api("doctor"), order_body(patient_factory().pk)
    first = client.post(URL, body, format="json", HTTP_X_IDEMPOTENCY_KEY="order-1")
    second = client.post(URL, body, format="json", HTTP_X_IDEMPOTENCY_KEY="order-1")
    assert first.json() == second.json()
    assert Order.objects.count() == 1


def test_orders_of_a_restricted_patient_are_hidden(api, users, patient_factory):
    patient = patient_factory(restricted=True)
    care_for(patient, users["doctor"])
    order = order_make(users["doctor"], patient, job_role="CONSULT")
    url = f"{URL}{order.pk}/"
    assert api("doctor").get(url).status_code == 200
    assert api("rib").get(url).status_code == 404
    assert api("rib").post(f"{url}accept/").status_code == 404
    assert api("nurse").get(URL).json()["count"] == 0
    grants.grant_break_glass(actor=users["rib"], patient_id=patient.pk, reason="emergency")
    assert api("rib").get(url).status_code == 200


def test_a_patient_sees_their_confirmed_results_only(api, users, patient_factory):
    own, other = patient_factory(user=users["patient"]), patient_factory()
    order_make(users["doctor"], other)
    order = order_at(users["doctor"], own, "RESULT_READY", job_role="LIS", job_type="BLOOD")
    Order.objects.filter(pk=order.pk).update(result={"hb": 12})
    client = api("patient")
    assert [o["id"] for o in client.get(URL).json()["results"]] == [order.pk]
    assert client.get(f"{URL}{order.pk}/").json()["result"] is None
    assert api("nurse").get(f"{URL}{order.pk}/").json()["result"] == {"hb": 12}
    services.order_transition(actor=users["doctor"], order_id=order.pk, to_status="CONFIRMED")
    assert client.get(f"{URL}{order.pk}/").json()["result"] == {"hb": 12}


def test_the_list_filters_at_a_fixed_cost(
    api, users, patient_factory, django_assert_max_num_queries
):
    first, second = patient_factory(), patient_factory()
    for role in ("RIS", "LIS", "TREATMENT", "CONSULT"):
        order_make(users["doctor"], first, job_role=role)
    order_make(users["doctor"], second, priority="stat")
    client = api("doctor")

    def count(**query: object) -> int:
        return client.get(URL, query).json()["count"]

    with django_assert_max_num_queries(6):
        assert count() == 5
    assert count(job_role="RIS") == 2
    assert count(patient=first.pk) == 4
    assert count(priority="stat", status="ORDERED") == 1
    assert count(status="CONFIRMED") == 0
    assert client.get(URL, {"status": "nonsense"}).status_code == 400
    assert api("lab").get(URL).json()["count"] == 1


def test_reads_are_recorded(api, users, patient_factory):
    order = order_make(users["doctor"], patient_factory())
    client = api("nurse")
    client.get(f"{URL}{order.pk}/")
    client.get(URL, {"job_role": "RIS"})
    client.get(f"{URL}{order.pk}/history/")
    [created] = order.history.all()
    records = AuditLog.objects.filter(actor_id=users["nurse"].pk).exclude(action="session.login")
    assert [(r.action, r.patient_id, r.detail) for r in records.order_by("id")] == [
        ("order.read", order.patient_id, {}),
        (
            "order.list",
            order.patient_id,
            {"filters": {"job_role": ["RIS"]}, "rows": [str(order.pk)]},
        ),
        ("order.history", order.patient_id, {"filters": {}, "rows": [str(created.pk)]}),
    ]


@pytest.mark.django_db(transaction=True)
def test_orders_made_at_once_get_their_own_numbers():
    doctor = accounts.test_user_put(
        username="doctor1", password="x", role="doctor", full_name="doctor"
    )
    patient = emr.patient_create(
        actor=doctor,
        patient_id="M1",
        full_name="A",
        birth_date=date(1980, 1, 1),
        gender="F",
    )
    assert isinstance(patient, Patient)

    def make(_: int) -> str:
        try:
            return order_make(doctor, patient).accession_number
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(make, range(24)))
    assert len(set(numbers)) == 24


def test_a_stat_order_stands_before_all_that_are_older(api, users, patient_factory):
    patient = patient_factory()
    made = [
        order_make(users["doctor"], patient, priority=priority)
        for priority in ("routine", "urgent", "stat", "urgent", "stat", "routine")
    ]
    listed = api("rib").get(f"{URL}?ordering=priority,ordered_at").json()["results"]
    assert [made.index(Order.objects.get(pk=o["id"])) for o in listed] == [2, 4, 1, 3, 0, 5]
    listed = api("rib").get(f"{URL}?ordering=-priority").json()["results"]
    assert listed[0]["priority"] == "routine"


def test_open_orders_and_those_of_one_doctor(api, users, patient_factory):
    patient = patient_factory()
    other = accounts.test_user_put(
        username="doctor2", password="x", role="doctor", full_name="other"
    )
    states = ("ORDERED", "ACCEPTED", "IN_PROGRESS", "RESULT_READY", "CONFIRMED", "CANCELLED")
    for status in states:
        order_at(users["doctor"], patient, status)
    order_at(other, patient, "ORDERED")
    listed = api("doctor").get(f"{URL}?open=true&ordered_by={users['doctor'].pk}").json()
    assert {order["status"] for order in listed["results"]} == set(states[:4])
    assert listed["count"] == 4
    assert api("doctor").get(f"{URL}?open=false").json()["count"] == 2
