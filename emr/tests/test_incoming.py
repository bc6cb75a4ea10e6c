"""Patients of other hospitals: staged, compared, resolved by a person."""

from __future__ import annotations

import pytest

from audit.models import AuditLog
from emr.models import IncomingPatient, IncomingRun, Patient
from emr.services import incoming_patients
from emr.services.incoming_patients import run_continue

pytestmark = pytest.mark.django_db
SEND = "/api/emr/patients/bulk_sync/"
RUNS = "/api/emr/incoming/runs/"
ROWS = "/api/emr/incoming/"


def person(number="H-1", **fields):
    return {"external_id": number, "full_name": "홍길동", "birth_date": "1980-01-01"} | fields


def send(client, *rows, source="HANGANG"):
    answer = client.post(SEND, {"source": source, "patients": rows}, format="json")
    assert answer.status_code == 202, answer.json()
    run_continue(run_id=answer.json()["id"])
    return answer.json()["id"]


def states():
    return dict(IncomingPatient.objects.values_list("line", "state"))


@pytest.fixture
def ours(patient_factory):
    return patient_factory(full_name="홍길동", gender="M", phone="010-1234-5678")


def test_rows_are_compared_and_nobody_is_linked(api, ours):
    doctor = api("doctor")
    run = send(doctor, person(gender="M"), person("H-2", full_name="박서준"))
    assert states() == {1: "CANDIDATES", 2: "NEW"}
    [first, second] = doctor.get(ROWS, {"run": run}).json()["results"]
    assert [(one["patient"]["id"], one["score"]) for one in first["candidates"]] == [(ours.pk, 85)]
    assert first["sent"]["full_name"] == "홍길동"
    assert (first["patient"], second["candidates"]) == (None, [])
    assert AuditLog.objects.filter(action="incoming.list", patient_id=ours.pk).exists()
    progress = doctor.get(f"{RUNS}{run}/").json()
    assert (progress["state"], progress["percent"]) == ("done", 100)
    assert progress["states"] == {"CANDIDATES": 1, "NEW": 1}
    assert Patient.objects.count() == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (person("", full_name="X"), "external_id: blank"),
        ({"external_id": "1"}, "full_name: required"),
        ({"full_name": "X"}, "external_id: null"),
        (person(birth_date="1980-02-30"), "birth_date: invalid"),
        (person(birth_date="2999-01-01"), "birth_date: invalid"),
        (person(gender="male"), "gender: invalid_choice"),
        (person(full_name="A\nB"), "full_name: invalid"),
        (person(full_name=["A"]), "full_name: invalid"),
        ("a text", "not an object"),
        (None, "not an object"),
        (person(more="x" * 5000), "longer than 4096 characters"),
    ],
)
def test_a_bad_row_is_kept_with_its_reason(api, row, reason):
    send(api("admin"), row, person("good"))
    bad = IncomingPatient.objects.get(line=1)
    assert (bad.state, bad.reason) == ("REJECTED", reason)
    assert states()[2] == "NEW"
    assert api("admin").get(ROWS).json()["count"] == 2


def test_a_number_is_staged_once(api, ours):
    doctor = api("doctor")
    send(doctor, person(), person(), person(number="H-2", full_name="💙 O'Brien; DROP"))
    assert states() == {1: "CANDIDATES", 2: "REJECTED", 3: "NEW"}
    send(doctor, person(full_name="박서준"))
    row = IncomingPatient.objects.get(external_id="H-1")
    assert (row.state, row.payload["full_name"]) == ("NEW", "박서준")
    send(doctor, person(), source="SEORAK")
    assert IncomingPatient.objects.filter(external_id="H-1").count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"source": "A", "patients": []},
        {"source": "A", "patients": {}},
        {"source": "", "patients": [1]},
        {"source": "A", "patients": [1] * 5_001},
        {"source": "A", "patients": [1], "more": 1},
    ],
)
def test_a_request_that_is_none(api, body):
    assert api("admin").post(SEND, body, format="json").status_code == 400
    assert not IncomingRun.objects.exists()


