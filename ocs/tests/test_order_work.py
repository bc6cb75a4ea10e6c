"""Where and until when, assignment, notes, sets, duplicates, what is overdue."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from acct import services as accounts
from alert.models import Notification
from audit.models import AuditLog
from ocs.models import Order, OrderNote
from ocs.services import order_alerts
from ocs.tests.factories import order_at, order_body, order_make
from ocs.tests.test_alerts import alerted, deliver

pytestmark = pytest.mark.django_db
URL = "/api/ocs/orders/"
SETS = "/api/ocs/order-sets/"


def later(**ago):
    return (timezone.now() + timedelta(**ago)).isoformat()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"body_part": "BRAIN"}, None),
        ({"laterality": "L"}, None),  # of the brain, which the examination names
        ({"job_role": "TREATMENT", "job_type": "SURGERY", "body_part": "KNEE"}, None),
        ({"body_part": "MOON"}, "body_part"),
        ({"laterality": "left"}, "laterality"),
        ({"job_type": "MR_SPINE", "laterality": "L"}, "laterality"),
        ({"job_type": "MR_OTHER", "laterality": "L"}, "laterality"),
        ({"job_role": "LIS", "job_type": "BLOOD", "body_part": "BRAIN"}, "body_part"),
        ({"job_role": "CONSULT", "laterality": "R"}, "laterality"),
        ({"job_role": "TREATMENT", "job_type": "CHEMOTHERAPY", "body_part": "HEAD"}, "body_part"),
        ({"due_at": later(hours=2)}, None),
        ({"due_at": later(hours=-2)}, "due_at"),
        ({"due_at": "2999-01-01T00:00:00Z"}, "due_at"),
        ({"due_at": "2026-02-30T00:00:00Z"}, "due_at"),
    ],
)
def test_where_and_until_when(api, patient_factory, fields, field):
    answer = api("doctor").post(URL, order_body(patient_factory().pk) | fields, format="json")
    if field:
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
        assert not Order.objects.exists()
    else:
        assert answer.status_code == 201, answer.content
        shown = api("doctor").get(f"{URL}{answer.json()['id']}/").json()
        assert {k: shown[k] for k in fields if k != "due_at"} == {
            k: v for k, v in fields.items() if k != "due_at"
        }
        assert bool(shown["due_at"]) == ("due_at" in fields)


@pytest.mark.parametrize(
    ("role", "assignee", "status"),
    [
        ("rib", "rib", 200),
        ("rib", None, 200),
        ("rib", "doctor", 400),
        ("rib", "nobody", 400),
        ("doctor", "rib", 403),
        ("lab", "rib", 404),
        ("nurse", "rib", 403),
        ("patient", "rib", 403),
    ],
)
def test_who_assigns_to_whom(api, users, patient_factory, role, assignee, status):
    order = order_make(users["doctor"], patient_factory(user=users["patient"]))
    wanted = users[assignee].pk if assignee in users else 999_999 if assignee else None
    answer = api(role).post(f"{URL}{order.pk}/assign/", {"user": wanted}, format="json")
    assert answer.status_code == status, answer.content
    kept = Order.objects.get(pk=order.pk).assigned_to_id
    assert kept == (users["rib"].pk if status == 200 and assignee else None)


def test_whom_an_order_is_assigned_to_is_told(api, users, patient_factory):
    other = accounts.test_user_put(username="rib2", password="x", role="rib", full_name="other")
    order = order_make(users["doctor"], patient_factory())
    people = api("rib").get(f"{URL}{order.pk}/assignees/").json()
    assert {one["id"] for one in people} == {users["rib"].pk, other.pk}
    deliver()
    Notification.objects.all().delete()
    answer = api("rib").post(f"{URL}{order.pk}/assign/", {"user": other.pk}, format="json").json()
    assert (answer["assigned_to_name"], answer["version"]) == ("other", 2)
    deliver()
    assert list(Notification.objects.values_list("user", "kind")) == [(other.pk, "order_assigned")]
    assert [o["id"] for o in api("rib").get(URL, {"assigned_to": other.pk}).json()["results"]] == [
        order.pk
    ]


def test_an_ended_order_is_not_assigned(api, users, patient_factory):
    order = order_at(users["doctor"], patient_factory(), "CONFIRMED")
    answer = api("rib").post(f"{URL}{order.pk}/assign/", {"user": users["rib"].pk}, format="json")
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [
        ("doctor", 1, 201),
        ("rib", 1, 201),
        ("nurse", 1, 403),
        ("admin", 1, 403),
        ("patient", 0, 403),
    ],
)
def test_notes_are_the_staffs(api, users, patient_factory, role, read, write):
    order = order_make(users["doctor"], patient_factory(user=users["patient"]))
    OrderNote.objects.create(order=order, author=users["rib"], text="old metal in the eye?")
    client, url = api(role), f"{URL}{order.pk}/notes/"
    assert client.get(url).json()["count"] == read
    assert client.post(url, {"text": "asked"}, format="json").status_code == write
    logged = AuditLog.objects.filter(action="order.notes", patient_id=order.patient_id)
    assert logged.count() == read


@pytest.mark.parametrize("text", ["", "x" * 2001, "x" * (1 << 20), None])
def test_a_bad_note_is_refused(api, users, patient_factory, text):
    order = order_make(users["doctor"], patient_factory())
    answer = api("rib").post(f"{URL}{order.pk}/notes/", {"text": text}, format="json")
    assert answer.status_code == 400
    assert not OrderNote.objects.exists()


@pytest.mark.parametrize(("name", "count"), [("new_brain_tumour", 3), ("stroke", 4)])
def test_a_set_orders_all_of_it(api, patient_factory, name, count):
    client, patient = api("doctor"), patient_factory()
    [known] = [each for each in client.get(SETS).json() if each["id"] == name]
    assert set(known["name"]) == {"ko", "en"}
    answer = client.post(f"{SETS}{name}/apply/", {"patient": patient.pk}, format="json")
    assert answer.status_code == 201
    made = [(o["job_role"], o["job_type"], o["priority"]) for o in answer.json()["orders"]]
    assert made == [(o["job_role"], o["job_type"], o["priority"]) for o in known["orders"]]
    assert Order.objects.filter(patient=patient).count() == count


def test_a_set_that_is_not_known_or_not_for_this_patient_orders_nothing(api, patient_factory):
    client, hidden = api("doctor"), patient_factory(restricted=True)
    unknown = client.post(f"{SETS}no-such/apply/", {"patient": hidden.pk}, format="json")
    unseen = client.post(f"{SETS}stroke/apply/", {"patient": hidden.pk}, format="json")
    assert (unknown.status_code, unseen.status_code) == (404, 404)
    assert not Order.objects.exists()


def test_what_may_be_a_duplicate_is_said(api, users, patient_factory):
    client, patient = api("doctor"), patient_factory()
    first = client.post(URL, order_body(patient.pk), format="json").json()
    done = order_at(users["doctor"], patient, "CONFIRMED")
    old = order_make(users["doctor"], patient)
    Order.objects.filter(pk=old.pk).update(ordered_at=timezone.now() - timedelta(hours=25))
    order_make(users["doctor"], patient_factory())
    order_make(users["doctor"], patient, job_type="CT_HEAD")
    query = {"patient": patient.pk, "job_type": "MR_BRAIN"}
    before = client.get(f"{URL}duplicates/", query).json()["possible_duplicates"]
    second = client.post(URL, order_body(patient.pk), format="json").json()
    for found in (before, second["possible_duplicates"]):
        assert [one["id"] for one in found] == [first["id"]]
    assert done.pk not in [one["id"] for one in before]
    hidden = patient_factory(restricted=True)
    assert client.get(f"{URL}duplicates/", query | {"patient": hidden.pk}).status_code == 404


def test_an_overdue_order_is_told_once(api, users, patient_factory):
    patient = patient_factory()
    order = order_make(users["doctor"], patient, due_at=timezone.now() + timedelta(seconds=30))
    done = order_at(users["doctor"], patient, "RESULT_READY")
    Order.objects.filter(pk=order.pk).update(assigned_to=users["rib"])
    both = Order.objects.filter(pk__in=[order.pk, done.pk])
    order_alerts.overdue_orders_alert()
    assert not Notification.objects.exists()
    both.update(due_at=timezone.now() - timedelta(seconds=1))
    for _ in range(2):
        order_alerts.overdue_orders_alert()
        Notification.objects.filter(dedup_key__endswith=":overdue").update(read_at=timezone.now())
    assert alerted() == [("doctor", "order_overdue"), ("rib", "order_overdue")]
    client = api("doctor")
    shown = client.get(URL, {"overdue": "true"}).json()["results"]
    assert [(o["id"], o["overdue"]) for o in shown] == [(order.pk, True)]
    assert [o["id"] for o in client.get(URL, {"overdue": "false"}).json()["results"]] == [done.pk]
