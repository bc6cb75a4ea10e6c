"""What is printed, sets of which some is ordered, duplicates that are wanted, consultations."""

from __future__ import annotations

import barcode
import pytest
from rest_framework.test import APIClient

from acct import services as accounts
from audit.models import AuditLog
from ocs.models import Order, OrderHistory
from ocs.tests.factories import order_at, order_body, order_make

pytestmark = pytest.mark.django_db
URL = "/api/ocs/orders/"
SETS = "/api/ocs/order-sets/"
CONSULT = {"job_role": "CONSULT", "job_type": "NEUROSURGERY"}


def test_a_requisition_is_printed_and_recorded(api, users, patient_factory, settings):
    settings.HOSPITAL_NAME = "Hanbit"
    patient = patient_factory()
    order = order_make(users["doctor"], patient, clinical_info="Mass?")
    sheet = api("nurse").get(f"{URL}{order.pk}/sheet/", {"part": "requisition"}).json()
    assert (sheet["hospital"], sheet["printed_by_name"]) == ("Hanbit", "nurse")
    assert (sheet["order"]["clinical_info"], sheet["gender"]) == ("Mass?", patient.gender)
    assert sheet["birth_date"] == str(patient.birth_date)
    assert [step["to_status"] for step in sheet["history"]] == ["ORDERED"]
    assert [sheet["barcode"]] == barcode.get("code128", order.accession_number).build()
    logged = AuditLog.objects.get(action="order.print")
    assert (logged.patient_id, logged.detail) == (patient.pk, {"part": "requisition"})


@pytest.mark.parametrize(
    ("role", "status", "answer"),
    [
        ("nurse", "IN_PROGRESS", 409),
        ("nurse", "RESULT_READY", 200),
        ("nurse", "CANCELLED", 409),
        ("patient", "RESULT_READY", 409),
        ("patient", "CONFIRMED", 200),
        ("lab", "CONFIRMED", 404),
        ("external", "CONFIRMED", 403),
    ],
)
def test_who_prints_which_result(api, users, patient_factory, role, status, answer):
    patient = patient_factory(user=users["patient"])
    order = order_at(users["doctor"], patient, status)
    Order.objects.filter(pk=order.pk).update(result={"finding": "none"})
    sheet = api(role).get(f"{URL}{order.pk}/sheet/", {"part": "result"})
    assert sheet.status_code == answer, sheet.content
    assert AuditLog.objects.filter(action="order.print").exists() == (answer == 200)
    if answer == 200:
        assert sheet.json()["order"]["result"] == {"finding": "none"}


def test_why_a_duplicate_is_ordered_is_in_its_history(api, patient_factory):
    client, patient = api("doctor"), patient_factory()
    body = order_body(patient.pk, reason="The first was of the wrong sequence")
    order = client.post(URL, body, format="json").json()
    [step] = client.get(f"{URL}{order['id']}/history/").json()["results"]
    assert step["reason"] == body["reason"]
    assert client.post(URL, body | {"reason": "x" * 301}, format="json").status_code == 400


def test_some_of_a_set_is_ordered_with_one_question(api, patient_factory):
    body = {"patient": patient_factory().pk, "rows": [2, 0, 2], "clinical_info": "Aphasia"}
    answer = api("doctor").post(f"{SETS}stroke/apply/", body | {"reason": "Again"}, format="json")
    made = answer.json()["orders"]
    assert [one["job_type"] for one in made] == ["CT_HEAD", "BLOOD"]
    assert {one["clinical_info"] for one in made} == {"Aphasia"}
    assert [one["body_part"] for one in made] == ["HEAD", ""]
    assert set(OrderHistory.objects.values_list("reason", flat=True)) == {"Again"}


@pytest.mark.parametrize("rows", [[], [4], [-1], [0, 99], "all", [None]])
def test_rows_that_a_set_does_not_have(api, patient_factory, rows):
    body = {"patient": patient_factory().pk, "rows": rows}
    answer = api("doctor").post(f"{SETS}stroke/apply/", body, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"].startswith("rows")
    assert not Order.objects.exists()


def test_a_consultation_is_answered_and_confirmed_by_who_asked(api, users, patient_factory):
    asked = accounts.test_user_put(username="asked", password="x", role="doctor", full_name="-")
    order = order_make(users["doctor"], patient_factory(), **CONSULT)
    consultee = APIClient()
    consultee.force_authenticate(asked)
    for step in ("accept", "start"):
        assert consultee.post(f"{URL}{order.pk}/{step}/", {}, format="json").status_code == 200
    empty = consultee.post(f"{URL}{order.pk}/submit-result/", {"result": {}}, format="json")
    assert (empty.status_code, empty.json()["error"]["field"]) == (400, "result.summary")
    answer = {"result": {"summary": "Operable", "recommendation": "Resection"}}
    done = consultee.post(f"{URL}{order.pk}/submit-result/", answer, format="json")
    assert (done.status_code, done.json()["status"]) == (200, "RESULT_READY")
    assert consultee.post(f"{URL}{order.pk}/confirm/", {}, format="json").status_code == 403
    assert api("doctor").post(f"{URL}{order.pk}/confirm/", {}, format="json").status_code == 200
