"""Who reads a study: rights, what follows what, the worklist's filter, and what is recorded."""

from __future__ import annotations

import pytest
from django.utils import timezone

from audit.models import AuditLog
from pacs.tests import index
from ris.models import Reading, ReadingEvent
from ris.reading.entries import reading_note

pytestmark = pytest.mark.django_db
LIST = "/api/ris/studies/"


def say(client, study, status, **fields):
    url = f"{LIST}{study.study_instance_uid}/reading/"
    return client.post(url, {"status": status} | fields, format="json")


def read(patient, status, reader):
    study = index.study(patient)
    reading = Reading.objects.create(
        study=study, status=status, reader=reader, since=timezone.now()
    )
    reading_note(study.pk, reading)
    return study


@pytest.fixture
def study(patient_factory):
    return index.study(patient_factory())


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("admin", 403),
        ("doctor", 200),
        ("rib", 200),
        ("lab", 403),
        ("nurse", 403),
        ("patient", 403),
        ("external", 403),
        (None, 401),
    ],
)
def test_rights(api, mine, role, status):
    assert say(api(role), mine.study, "READING").status_code == status


def test_a_study_is_unread_until_somebody_takes_it(api, users, study):
    client = api("rib")
    before = client.get(LIST).json()["results"][0]
    assert (before["reading_status"], before["reader"], before["reading_at"]) == (
        "UNREAD",
        None,
        None,
    )
    taken = say(client, study, "READING").json()
    assert taken["reading_status"] == "READING"
    assert taken["reader"] == {"id": users["rib"].pk, "username": "rib1", "full_name": "rib"}
    assert taken["reading_at"]
    for path in (LIST, f"{LIST}{study.study_instance_uid}/"):
        shown = api("doctor").get(path).json()
        shown = shown.get("results", [shown])[0]
        assert {name: shown[name] for name in taken} == taken


def test_reading_ends_with_read_and_can_begin_again(api, study):
    client = api("rib")
    for status in ("READING", "READ", "READING", "UNREAD", "READ", "UNREAD"):
        answer = say(client, study, status)
        assert (answer.status_code, answer.json()["reading_status"]) == (200, status)
    assert (answer.json()["reader"], answer.json()["reading_at"]) == (None, None)


@pytest.mark.parametrize("status", ["READING", "READ"])
def test_what_one_person_reads_another_neither_takes_nor_finishes(api, users, study, status):
    say(api("rib"), study, "READING")
    answer = say(api("doctor"), study, status)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "ERR_401")
    reading = Reading.objects.get(study=study)
    assert (reading.status, reading.reader) == ("READING", users["rib"])


def test_another_person_gives_it_back_with_a_reason_and_takes_it(api, users, study):
    say(api("rib"), study, "READING")
    doctor = api("doctor")
    refused = say(doctor, study, "UNREAD")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ERR_308")
    assert say(doctor, study, "UNREAD", reason="off duty").status_code == 200
    event = ReadingEvent.objects.last()
    assert (event.step, event.reason) == ("released", "off duty")
    assert (event.actor, event.other) == (users["doctor"], users["rib"])
    assert AuditLog.objects.filter(action="study.reading")[0].detail["other"] == users["rib"].pk
    assert say(doctor, study, "READING").json()["reader"]["id"] == users["doctor"].pk


def test_saying_it_again_changes_and_records_nothing(api, users, study):
    client = api("rib")
    first = say(client, study, "READ").json()
    assert say(client, study, "READ").json() == first
    assert say(api("doctor"), study, "READ").json()["reader"]["id"] == users["rib"].pk
    log = AuditLog.objects.get(action="study.reading")
    assert (log.actor_id, log.object_id) == (users["rib"].pk, study.study_instance_uid)
    assert (log.patient_id, log.permission) == (study.patient_id, "review_ai")
    assert log.detail == {"from": "UNREAD", "to": "READ"}


@pytest.mark.parametrize("body", [{}, {"status": "read"}, {"status": "DONE"}, {"status": None}])
def test_another_status_is_refused(api, study, body):
    url = f"{LIST}{study.study_instance_uid}/reading/"
    answer = api("rib").post(url, body, format="json")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "status")


def test_a_study_that_is_not_visible_is_not_there(api, patient_factory):
    for hidden in (index.study(patient_factory(restricted=True)), index.study(None)):
        assert say(api("doctor"), hidden, "READING").status_code == 404
        assert not Reading.objects.filter(study=hidden).exists()


def test_filters(api, users, patient_factory):
    rows = {
        "UNREAD": index.study(patient_factory()),
        "READING": read(patient_factory(), "READING", users["rib"]),
        "READ": read(patient_factory(), "READ", users["admin"]),
    }
    client = api("doctor")

    def found(query):
        return [r["study_instance_uid"] for r in client.get(f"{LIST}?{query}").json()["results"]]

    for status, row in rows.items():
        assert found(f"reading_status={status}") == [row.study_instance_uid]
    assert found(f"reader={users['rib'].pk}") == [rows["READING"].study_instance_uid]
    assert found(f"reader={users['doctor'].pk}") == []
    assert client.get(f"{LIST}?reading_status=nonsense").status_code == 400
