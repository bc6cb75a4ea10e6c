"""Shares by study or patient: who may, what they open and until when, both sides, the record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from acct import services as accounts
from alert.models import Notification
from audit.models import AuditLog
from emr import services as emr
from emr.models import Patient
from ocs.tests.factories import care_for, order_make
from pacs.tests import index
from rbac import selectors as rights, services as grants
from rbac.models import Grant, OrderAccess

pytestmark = pytest.mark.django_db
URL = "/api/shares/"


@pytest.fixture
def study(patient_factory):
    return index.study(patient_factory())


def _body(users, role="external", **fields):
    ends = (timezone.now() + timedelta(days=1)).isoformat()
    return {"grantee": users[role].pk, "expires_at": ends} | fields


def _share(client, users, role="external", **fields):
    answer = client.post(URL, _body(users, role, **fields), format="json")
    assert answer.status_code == 201, answer.json()
    return answer.json()


def _sees(client, study):
    """Patient, study."""
    return tuple(
        client.get(path).status_code == 200
        for path in (
            f"/api/emr/patients/{study.patient_id}/",
            f"/api/ris/studies/{study.study_instance_uid}/",
        )
    )


def _expire():
    Grant.objects.update(expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize("by_study", [False, True])
def test_an_outside_user_sees_what_is_shared_until_the_end(api, users, study, by_study):
    external = api("external")
    assert _sees(external, study) == (False, False)
    about = (
        {"study_instance_uid": study.study_instance_uid}
        if by_study
        else {"patient": study.patient_id}
    )
    _share(api("doctor"), users, **about)
    assert _sees(external, study) == (not by_study, True)
    _expire()
    assert _sees(external, study) == (False, False)
    assert external.get(URL).json()["count"] == 0


@pytest.mark.parametrize("by_study", [False, True])
@pytest.mark.parametrize("role", ["admin", "rib", "nurse"])
def test_a_colleague_sees_a_restricted_patient_until_the_end(api, users, study, role, by_study):
    Patient.objects.filter(pk=study.patient_id).update(restricted=True)
    care_for(study.patient, users["doctor"])
    colleague = api(role)
    assert _sees(colleague, study) == (False, False)
    about = (
        {"study_instance_uid": study.study_instance_uid}
        if by_study
        else {"patient": study.patient_id}
    )
    _share(api("doctor"), users, role, **about)
    assert _sees(colleague, study) == (not by_study, True)
    _expire()
    assert _sees(colleague, study) == (False, False)


def test_both_sides_see_a_share_and_nobody_else_does(api, users, study):
    uid = study.study_instance_uid
    made = _share(api("doctor"), users, study_instance_uid=uid, reason="second opinion")
    assert (made["side"], made["study"]["description"]) == ("given", "MRI brain")
    assert made["patient"]["full_name"] == study.patient.full_name
    [received] = api("external").get(f"{URL}?side=received").json()["results"]
    assert received == made | {"side": "received"}
    assert received["granted_by"]["full_name"] == "doctor"
    assert api("external").get(f"{URL}?side=given").json()["count"] == 0
    for role in ("admin", "rib", "nurse", "lab", "patient"):
        assert api(role).get(URL).json()["count"] == 0, role


def test_a_share_that_ended_is_kept_for_who_gave_it(api, users, study):
    _share(api("doctor"), users, patient=study.patient_id)
    _expire()
    assert api("doctor").get(f"{URL}?active=true").json()["count"] == 0
    assert api("doctor").get(f"{URL}?active=false").json()["count"] == 1


def test_who_gave_a_share_reads_no_name_of_a_patient_closed_since(api, users, study):
    _share(api("doctor"), users, patient=study.patient_id)
    Patient.objects.filter(pk=study.patient_id).update(restricted=True)
    [share] = api("doctor").get(URL).json()["results"]
    assert (share["patient"], share["study"]) == (None, None)
    assert api("doctor").delete(f"{URL}{share['id']}/").status_code == 204
    assert _sees(api("external"), study) == (False, False)


@pytest.mark.parametrize("by_study", [False, True])
@pytest.mark.parametrize("role", ["external", "rib", "nurse"])
def test_a_share_given_before_the_patient_was_restricted_opens_nothing(
    api, users, study, role, by_study
):
    """Who may restrict a record was not asked whether others had shared it."""
    about = (
        {"study_instance_uid": study.study_instance_uid}
        if by_study
        else {"patient": study.patient_id}
    )
    _share(api("rib" if role != "rib" else "admin"), users, role, **about)
    colleague, version = api(role), study.patient.version
    assert _sees(colleague, study)[1]
    emr.patient_update(
        actor=users["doctor"], pk=study.patient_id, expected=version, restricted=True
    )
    assert _sees(colleague, study) == (False, False)
    assert [entry["basis"] for entry in _access(api("doctor"), study)] == ["care_team"]
    emr.patient_update(
        actor=users["doctor"], pk=study.patient_id, expected=version + 1, restricted=False
    )
    assert _sees(colleague, study)[1]


def test_a_share_of_a_study_does_not_follow_it_to_another_patient(
    api, users, study, patient_factory
):
    _share(api("doctor"), users, study_instance_uid=study.study_instance_uid)
    study.patient = patient_factory()
    study.save()
    assert _sees(api("external"), study) == (False, False)
    [share] = api("doctor").get(URL).json()["results"]
    assert share["study"] is None


def test_whoever_may_share_ends_the_share_of_a_colleague_who_left(api, users, study):
    _share(api("rib"), users, study_instance_uid=study.study_instance_uid)
    [entry] = _access(api("doctor"), study)
    assert api("doctor").delete(f"{URL}{entry['share']}/").status_code == 204
    assert _sees(api("external"), study) == (False, False)
    assert AuditLog.objects.get(action="grant.revoke").patient_id == study.patient_id


@pytest.mark.parametrize(("role", "status"), [("doctor", 204), ("rib", 204), ("external", 403)])
def test_a_share_ends_at_once_when_it_is_taken_back(api, users, study, role, status):
    share = _share(api("doctor"), users, patient=study.patient_id)["id"]
    external = api("external")
    assert api(role).delete(f"{URL}{share}/").status_code == status
    ended = status == 204
    assert _sees(external, study) == (not ended, not ended)
    assert (AuditLog.objects.filter(action="grant.revoke").count() == 1) is ended
    if ended:
        assert api(role).delete(f"{URL}{share}/").json()["error"]["code"] == "ERR_210"


def test_a_share_of_a_patient_one_does_not_see_is_not_there(api, users, study):
    Patient.objects.filter(pk=study.patient_id).update(restricted=True)
    care_for(study.patient, users["doctor"])
    share = _share(api("doctor"), users, patient=study.patient_id)["id"]
    assert api("rib").delete(f"{URL}{share}/").status_code == 404
    assert Grant.objects.get().revoked_at is None


@pytest.mark.parametrize("basis", ["glass", "order"])
def test_who_sees_a_restricted_patient_for_a_while_cannot_share(api, users, study, basis):
    """Else an hour's look at a closed record would become a year for another."""
    Patient.objects.filter(pk=study.patient_id).update(restricted=True)
    care_for(study.patient, users["doctor"])
    if basis == "glass":
        emr.patient_break_glass(actor=users["rib"], pk=study.patient_id, reason="emergency")
    else:
        order_make(users["doctor"], study.patient)
    rib = api("rib")
    assert _sees(rib, study) == (True, True)
    for about in (
        {"patient": study.patient_id},
        {"study_instance_uid": study.study_instance_uid},
    ):
        answer = rib.post(URL, _body(users, **about), format="json")
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"expires_at": "2020-01-01T00:00:00Z"}, 400),
        ({"expires_at": "2999-01-01T00:00:00Z"}, 400),
        ({"expires_at": "soon"}, 400),
        ({"grantee": 999_999}, 404),
        ({"patient": 999_999}, 404),
        ({"study_instance_uid": "1.2.3"}, 400),
        ({"reason": "x" * 501}, 400),
    ],
)
def test_a_bad_share_is_refused(api, users, study, fields, status):
    body = _body(users, patient=study.patient_id) | fields
    assert api("doctor").post(URL, body, format="json").status_code == status
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    ("role", "by_study", "status"),
    [
        ("patient", False, 400),
        ("doctor", False, 400),
        ("lab", False, 201),
        ("lab", True, 400),
        ("nurse", True, 201),
    ],
)
def test_a_share_names_somebody_whom_it_reaches(api, users, study, role, by_study, status):
    about = (
        {"study_instance_uid": study.study_instance_uid}
        if by_study
        else {"patient": study.patient_id}
    )
    answer = api("doctor").post(URL, _body(users, role, **about), format="json")
    assert answer.status_code == status


