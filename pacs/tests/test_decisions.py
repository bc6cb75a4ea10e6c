"""Cached decisions: one round trip to Redis, none to the database, ended by any change."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from acct import services as accounts
from audit.services import STREAM, stream
from conftest import PASSWORD
from emr import services as patients
from emr.models import Patient
from emr.services import patient_merging
from pacs.derived import decisions
from pacs.models import Instance
from pacs.tests import index
from pacs.tests.cached_requests import bursts
from rbac import epochs, services as grants
from rbac.models import Grant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_cached():
    stream().flushdb()


def test_the_second_frame_needs_no_database_and_is_recorded(
    ask, mine, users, signed_in, django_assert_num_queries
):
    token = signed_in("doctor")
    first = ask(token)
    with django_assert_num_queries(0):
        second = ask(token)
    assert first.status == second.status == 200
    for name in ("X-Accel-Redirect", "X-Part-Type", "Content-Type", "Cache-Control"):
        assert first.headers[name] == second.headers[name]
    ((who, item),) = bursts()
    assert item == f"{mine.instance.sop_instance_uid} 1"
    assert who == {
        "actor_id": users["doctor"].pk,
        "actor_username": "doctor1",
        "actor_role": "doctor",
        "action": "dicomweb.retrieve",
        "patient_id": mine.patient.pk,
        "permission": "view_dicom",
        "outcome": "ok",
        "object_type": "series",
        "object_id": mine.series.series_instance_uid,
        "source_ip": "10.1.2.3",
    }


def test_what_the_browser_has_is_not_sent_again_but_recorded(ask, signed_in):
    token = signed_in("doctor")
    tag = ask(token).headers["ETag"]
    for known, status in ((tag, 304), ('"x"', 200), (f"W/{tag}", 304)):
        answer = ask(token, known=known)
        assert answer.status == status
        assert answer.headers["ETag"] == tag
        assert ("X-Accel-Redirect" in answer.headers) == (status == 200)
    assert len(bursts()) == 3


def test_the_other_instances_of_the_series_are_cached_too(
    ask, mine, signed_in, django_assert_num_queries
):
    token = signed_in("patient")
    ask(token)
    uids = list(mine.series.instances.values_list("sop_instance_uid", "orthanc_id"))
    with django_assert_num_queries(0):
        answers = [ask(token, instance=uid) for uid, _ in uids]
    places = [answer.headers["X-Accel-Redirect"] for answer in answers]
    assert places == [f"/_frame_part/{orthanc_id}/0" for _, orthanc_id in uids]
    assert len(bursts()) == len(uids)


ANY = "multipart/related; type=application/octet-stream; transfer-syntax=*"


@pytest.mark.parametrize(
    ("accept", "stored", "plain"),
    [
        (ANY, "_frame_htj2k_part", "_frame_part"),
        ("application/octet-stream; transfer-syntax=*", "_frame_htj2k", "_frame"),
        ("image/jphc; transfer-syntax=1.2.840.10008.1.2.4.201", "_frame_htj2k", None),
        ("*/*", "_frame_part", "_frame_part"),
    ],
)
def test_who_takes_htj2k_gets_it_where_it_is(
    ask, mine, signed_in, django_assert_num_queries, accept, stored, plain
):
    """One round trip as before; what is only acceptable where it is, is refused elsewhere."""
    first, second = mine.series.instances.all()[:2]
    Instance.objects.filter(pk=first.pk).update(htj2k="STORED")
    token = signed_in("doctor")
    cold = ask(token, accept=accept, instance=first.sop_instance_uid)
    with django_assert_num_queries(0):
        answer = ask(token, accept=accept, instance=first.sop_instance_uid)
    assert answer.headers["X-Accel-Redirect"] == f"/{stored}/{first.orthanc_id}/0"
    for name in ("X-Accel-Redirect", "X-Part-Type", "Content-Type", "ETag"):
        assert answer.headers.get(name) == cold.headers.get(name)
    other = ask(token, accept=accept, instance=second.sop_instance_uid)
    place = other.headers.get("X-Accel-Redirect")
    assert place == (plain and f"/{plain}/{second.orthanc_id}/0")
    assert (other.status, len(bursts())) == ((200, 2) if plain else (406, 1))


def test_a_request_about_a_missing_file_is_decided_anew(ask, mine, signed_in):
    Instance.objects.filter(pk=mine.instance.pk).update(htj2k="STORED")
    token = signed_in("doctor")
    places = [ask(token, accept=ANY).headers["X-Accel-Redirect"] for _ in range(2)]
    again = [ask(token, accept=ANY, missing=missing) for missing in ("store", "")]
    places += [answer.headers["X-Accel-Redirect"] for answer in again]
    kinds = [place.split("/")[1] for place in places]
    assert kinds == ["_frame_htj2k_part"] * 2 + ["_frame_part"] * 2


@pytest.mark.parametrize(
    "parts",
    [
        {"place": "frames/2"},
        {"place": "frames/2/rendered"},
        {"place": "frames/1,1/rendered"},
        {"place": "rendered", "instance": "other"},
        {"place": "rendered", "accept": "image/gif"},
        {"place": "rendered?quality=101"},
        {"study": "other"},
        {"series": "other"},
        {"instance": "other"},
        {"study": "other", "series": "other"},
        {"instance": "1.2.3"},
        {"method": "POST"},
        {"accept": "image/jphc"},
    ],
)
def test_what_was_not_decided_is_never_cached(ask, mine, signed_in, parts):
    token = signed_in("patient")
    for _ in range(2):
        assert ask(token).status == 200
    others = {
        "study": mine.other.study_instance_uid,
        "series": mine.other_series.series_instance_uid,
        "instance": mine.other_series.instances.first().sop_instance_uid,
    }
    asked = {name: others[name] if value == "other" else value for name, value in parts.items()}
    before = len(bursts())
    assert ask(token, **asked).status in (400, 404, 405, 406)
    assert len(bursts()) == before


def test_what_is_no_image_has_no_frame(ask, mine, signed_in):
    """The archive would answer 500."""
    image, report = mine.series.instances.all()[:2]
    mine.series.instances.filter(pk=report.pk).update(rows=None)
    token = signed_in("doctor")
    for _ in range(2):
        assert ask(token, instance=image.sop_instance_uid).status == 200
        assert ask(token, instance=report.sop_instance_uid).status == 400


def test_each_session_is_decided_by_itself(ask, signed_in):
    assert ask(signed_in("doctor")).status == 200
    assert ask(signed_in("nurse")).status == 403
    assert ask("x.y.z").status == 401
    assert bursts() == []


def _logout(people, token):
    accounts.logout(session=people["external"].sessions.first())


def _session_ended(people, token):
    accounts.sessions_end(actor=people["admin"], user_id=people["external"].pk)


def _user(**changes):
    def change(people, token):
        accounts.user_update(actor=people["admin"], user_id=people["external"].pk, **changes)

    return change


def _own_password(people, token):
    accounts.profile_update(
        user=people["external"], current_password=PASSWORD, new_password="Another-Horse-8-Staple"
    )


def _grant_taken_back(people, token):
    grant = Grant.objects.get(patient_id__isnull=False)
    grants.grant_revoke(actor=people["admin"], grant_id=grant.pk)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (_logout, 401),
        (_session_ended, 401),
        (_user(role="doctor"), 401),
        (_user(is_active=False), 401),
        (_user(password="Another-Horse-8-Staple"), 401),
        (_own_password, 401),
        (_grant_taken_back, 404),
    ],
    ids=["logout", "session ended", "role", "inactive", "password", "own password", "grant"],
)
@pytest.mark.parametrize("place", ["frames/1", "rendered"])
def test_a_change_counts_for_the_very_next_request(
    ask, mine, users, signed_in, change, status, place
):
    Grant.objects.all().delete()
    grants.grant_share(
        actor=users["admin"],
        grantee_id=users["external"].pk,
        expires_at=timezone.now() + timedelta(days=1),
        patient_id=mine.patient.pk,
    )
    token = signed_in("external")
    for _ in range(3):
        assert ask(token, place=place).status == 200
    assert len(bursts()) == 2
    change(users, token)
    assert ask(token, place=place).status == status
    assert len(bursts()) == 2


def test_what_is_seen_by_a_broken_glass_is_marked_until_it_is_closed(ask, mine, users, signed_in):
    Patient.objects.filter(pk=mine.patient.pk).update(restricted=True)
    token = signed_in("doctor")
    assert ask(token).status == 404
    grant = patients.patient_break_glass(
        actor=users["doctor"], pk=mine.patient.pk, reason="unconscious, no relatives"
    )
    assert [ask(token).status for _ in range(3)] == [200] * 3
    assert {who["permission"] for who, _ in bursts()} == {"break_glass"}
    entries = [json.loads(e[b"record"]) for _, e in stream().xrange(STREAM) if b"record" in e]
    assert [(e["outcome"], e["permission"]) for e in entries] == [
        ("denied", "view_dicom"),
        ("ok", "break_glass"),
    ]
    seen = len(bursts())
    grants.glass_end(actor=users["doctor"], grant_id=grant.pk)
    assert ask(token).status == 404
    assert len(bursts()) == seen


def test_images_are_use_of_a_session_and_end_with_it(ask, users, signed_in):
    token = signed_in("doctor")
    sessions = users["doctor"].sessions
    sessions.update(last_used_at=timezone.now() - timedelta(minutes=20))
    assert ask(token).status == 200
    assert sessions.get().last_used_at > timezone.now() - timedelta(minutes=1)
    stream().flushdb()
    sessions.update(last_used_at=timezone.now() - timedelta(minutes=31))
    assert ask(token).status == 401


def test_restricting_a_patient_counts_for_everybody_at_once(ask, mine, users, signed_in):
    token = signed_in("rib")
    assert [ask(token).status for _ in range(2)] == [200, 200]
    patient = Patient.objects.get(pk=mine.patient.pk)
    patients.patient_update(
        actor=users["doctor"], pk=patient.pk, expected=patient.version, restricted=True
    )
    assert ask(token).status == 404
    assert ask(signed_in("doctor")).status == 200


def _change_elsewhere():
    epochs.rights_changing()
    connection.close()


def test_merging_two_patients_counts_at_once(ask, mine, users, signed_in, patient_factory):
    """The study moves to a restricted patient whom one of the two may see."""
    stays = patient_factory(restricted=True)
    patients.care_team_add(patient=stays, user_id=users["rib"].pk)
    rib, doctor = signed_in("rib"), signed_in("doctor")
    for token in (rib, doctor):
        assert [ask(token).status for _ in range(2)] == [200, 200]
    merge = patient_merging.merge_propose(
        actor=users["rib"], survivor=stays.pk, duplicate=mine.patient.pk, reason="x", fields={}
    )
    patients.care_team_add(patient=stays, user_id=users["admin"].pk)
    patient_merging.merge_confirm(actor=users["admin"], pk=merge.pk)
    assert ask(doctor).status == 404
    assert [ask(rib).status for _ in range(2)] == [200, 200]
    assert bursts()[-1][0]["patient_id"] == stays.pk
    patient_merging.merge_undo(actor=users["admin"], pk=merge.pk)
    assert ask(doctor).status == 200


def test_nothing_is_cached_while_a_permission_is_changing(users):
    doctor, nurse = users["doctor"].pk, users["nurse"].pk
    before = epochs.current(doctor)
    with transaction.atomic():
        epochs.rights_changing(doctor)
        assert epochs.current(doctor) is None
        assert epochs.current(nurse) is not None
    assert epochs.current(doctor) not in (None, before)
    with transaction.atomic():
        epochs.rights_changing()
        assert epochs.current(nurse) is None
        other = Thread(target=_change_elsewhere)
        other.start()
        other.join()
        assert epochs.current(nurse) is None
    assert epochs.current(nurse) is not None


def test_a_decision_made_before_a_change_is_worth_nothing_after_it(mine, users, signed_in):
    """Read by one process before the change, stored after it."""
    claims = decisions.Claims("00000000-0000-4000-8000-000000000000", users["doctor"].pk, 2**33)
    begun = decisions.validity(claims.user_id)
    epochs.rights_changing(claims.user_id)
    decisions.decision_cache(claims, users["doctor"], mine.series, begun)
    uids = (mine.study.study_instance_uid, mine.series.series_instance_uid)
    assert decisions.frame_find(claims, *uids, mine.instance.sop_instance_uid, 1, "") is None


def test_the_first_decision_reads_a_series_at_once(mine, users, django_assert_num_queries):
    claims = decisions.Claims("00000000-0000-4000-8000-000000000000", users["doctor"].pk, 2**33)
    series = index.series(mine.study, slices=5)
    begun = decisions.validity(claims.user_id)
    with django_assert_num_queries(1):
        decisions.decision_cache(claims, users["doctor"], series, begun)


def test_a_grant_is_cached_no_longer_than_it_lasts(ask, mine, users, signed_in):
    Grant.objects.update(expires_at=timezone.now() + timedelta(seconds=20))
    token = signed_in("external")
    ask(token)
    (key,) = stream().keys("dicomweb:decision:*")
    assert 0 < stream().ttl(key) <= 20


def test_a_grant_that_ends_while_it_is_decided_is_not_cached(mine, users):
    person = users["external"]
    claims = decisions.Claims("00000000-0000-4000-8000-000000000000", person.pk, 2**33)
    ends = timezone.now() + timedelta(seconds=20)
    Grant.objects.update(expires_at=ends)
    begun = decisions.validity(person.pk)
    assert begun.until == ends.timestamp()
    decisions.decision_cache(claims, person, mine.series, replace(begun, until=time.time() - 0.001))
    assert stream().keys("dicomweb:decision:*") == []


def test_without_redis_nothing_is_served_and_nothing_changes(ask, users, signed_in, settings):
    token = signed_in("doctor")
    assert [ask(token).status for _ in range(2)] == [200, 200]
    settings.AUDIT_STREAM_URL = "redis://127.0.0.1:1/0"
    stream.cache_clear()
    decisions._script.cache_clear()
    try:
        assert ask(token).status == 503
        with pytest.raises(Exception, match="refused"):
            accounts.logout(session=users["doctor"].sessions.first())
        assert users["doctor"].sessions.get().revoked_at is None
    finally:
        stream.cache_clear()
        decisions._script.cache_clear()


def test_a_right_taken_from_a_custom_role_counts_for_its_holders_at_once(ask, users, signed_in):
    role = grants.role_create(
        actor=users["admin"],
        base_role="nurse",
        name_ko="수술실 간호사",
        name_en="Theatre nurse",
        added=["view_dicom"],
    )
    accounts.user_update(actor=users["admin"], user_id=users["nurse"].pk, custom_role=role)
    token = signed_in("nurse")
    assert [ask(token).status for _ in range(3)] == [200] * 3
    grants.role_update(actor=users["admin"], code=role.code, expected=1, added=[])
    assert ask(token).status == 403
    grants.role_update(actor=users["admin"], code=role.code, expected=2, added=["view_dicom"])
    assert ask(token).status == 200
