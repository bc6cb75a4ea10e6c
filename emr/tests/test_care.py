"""Visits, prescriptions, the timeline."""

from __future__ import annotations

import pytest

from emr.models import Encounter, Prescription
from emr.tests.factories import encounter_body, prescription_body

ENCOUNTERS = "/api/emr/encounters/"
PRESCRIPTIONS = "/api/emr/prescriptions/"


def test_a_visit_and_its_prescription_make_the_timeline(api, users, patient_factory):
    patient, client = patient_factory(), api("doctor")
    visit = client.post(ENCOUNTERS, encounter_body(patient.pk), format="json").json()
    assert visit["patient"]["patient_id"] == patient.patient_id
    assert visit["clinician"] == users["doctor"].pk
    drug = client.post(
        PRESCRIPTIONS, prescription_body(patient.pk, encounter=visit["id"]), format="json"
    ).json()
    assert drug["encounter"] == visit["id"]
    timeline = client.get(f"/api/emr/patients/{patient.pk}/timeline/").json()
    assert timeline["next"] is None
    assert [(e["type"], e["id"], e["title"]) for e in timeline["results"]] == [
        ("prescription", drug["id"], "Acetaminophen"),
        ("encounter", visit["id"], "headache"),
    ]


def test_nothing_is_written_for_an_unseen_patient(api, patient_factory):
    patient, client = patient_factory(restricted=True), api("doctor")
    for pk in (patient.pk, 999_999):
        visit = client.post(ENCOUNTERS, encounter_body(pk), format="json")
        drug = client.post(PRESCRIPTIONS, prescription_body(pk), format="json")
        assert (visit.status_code, drug.status_code) == (404, 404)
    assert not Encounter.objects.exists()
    assert not Prescription.objects.exists()


def test_the_encounter_of_another_patient_is_refused(api, patient_factory):
    client, mine, other = api("doctor"), patient_factory(), patient_factory()
    visit = client.post(ENCOUNTERS, encounter_body(other.pk), format="json").json()
    answer = client.post(
        PRESCRIPTIONS, prescription_body(mine.pk, encounter=visit["id"]), format="json"
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == "encounter"


@pytest.mark.parametrize(
    ("url", "body", "field"),
    [
        (ENCOUNTERS, {"kind": "party"}, "kind"),
        (ENCOUNTERS, {"ended_at": "2025-01-01T00:00:00Z"}, "ended_at"),
        (ENCOUNTERS, {"started_at": "yesterday"}, "started_at"),
        (PRESCRIPTIONS, {"days": 0}, "days"),
        (PRESCRIPTIONS, {"days": 366}, "days"),
        (PRESCRIPTIONS, {"drug": "a\nb"}, "drug"),
    ],
)
def test_a_bad_value_is_named(api, patient_factory, url, body, field):
    pk = patient_factory().pk
    whole = encounter_body(pk) if url == ENCOUNTERS else prescription_body(pk)
    answer = api("doctor").post(url, whole | body, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["field"] == field


@pytest.mark.parametrize(
    ("url", "body"), [(ENCOUNTERS, encounter_body), (PRESCRIPTIONS, prescription_body)]
)
def test_lists_filter_by_patient_at_a_fixed_cost(
    api, patient_factory, django_assert_max_num_queries, url, body
):
    client, patients = api("doctor"), [patient_factory() for _ in range(5)]
    for patient in patients:
        client.post(url, body(patient.pk), format="json")
    with django_assert_max_num_queries(6):
        assert client.get(url).json()["count"] == 5
    one = client.get(url, {"patient": patients[0].pk}).json()["results"]
    assert [row["patient"]["id"] for row in one] == [patients[0].pk]
    assert client.get(url, {"patient": 999_999}).json()["count"] == 0


def test_a_patient_reads_only_their_own(api, users, patient_factory):
    own, other, doctor = patient_factory(user=users["patient"]), patient_factory(), api("doctor")
    for patient in (own, other):
        doctor.post(ENCOUNTERS, encounter_body(patient.pk), format="json")
        doctor.post(PRESCRIPTIONS, prescription_body(patient.pk), format="json")
    client = api("patient")
    for url in (ENCOUNTERS, PRESCRIPTIONS):
        assert [r["patient"]["id"] for r in client.get(url).json()["results"]] == [own.pk]
