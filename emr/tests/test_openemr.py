"""Patients that are in OpenEMR too: found, kept alike, both kept when both changed."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.utils import timezone

from audit.models import AuditLog
from common.errors import ExternalError
from common.outbox.models import OutboxEvent
from emr import openemr_sync, sync_runs, tasks
from emr.events import PATIENT_SYNC
from emr.models import Patient, PatientLink, SyncConflict, SyncRun
from emr.tests.factories import patient_body
from openemr.router import ALIAS

pytestmark = pytest.mark.django_db(databases=["default", ALIAS])
URL = "/api/emr/patients/"
CONFLICTS = "/api/emr/sync/conflicts/"
RUNS = "/api/emr/sync/runs/"


def sql(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def there(pid: int = 7, mrn: str = "M-7", **values: Any) -> None:
    row = {"pid": pid, "pubpid": mrn, "fname": "Emily", "lname": "Carter"}
    row |= {"DOB": "1980-02-29", "sex": "Female", "phone_cell": "010-1"} | values
    marks = ", ".join(["%s"] * len(row))
    sql(f"INSERT INTO patient_data ({', '.join(row)}) VALUES ({marks})", *row.values())  # noqa: S608


def deliver() -> None:
    """What the outbox would do with the events so far."""
    for event in OutboxEvent.objects.filter(topic=PATIENT_SYNC, status="PENDING").order_by("pk"):
        openemr_sync.patient_sync(patient_id=event.payload["patient_id"])
        event.delete()


@pytest.fixture
def linked(openemr, api):
    """A patient of OpenEMR who was taken over."""
    there()
    api("doctor").get(URL, {"patient_id": "M-7"})
    deliver()
    return Patient.objects.get()


def outage() -> None:
    cache.set("openemr:down", timezone.now(), None)
    cache.set("openemr:tried", True, 60)


@pytest.mark.parametrize("query", [("", "patient_id"), ("search/", "q")])
def test_a_patient_who_is_only_there_is_found_and_taken_over(openemr, api, query):
    there()
    path, name = query
    [found] = api("doctor").get(URL + path, {name: "M-7"}).json()["results"]
    assert (found["full_name"], found["gender"], found["phone"]) == ("Emily Carter", "F", "010-1")
    source = found["emr_source"]
    assert (source["name"], source["stale"], source["down_since"]) == ("OpenEMR", True, None)
    record = AuditLog.objects.get(action="patient.import")
    assert (record.patient_id, record.actor_username) == (found["id"], "doctor1")
    [record_to_fetch] = OutboxEvent.objects.filter(topic=PATIENT_SYNC)
    assert record_to_fetch.payload["patient_id"] == found["id"]


def test_without_openemr_nothing_is_asked_and_nothing_sent(openemr, api, settings):
    settings.OPENEMR_ENABLED = False
    there()
    client = api("doctor")
    assert client.get(URL, {"patient_id": "M-7"}).json()["count"] == 0
    made = client.post(URL, patient_body(), format="json").json()
    assert made["emr_source"] is None
    assert not OutboxEvent.objects.filter(topic=PATIENT_SYNC).exists()
    assert client.post(f"{URL}sync/{made['id']}/").status_code == 409


@pytest.mark.parametrize("role", ["patient", "external"])
def test_whoever_does_not_see_all_patients_asks_nobody(openemr, api, role):
    there()
    assert api(role).get(URL, {"patient_id": "M-7"}).json()["count"] == 0
    assert not Patient.objects.exists()


def test_an_unknown_number_is_asked_for_once(openemr, api, django_assert_num_queries):
    client = api("doctor")
    client.get(URL, {"patient_id": "M-7"})
    there()
    with django_assert_num_queries(0, using=ALIAS):
        assert client.get(URL, {"patient_id": "M-7"}).json()["count"] == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"DOB": None}, "birth_date"),
        ({"DOB": "0000-00-00"}, "birth_date"),
        ({"DOB": "2999-01-01"}, "birth_date"),
        ({"fname": "", "lname": ""}, "full_name"),
        ({"pubpid": "환자"}, "patient_id"),
        ({"pubpid": "A*"}, "patient_id"),
    ],
)
def test_what_is_not_known_is_not_made_up_but_reported(openemr, api, changes, field):
    there(**changes)
    run = run_all(api)
    assert (run["state"], run["done"], run["created"], run["left_out"]) == ("done", 1, 0, 1)
    assert run["problems"] == [{"pid": 7, "field": field}]
    assert not Patient.objects.exists()


def run_all(api: Any) -> Any:
    client = api("admin")
    run = client.post(RUNS)
    assert run.status_code == 202
    assert client.post(RUNS).status_code == 409
    sync_runs.run_continue(run_id=run.json()["id"])
    return client.get(f"{RUNS}{run.json()['id']}/").json()


def test_a_run_takes_all_over_and_goes_on_where_it_stopped(openemr, api, monkeypatch):
    monkeypatch.setattr(sync_runs, "STEP", 2)
    for pid in range(1, 6):
        there(pid, f"M-{pid}")
    step, calls = sync_runs._step, []

    def dies(run, page, shared):
        calls.append(page)
        if len(calls) == 2:
            raise KeyboardInterrupt
        step(run, page, shared)

    monkeypatch.setattr(sync_runs, "_step", dies)
    with pytest.raises(KeyboardInterrupt):
        run_all(api)
    half = SyncRun.objects.get()
    assert (half.state, half.done, half.total, half.last_pid) == ("running", 2, 5, 2)
    sync_runs.run_continue(run_id=half.pk)
    half.refresh_from_db()
    assert (half.state, half.done, half.created) == ("done", 5, 5)
    assert Patient.objects.count() == 5


def test_a_new_patient_arrives_there_once(openemr, api):
    made = api("doctor").post(URL, patient_body(phone="010-5"), format="json").json()
    deliver()
    openemr_sync.patient_sync(patient_id=made["id"])
    row = "SELECT pubpid, lname, fname, DATE_FORMAT(DOB, '%%Y-%%m-%%d'), sex, phone_cell "
    assert sql(f"{row} FROM patient_data WHERE 1 = %s", 1) == [
        ("MRN-1", "홍길동", "", "1980-02-29", "Male", "010-5")
    ]
    link = PatientLink.objects.get()
    assert sql("SELECT uuid FROM patient_data") == [(link.uuid.bytes,)]


def test_a_change_goes_either_way(linked, api):
    client = api("nurse")
    client.patch(f"{URL}{linked.pk}/", {"phone": "010-2"}, format="json", HTTP_IF_MATCH='"1"')
    deliver()
    assert sql("SELECT phone_cell, fname FROM patient_data") == [("010-2", "Emily")]
    sql("UPDATE patient_data SET lname = 'Clark'")
    assert client.post(f"{URL}sync/{linked.pk}/").status_code == 202
    deliver()
    linked.refresh_from_db()
    assert (linked.full_name, linked.phone, linked.version) == ("Emily Clark", "010-2", 3)
    assert AuditLog.objects.filter(action="patient.sync", patient_id=linked.pk).exists()
    assert not SyncConflict.objects.exists()


def test_a_restriction_alone_is_no_news_for_openemr(linked, api):
    api("doctor").patch(
        f"{URL}{linked.pk}/", {"restricted": True}, format="json", HTTP_IF_MATCH='"1"'
    )
    assert not OutboxEvent.objects.filter(topic=PATIENT_SYNC).exists()


def both_changed(linked, api) -> Any:
    api("doctor").patch(
        f"{URL}{linked.pk}/", {"phone": "010-2"}, format="json", HTTP_IF_MATCH='"1"'
    )
    sql("UPDATE patient_data SET phone_cell = '010-9', street = 'Elm St'")
    deliver()
    [conflict] = api("nurse").get(CONFLICTS).json()["results"]
    return conflict


def test_when_both_changed_both_are_kept(linked, api):
    conflict = both_changed(linked, api)
    assert (conflict["ours"]["phone"], conflict["theirs"]["phone"]) == ("010-2", "010-9")
    assert conflict["patient"]["id"] == linked.pk
    openemr_sync.patient_sync(patient_id=linked.pk)
    assert SyncConflict.objects.count() == 1
    assert sql("SELECT phone_cell FROM patient_data") == [("010-9",)]
    assert AuditLog.objects.filter(action="conflict.list", patient_id=linked.pk).exists()


@pytest.mark.parametrize(("keep", "phone"), [("ours", "010-2"), ("theirs", "010-9")])
def test_a_person_says_which_side_stays(linked, api, keep, phone):
    conflict, client = both_changed(linked, api), api("nurse")
    url = f"{CONFLICTS}{conflict['id']}/resolve/"
    assert client.post(url, {"keep": "mine"}, format="json").status_code == 400
    assert api("rib").post(url, {"keep": keep}, format="json").status_code == 403
    answer = client.post(url, {"keep": keep}, format="json")
    assert (answer.status_code, answer.json()["kept"]) == (200, keep)
    assert client.post(url, {"keep": keep}, format="json").status_code == 409
    deliver()
    linked.refresh_from_db()
    assert linked.phone == phone
    assert sql("SELECT phone_cell FROM patient_data") == [(phone,)]
    assert client.get(CONFLICTS).json()["count"] == 0
    assert AuditLog.objects.filter(action="patient.conflict_resolve", actor_role="nurse").exists()


def test_a_conflict_that_was_overtaken_is_not_resolved_blindly(linked, api):
    conflict = both_changed(linked, api)
    api("doctor").patch(
        f"{URL}{linked.pk}/", {"phone": "010-3"}, format="json", HTTP_IF_MATCH='"2"'
    )
    url = f"{CONFLICTS}{conflict['id']}/resolve/"
    assert api("nurse").post(url, {"keep": "theirs"}, format="json").status_code == 409
    deliver()
    [now] = api("nurse").get(CONFLICTS).json()["results"]
    assert (now["id"], now["ours"]["phone"]) == (conflict["id"], "010-3")


def test_while_openemr_is_down_pages_answer_and_what_changes_arrives_later(linked, api, settings):
    settings.OPENEMR_MAX_AGE_S = 0
    outage()
    client, begun = api("doctor"), time.monotonic()
    shown = client.get(f"{URL}{linked.pk}/").json()
    assert shown["emr_source"]["stale"] and shown["emr_source"]["synced_at"]
    assert client.get(URL, {"patient_id": "M-8"}).json()["count"] == 0
    body = patient_body(patient_id="M-9")
    assert client.post(URL, body, format="json").status_code == 201
    edit = client.patch(
        f"{URL}{linked.pk}/", {"phone": "010-4"}, format="json", HTTP_IF_MATCH='"1"'
    )
    assert edit.status_code == 200
    assert time.monotonic() - begun < 2
    with pytest.raises(ExternalError):
        deliver()
    cache.delete("openemr:tried")
    deliver()
    arrived = "SELECT pubpid, phone_cell FROM patient_data ORDER BY pid"
    assert sql(arrived) == [("M-7", "010-4"), ("M-9", "")]


def test_an_old_copy_is_refreshed_once_per_age(linked, settings):
    PatientLink.objects.update(synced_at="2026-01-01T00:00:00Z")
    patient = Patient.objects.select_related("openemr_link").get()
    assert openemr_sync.refresh_is_due(patient)
    assert not openemr_sync.refresh_is_due(patient)
    sql("UPDATE patient_data SET phone_cell = '010-8'")
    tasks.patient_refresh(linked.pk)
    linked.refresh_from_db()
    assert linked.phone == "010-8"


def test_an_mrn_of_two_there_is_not_guessed(openemr, api):
    there(1, "M-1")
    there(2, "M-1", fname="Ann")
    assert api("doctor").get(URL, {"patient_id": "M-1"}).json()["count"] == 0
    run = run_all(api)
    assert (run["created"], run["left_out"]) == (0, 2)
    assert run["problems"] == [{"pid": pid, "field": "patient_id"} for pid in (1, 2)]


def test_a_list_costs_the_same_with_a_source(openemr, api, django_assert_max_num_queries):
    for pid in range(1, 21):
        there(pid, f"M-{pid}")
    run_all(api)
    client = api("doctor")
    with django_assert_max_num_queries(7):
        assert client.get(URL).json()["count"] == 20
    with django_assert_max_num_queries(8):  # and the MRN
        assert client.get(f"{URL}search/", {"q": "Emily"}).json()["count"] == 20


def test_the_row_of_another_person_there_does_not_go_into_our_patient(linked, api):
    sql("UPDATE patient_data SET pubpid = 'M-8', fname = 'Olivia', phone_cell = '010-2'")
    openemr_sync.patient_sync(patient_id=linked.pk)
    linked.refresh_from_db()
    assert (linked.full_name, linked.phone) == ("Emily Carter", "010-1")
    assert sql("SELECT pubpid, fname FROM patient_data") == [("M-8", "Olivia")]


def test_what_does_not_fit_here_is_not_erased_there(openemr, api):
    phone = "02-123-4567 ext 1234 (work, mornings)"
    there(phone_cell=phone)
    api("doctor").get(URL, {"patient_id": "M-7"})
    patient = Patient.objects.get()
    assert patient.phone == ""
    change = {"full_name": "Emily Smith"}
    answer = api("doctor").patch(
        f"{URL}{patient.pk}/", change, format="json", HTTP_IF_MATCH=f'"{patient.version}"'
    )
    assert answer.status_code == 200
    deliver()
    assert sql("SELECT phone_cell, lname FROM patient_data") == [(phone, "Smith")]


def test_what_is_written_differently_there_stays_as_it_is_here(linked, api):
    Patient.objects.filter(pk=linked.pk).update(gender="O")
    openemr_sync.patient_sync(patient_id=linked.pk)
    sql("UPDATE patient_data SET phone_cell = '010-9'")
    openemr_sync.patient_sync(patient_id=linked.pk)
    linked.refresh_from_db()
    assert (linked.gender, linked.phone) == ("O", "010-9")
    changes = api("doctor").get(f"{URL}{linked.pk}/history/").json()["results"]
    assert (changes[0]["actor"], changes[0]["changes"]) == (
        None,
        [{"field": "phone", "before": "010-1", "after": "010-9"}],
    )


def test_a_side_that_changed_while_the_page_was_open_is_looked_at_again(linked, api):
    Patient.objects.filter(pk=linked.pk).update(phone="010-2")
    sql("UPDATE patient_data SET phone_cell = '010-3'")
    openemr_sync.patient_sync(patient_id=linked.pk)
    [shown] = api("doctor").get(CONFLICTS).json()["results"]
    sql("UPDATE patient_data SET phone_cell = '010-4'")
    openemr_sync.patient_sync(patient_id=linked.pk)
    url, body = f"{CONFLICTS}{shown['id']}/resolve/", {"keep": "ours", "shown": shown["shown"]}
    assert api("doctor").post(url, body, format="json").status_code == 409
    [shown] = api("doctor").get(CONFLICTS).json()["results"]
    body["shown"] = shown["shown"]
    assert api("doctor").post(url, body, format="json").status_code == 200
