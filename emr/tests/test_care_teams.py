"""Who is in a care team, and what that does to a restricted patient at the next request."""

from __future__ import annotations

import pytest

from audit.models import AuditLog
from emr.models import CareTeamMember

TEAMS = "/api/emr/care-teams/"


@pytest.fixture
def restricted(api, patient_factory, users):
    patient = patient_factory(restricted=True)
    CareTeamMember.objects.create(patient=patient, user=users["doctor"], role="attending")
    return patient


def add(client, patient, user, **fields):
    body = {"patient": patient.pk, "user": user.pk, "role": "nurse", "reason": "primary nurse"}
    return client.post(TEAMS, body | fields, format="json")


def remove(client, member, reason="moved"):
    return client.delete(f"{TEAMS}{member}/", {"reason": reason}, format="json")


def test_a_member_sees_a_restricted_patient_at_once_and_no_longer_at_once(api, users, restricted):
    doctor, nurse, page = api("doctor"), api("nurse"), f"/api/emr/patients/{restricted.pk}/"
    assert nurse.get(page).status_code == 404
    made = add(doctor, restricted, users["nurse"]).json()
    assert nurse.get(page).status_code == 200
    assert (made["added_by"]["username"], made["reason"]) == ("doctor1", "primary nurse")
    mine = nurse.get(TEAMS, {"mine": "true"}).json()["results"]
    assert [row["patient"]["id"] for row in mine] == [restricted.pk]
    assert remove(doctor, made["id"]).status_code == 204
    assert nurse.get(page).status_code == 404
    history = doctor.get(f"/api/emr/patients/{restricted.pk}/care-team/history/").json()["results"]
    said = [(row["action"], row["person"]["username"], row["reason"]) for row in history]
    assert said == [("delete", "nurse1", "moved"), ("create", "nurse1", "primary nurse")]
    actions = AuditLog.objects.filter(patient_id=restricted.pk).values_list("action", flat=True)
    assert {"care_team.add", "care_team.remove"} <= set(actions)


def test_what_does_not_fit_is_refused(api, users, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    assert add(doctor, patient, users["patient"]).json()["error"]["field"] == "user"
    assert add(doctor, patient, users["external"]).status_code == 400
    assert add(doctor, patient, users["nurse"], reason="").status_code == 400
    assert add(doctor, patient, users["nurse"], role="king").status_code == 400
    member = add(doctor, patient, users["nurse"]).json()
    assert add(doctor, patient, users["nurse"]).status_code == 409
    assert add(api("rib"), patient, users["rib"]).status_code == 403
    assert remove(doctor, member["id"], reason=" ").status_code == 400
    assert remove(doctor, member["id"]).status_code == 204
    assert remove(doctor, member["id"]).status_code == 404


def test_only_the_team_changes_the_team_of_a_restricted_patient(api, users, restricted):
    nurse = api("nurse")
    assert add(nurse, restricted, users["nurse"]).status_code == 404
    glass = {"patient_id": restricted.patient_id, "reason": "unconscious, no relatives here"}
    assert nurse.post("/api/emr/break-glass/", glass, format="json").status_code == 201
    assert add(nurse, restricted, users["nurse"]).status_code == 403
    [only] = CareTeamMember.objects.filter(patient=restricted)
    assert remove(nurse, only.pk).status_code == 403
    refused = remove(api("doctor"), only.pk)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ERR_431")
    assert add(api("doctor"), restricted, users["nurse"]).status_code == 201
    assert remove(nurse, only.pk).status_code == 204


def test_whoever_restricts_a_patient_is_in_its_history(api, patient_factory):
    nurse, patient = api("nurse"), patient_factory()
    path = f"/api/emr/patients/{patient.pk}/"
    match = {"If-Match": '"1"'}
    assert nurse.patch(path, {"restricted": True}, headers=match, format="json").status_code == 200
    [row] = nurse.get(f"{path}care-team/history/").json()["results"]
    assert (row["action"], row["person"]["username"]) == ("create", "nurse1")


def test_the_patient_reads_who_is_in_the_team_without_the_reasons(api, users, patient_factory):
    own, other = patient_factory(user=users["patient"]), patient_factory()
    for patient in (own, other):
        add(api("doctor"), patient, users["nurse"])
    client = api("patient")
    for path in (TEAMS, f"/api/emr/patients/{own.pk}/care-team/history/"):
        [row] = client.get(path).json()["results"]
        assert row["reason"] == ""
    assert client.get(f"/api/emr/patients/{other.pk}/care-team/history/").status_code == 404
