"""Locks of a reading: one reader at a time, hand-over, taking over, expiry, and the next study."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from acct.models import Session, User
from ai.models import AIJob
from alert import services as alerts
from audit.models import AuditLog
from conftest import PASSWORD
from pacs.index.deletion import instances_delete
from pacs.index.list_keys import list_keys_write
from pacs.models import Study
from pacs.tests import index
from ris.models import Reading, ReadingEvent, WorklistEntry
from ris.reading.entries import arrival_note
from ris.reading.services import locks_expire, reading_lock
from ris.worklist.paging import Asked
from ris.worklist.rows import worklist_next

READERS = 50
NEXT = "/api/ris/worklist/next/"


def listed_study(patient, minutes=1, **fields):
    at = timezone.now() - timedelta(minutes=minutes)
    study = index.study(patient, last_instance_at=at, **fields)
    index.series(study, slices=1)
    list_keys_write(Study.objects.filter(pk=study.pk))
    return study


@pytest.fixture
def study(db, patient_factory):
    return listed_study(patient_factory())


@pytest.fixture
def say(api):
    def done(study, action, role="rib", **body):
        path = f"/api/ris/studies/{study.study_instance_uid}/{action}/"
        return api(role).post(path, body, format="json")

    return done


@pytest.mark.parametrize("action", ["lock", "unlock", "assign"])
@pytest.mark.parametrize(("role", "status"), [("admin", 403), ("nurse", 403), (None, 401)])
def test_rights(mine, say, action, role, status):
    assert say(mine.study, action, role).status_code == status


def test_a_lock_is_the_reading_state(api, users, study, say):
    locked = say(study, "lock").json()
    assert (locked["reading_status"], locked["reader"]["id"]) == ("READING", users["rib"].pk)
    assert locked["expires_at"]
    shown = api("doctor").get("/api/ris/studies/").json()["results"][0]
    assert shown["reading_status"] == "READING"
    released = say(study, "unlock").json()
    assert (released["reading_status"], released["reader"]) == ("UNREAD", None)
    assert WorklistEntry.objects.get(pk=study.pk).state == 0


def test_a_second_reader_is_told_who_reads(say, study):
    say(study, "lock")
    for action in ("lock", "unlock"):
        answer = say(study, action, "doctor")
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (409, "ERR_308")
        assert error["detail"] == "rib"
    assert say(study, "reading", "doctor", status="READ").status_code == 409


def test_a_heartbeat_lengthens_the_lock_and_records_nothing(say, study):
    first = say(study, "lock").json()
    again = say(study, "lock").json()
    assert again["expires_at"] > first["expires_at"]
    assert again["reading_at"] == first["reading_at"]
    assert AuditLog.objects.filter(action="study.reading").count() == 1


def test_taking_over_needs_a_reason_and_is_recorded(say, study, users):
    say(study, "lock")
    taken = say(study, "lock", "doctor", reason="STAT, the reader is in theatre")
    assert taken.json()["reader"]["id"] == users["doctor"].pk
    event = ReadingEvent.objects.last()
    assert (event.step, event.actor, event.other) == ("taken_over", users["doctor"], users["rib"])
    assert event.reason == "STAT, the reader is in theatre"
    log = AuditLog.objects.filter(action="study.reading").order_by("pk").last()
    assert (log.detail["step"], log.detail["other"]) == ("taken_over", users["rib"].pk)
    assert log.patient_id == study.patient_id
    assert say(study, "lock").status_code == 409


def test_handing_over_to_a_colleague(say, study, users):
    say(study, "lock")
    given = say(study, "unlock", hand_over_to=users["doctor"].pk).json()
    assert given["reader"]["id"] == given["assigned_to"]["id"] == users["doctor"].pk
    assert say(study, "lock").status_code == 409
    assert say(study, "lock", "doctor").status_code == 200
    assert ReadingEvent.objects.filter(step="handed_over", other=users["doctor"]).exists()


@pytest.mark.parametrize(("role", "status"), [("nurse", 400), ("admin", 400)])
def test_nobody_without_the_right_is_handed_a_study(say, study, users, role, status):
    say(study, "lock")
    assert say(study, "unlock", hand_over_to=users[role].pk).status_code == status
    assert say(study, "assign", assignee=users[role].pk).status_code == status
    assert say(study, "assign", assignee=999_999).status_code == 404


def test_a_study_that_was_read_is_read_again_when_its_lock_ends(say, study, users):
    say(study, "reading", status="READ")
    assert say(study, "lock", "doctor").json()["reading_status"] == "READING"
    back = say(study, "unlock", "doctor").json()
    assert (back["reading_status"], back["reader"]["id"]) == ("READ", users["rib"].pk)


def test_what_nobody_reads_is_unlocked_already(say, study):
    assert say(study, "unlock").json()["reading_status"] == "UNREAD"
    say(study, "reading", status="READ")
    assert say(study, "unlock").json()["reading_status"] == "READ"


def test_an_idle_lock_ends(say, study, users):
    say(study, "lock")
    assert locks_expire() == 0
    Reading.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert say(study, "lock", "doctor").status_code == 200
    Reading.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert locks_expire() == 1
    assert not Reading.objects.exists()
    event = ReadingEvent.objects.last()
    assert (event.step, event.actor, event.other) == ("expired", None, users["doctor"])


def test_a_lock_ends_with_the_session_of_its_reader(say, study):
    say(study, "lock")
    Session.objects.filter(user__role="rib").update(revoked_at=timezone.now())
    assert say(study, "lock", "doctor").status_code == 200


def test_what_is_not_visible_is_not_there(say, patient_factory):
    hidden = listed_study(patient_factory(restricted=True))
    for action in ("lock", "unlock", "assign"):
        assert say(hidden, action, assignee=None).status_code == 404


def test_the_next_study_is_the_best_that_nobody_holds_or_is_to_read(
    api, say, patient_factory, users
):
    first, second, third = (listed_study(patient_factory(), minutes) for minutes in (30, 20, 10))
    say(first, "lock", "doctor")
    say(second, "assign", "doctor", assignee=users["doctor"].pk)
    answer = api("rib").post(NEXT, {}, format="json")
    assert (answer.status_code, answer.json()["id"]) == (200, third.pk)
    assert answer.json()["locked_by"]["id"] == users["rib"].pk
    assert answer.json()["reading_state"] == "being_read"
    assert api("rib").post(NEXT, {}, format="json").status_code == 204
    mine = api("doctor").post(NEXT, {"assigned": "me"}, format="json")
    assert mine.json()["id"] == second.pk


def test_the_next_study_keeps_to_the_filter(api, patient_factory):
    listed_study(patient_factory(), 30)
    assert api("rib").post(NEXT, {"modality": "CT"}, format="json").status_code == 204
    assert api("rib").post(NEXT, {"modality": "MR"}, format="json").status_code == 200
    assert api("rib").post(NEXT, {"ordering": "name"}, format="json").status_code == 400


@pytest.fixture
def readers(users):
    return User.objects.bulk_create(
        User(username=f"reader{n}", password=PASSWORD, role="rib", full_name=f"Reader {n}")
        for n in range(READERS)
    )


def at_once(readers, act):
    """Each reader in a thread with a connection of its own; what they got, and None for errors."""

    def run(reader):
        try:
            return act(reader)
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(readers)) as pool:
        return list(pool.map(run, readers))


@pytest.mark.django_db(transaction=True)
def test_of_fifty_readers_at_once_one_gets_the_study(readers, patient_factory):
    study = listed_study(patient_factory())
    uid = study.study_instance_uid
    found = at_once(readers, lambda one: reading_lock(actor=one, study_instance_uid=uid))
    won = [each for each in found if not isinstance(each, Exception)]
    assert len(won) == 1
    codes = {each.code.value.code for each in found if isinstance(each, Exception)}
    assert codes == {"ERR_308"}
    assert Reading.objects.get(study=study).reader_id == won[0].reader.pk
    assert ReadingEvent.objects.filter(study=study).count() == 1


@pytest.mark.django_db(transaction=True)
def test_fifty_readers_who_ask_at_once_get_a_study_each(readers, patient_factory):
    for minutes in range(READERS):
        listed_study(patient_factory(), minutes)
    found = at_once(readers, lambda one: worklist_next(actor=one, asked=Asked()))
    assert [each for each in found if isinstance(each, Exception)] == []
    ids = [row.study.pk for row in found if row is not None]
    assert len(set(ids)) == len(ids)
    assert {row.locked_by.pk for row in found if row} == set(
        Reading.objects.values_list("reader_id", flat=True)
    )
    assert len(ids) == READERS


def test_open_windows_hear_of_a_lock(study, say, monkeypatch, django_capture_on_commit_callbacks):
    told = []

    async def tell(topic):
        told.append(topic)

    monkeypatch.setattr(alerts, "_tell", tell)
    with django_capture_on_commit_callbacks(execute=True):
        say(study, "lock")
    assert told == ["worklist"]


def test_the_readers_are_those_who_may_read(api, users):
    named = {reader["id"] for reader in api("rib").get("/api/ris/readers/").json()}
    assert named == {users["rib"].pk, users["doctor"].pk}


def test_a_study_that_jobs_keep_without_images_is_not_offered(api, users, patient_factory):
    gone, kept = listed_study(patient_factory(), 30), listed_study(patient_factory(), 20)
    series = gone.series.get()
    AIJob.objects.create(
        study=gone,
        series=series,
        patient=gone.patient,
        model_id="stroke_risk",
        model_version="1.0.0",
        model_manifest={"name": "Stroke risk", "kind": "network"},
        requested_by=users["doctor"],
        status="COMPLETED",
    )
    instances_delete(list(series.instances.values_list("orthanc_id", flat=True)))
    assert Study.objects.filter(pk=gone.pk).exists()
    shown = api("rib").get("/api/ris/worklist/").json()["results"]
    assert [row["id"] for row in shown] == [kept.pk]
    index.instance(series)
    arrival_note(gone.pk)
    assert api("rib").post(NEXT, {}, format="json").json()["id"] == gone.pk