def test_an_account_that_is_closed_gets_no_share(api, users, study):
    accounts.user_update(actor=users["admin"], user_id=users["external"].pk, is_active=False)
    body = _body(users, patient=study.patient_id)
    assert api("doctor").post(URL, body, format="json").status_code == 400


def test_the_recipients_are_those_whom_a_share_reaches(api, users):
    names = [one["username"] for one in api("doctor").get(f"{URL}recipients/").json()["results"]]
    assert sorted(names) == ["admin1", "external1", "lab1", "nurse1", "rib1"]
    found = api("doctor").get(f"{URL}recipients/?q=XTERN").json()["results"]
    assert [one["role"] for one in found] == ["external"]


def test_a_share_is_recorded_and_its_receiver_alerted(api, users, study):
    uid = study.study_instance_uid
    share = _share(api("doctor"), users, study_instance_uid=uid)
    record = AuditLog.objects.get(action="grant.create")
    assert (record.patient_id, record.object_id) == (study.patient_id, str(share["id"]))
    assert record.detail == {"grantee": users["external"].pk, "study": uid}
    alert = Notification.objects.get()
    assert (alert.user, alert.kind) == (users["external"], "share_received")
    assert alert.link == f"/studies/{uid}"


def test_the_next_end_of_a_share_or_an_access_bounds_what_is_cached(users, study):
    external, soon = users["external"], timezone.now() + timedelta(minutes=5)
    assert rights.first_expiry(external.pk) is None
    grants.order_access_open(
        actor=users["doctor"], order_id=1, patient_id=study.patient_id, roles=["rib"]
    )
    assert rights.first_expiry(external.pk) is None
    grants.order_access_end(actor=users["doctor"], order_id=1, ends_at=soon)
    assert rights.first_expiry(external.pk) == soon
    sooner = timezone.now() + timedelta(minutes=1)
    grants.grant_share(
        actor=users["doctor"],
        grantee_id=external.pk,
        patient_id=study.patient_id,
        expires_at=sooner,
    )
    assert rights.first_expiry(external.pk) == sooner