def test_their_number_may_be_called_what_ours_is(api):
    send(api("admin"), {"patient_id": "H-7", "full_name": "X Y", "birth_date": "1980-01-01"})
    assert IncomingPatient.objects.get().external_id == "H-7"


def resolve(client, number="H-1", **body):
    pk = IncomingPatient.objects.get(external_id=number).pk
    return client.post(f"{ROWS}{pk}/resolve/", body, format="json")


def test_a_person_links_and_it_is_exact_from_then_on(api, users, ours):
    doctor = api("doctor")
    send(doctor, person())
    assert resolve(doctor, decision="link").status_code == 400
    linked = resolve(doctor, decision="link", patient=ours.pk)
    assert (linked.json()["state"], linked.json()["patient"]["id"]) == ("RESOLVED", ours.pk)
    assert AuditLog.objects.get(action="incoming.link").patient_id == ours.pk
    again = resolve(doctor, decision="reject", reason="a mistake")
    assert again.json()["error"]["code"] == "ERR_401"
    send(doctor, person(full_name="홍길순"))
    row = IncomingPatient.objects.get()
    assert (row.state, row.patient_id, row.resolved_by) == (
        "MATCHED_EXACT",
        ours.pk,
        users["doctor"],
    )
    ours.refresh_from_db()
    assert ours.full_name == "홍길동"


def test_a_person_makes_a_new_patient(api, ours):
    nurse = api("nurse")
    send(nurse, person(phone="010-9", address="서울"))
    assert resolve(nurse, decision="create").json()["error"]["field"] == "patient_id"
    taken = resolve(nurse, decision="create", patient_id=ours.patient_id)
    assert taken.status_code == 409
    made = resolve(nurse, decision="create", patient_id="NEW-1")
    assert made.status_code == 200, made.json()
    patient = Patient.objects.get(patient_id="NEW-1")
    assert (patient.gender, patient.phone, patient.address) == ("U", "010-9", "서울")
    assert made.json()["patient"]["id"] == patient.pk


def test_what_a_person_rejected_stays_so_until_it_is_sent_with_other_values(api):
    doctor = api("doctor")
    send(doctor, person())
    assert resolve(doctor, decision="reject").status_code == 400
    assert resolve(doctor, decision="reject", reason="a test of theirs").status_code == 200
    send(doctor, person())
    assert IncomingPatient.objects.get().state == "REJECTED"
    send(doctor, person(phone="010-1"))
    assert IncomingPatient.objects.get().state == "NEW"


def test_who_is_restricted_is_no_candidate_for_others_and_hides_the_link(api, users, ours):
    doctor = api("doctor")
    send(doctor, person())
    Patient.objects.filter(pk=ours.pk).update(restricted=True)
    [row] = doctor.get(ROWS).json()["results"]
    assert row["candidates"] == []
    assert resolve(doctor, decision="link", patient=ours.pk).status_code == 404
    IncomingPatient.objects.update(patient=ours, state="RESOLVED")
    assert doctor.get(ROWS).json()["count"] == 0
    assert doctor.get(f"{ROWS}{row['id']}/").status_code == 404
    assert api("rib").get(ROWS).status_code == 403


def test_a_dead_worker_loses_nothing(api, ours, monkeypatch):
    rows = [person(f"H-{n}", full_name=f"Person {n}") for n in range(5)]
    answer = api("doctor").post(SEND, {"source": "A", "patients": rows}, format="json").json()
    assert (answer["state"], answer["percent"]) == ("running", 0)
    monkeypatch.setattr(incoming_patients, "STEP", 2)
    calls = []

    def compare(page):
        calls.append(len(page))
        if len(calls) == 2:
            raise RuntimeError
        return real(page)

    real = incoming_patients._compare
    monkeypatch.setattr(incoming_patients, "_compare", compare)
    with pytest.raises(RuntimeError):
        run_continue(run_id=answer["id"])
    assert IncomingRun.objects.get().percent == 40
    run_continue(run_id=answer["id"])
    assert IncomingRun.objects.get().percent == 100
    assert sum(calls) == 5 + 2
    assert set(states().values()) == {"NEW"}
