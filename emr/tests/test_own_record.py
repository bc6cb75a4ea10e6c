"""What patients read about who looked, and what they ask to have corrected."""

from __future__ import annotations

import pytest

from emr.models import ContactRequest, Patient

READERS = "/api/emr/own-record/readers/"
CONTACT = "/api/emr/contact-requests/"


@pytest.fixture
def own(users, patient_factory):
    return patient_factory(user=users["patient"], phone="010-0000-0001", address="Seoul")


def decide(client, pk, **body):
    return client.post(f"{CONTACT}{pk}/decide/", body, format="json")


def test_a_patient_reads_who_looked_at_what(api, own, patient_factory):
    doctor, patient = api("doctor"), api("patient")
    doctor.get("/api/emr/vitals/", {"patient": own.pk})
    doctor.get(f"/api/emr/patients/{own.pk}/")
    doctor.get(f"/api/emr/patients/{patient_factory().pk}/")
    patient.get(f"/api/emr/patients/{own.pk}/")
    rows = patient.get(READERS).json()["results"]
    assert [(row["name"], row["role"], row["part"]) for row in rows] == [
        ("doctor", "doctor", "record")
    ], "a list that showed nobody is not about them"
    doctor.post(
        "/api/emr/allergies/",
        {"patient": own.pk, "category": "drug", "substance": "Latex"},
        format="json",
    )
    [written, *_] = patient.get(READERS).json()["results"]
    assert (written["part"], written["changed"], written["emergency"]) == ("notes", True, False)


def test_a_list_that_showed_the_patient_and_an_emergency_are_told(api, own, patient_factory):
    patient_factory()
    nurse, patient = api("nurse"), api("patient")
    nurse.get("/api/emr/patients/")
    assert [row["role"] for row in patient.get(READERS).json()["results"]] == ["nurse"]
    Patient.objects.filter(pk=own.pk).update(restricted=True)
    glass = {"patient_id": own.patient_id, "reason": "unconscious, no relatives here"}
    nurse.post("/api/emr/break-glass/", glass, format="json")
    nurse.get(f"/api/emr/patients/{own.pk}/")
    assert patient.get(READERS).json()["results"][0]["emergency"]


def test_readers_are_for_the_patient_alone(api, own):
    assert api("doctor").get(READERS).status_code == 404
    assert api("external").get(READERS).status_code == 403


def test_contact_data_change_by_a_request_that_the_staff_accepts(api, own):
    patient, nurse = api("patient"), api("nurse")
    made = patient.post(
        CONTACT, {"phone": "010-0000-0099", "address": "Seoul"}, format="json"
    ).json()
    assert (made["phone"], made["address"], made["state"]) == ("010-0000-0099", None, "pending")
    assert Patient.objects.get(pk=own.pk).phone == "010-0000-0001"
    assert patient.post(CONTACT, {"phone": "1"}, format="json").status_code == 409
    assert decide(patient, made["id"], accept=True).status_code == 403
    waiting = nurse.get(CONTACT, {"state": "pending"}).json()["results"]
    assert [row["id"] for row in waiting] == [made["id"]]
    assert decide(nurse, made["id"], accept=True).json()["now"]["phone"] == "010-0000-0099"
    assert decide(nurse, made["id"], accept=False).status_code == 409
    assert Patient.objects.get(pk=own.pk).phone == "010-0000-0099"


def test_a_declined_request_changes_nothing_and_says_why(api, own):
    patient = api("patient")
    made = patient.post(CONTACT, {"address": "Busan"}, format="json").json()
    answered = decide(api("doctor"), made["id"], accept=False, answer="bring your card").json()
    assert (answered["state"], answered["answer"]) == ("declined", "bring your card")
    assert patient.get(CONTACT).json()["results"][0]["answer"] == "bring your card"
    assert Patient.objects.get(pk=own.pk).address == "Seoul"


def test_a_request_is_for_ones_own_record_and_says_something_new(api, own, patient_factory):
    patient = api("patient")
    for body in ({}, {"phone": own.phone}, {"full_name": "x"}, {"phone": "1" * 31}):
        assert patient.post(CONTACT, body, format="json").status_code == 400, body
    assert api("doctor").post(CONTACT, {"phone": "1"}, format="json").status_code == 404
    ContactRequest.objects.create(patient=patient_factory(), phone="1", requested_by=own.user)
    assert patient.get(CONTACT).json()["count"] == 0
    assert api("lab").get(CONTACT).json()["count"] == 0