def _access(client, study):
    return client.get(f"/api/emr/patients/{study.patient_id}/access/").json()


def test_the_access_page_says_who_sees_a_patient_why_and_until_when(api, users, study):
    Patient.objects.filter(pk=study.patient_id).update(restricted=True)
    care_for(study.patient, users["doctor"])
    doctor = api("doctor")
    emr.patient_break_glass(actor=users["nurse"], pk=study.patient_id, reason="unconscious")
    _share(doctor, users, study_instance_uid=study.study_instance_uid, reason="second opinion")
    order = order_make(users["doctor"], study.patient)
    team, share, glass, opened = _access(doctor, study)
    assert (team["basis"], team["person"]["username"], team["until"]) == (
        "care_team",
        "doctor1",
        None,
    )
    assert (share["basis"], share["person"]["role"], share["by"]["username"]) == (
        "share",
        "external",
        "doctor1",
    )
    assert share["study"]["study_instance_uid"] == study.study_instance_uid
    assert (glass["basis"], glass["person"]["role"], glass["reason"]) == (
        "break_glass",
        "nurse",
        "unconscious",
    )
    assert (opened["basis"], opened["role"], opened["until"]) == ("order", "rib", None)
    assert opened["order"]["accession_number"] == order.accession_number
    assert AuditLog.objects.get(action="patient.access_list").patient_id == study.patient_id
    _expire()
    assert [entry["basis"] for entry in _access(doctor, study)] == ["care_team", "order"]


def test_patients_see_who_has_access_to_their_record_without_the_staffs_reasons(api, users, study):
    Patient.objects.filter(pk=study.patient_id).update(user=users["patient"])
    _share(api("doctor"), users, patient=study.patient_id, reason="between colleagues")
    [share] = _access(api("patient"), study)
    assert (share["person"]["username"], share["reason"]) == ("external1", "")
    other = index.study(
        Patient.objects.create(patient_id="X", full_name="X", gender="F", birth_date="2000-01-01")
    )
    assert api("patient").get(f"/api/emr/patients/{other.patient_id}/access/").status_code == 404


def test_an_order_opens_the_images_to_radiology_until_its_access_ends(api, users, study):
    Patient.objects.filter(pk=study.patient_id).update(restricted=True)
    care_for(study.patient, users["doctor"])
    rib = api("rib")
    assert _sees(rib, study) == (False, False)
    order_make(users["doctor"], study.patient)
    assert _sees(rib, study) == (True, True)
    OrderAccess.objects.update(ends_at=timezone.now())
    assert _sees(rib, study) == (False, False)
