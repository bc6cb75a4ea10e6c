"""What a doctor sees first of a patient, stops of prescriptions, coded terms."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditLog
from emr.models import Encounter, Prescription, Vitals
from emr.models.code_shapes import code_fault
from emr.selectors.coded_terms import terms
from emr.selectors.patient_summary import NO_KNOWN_ALLERGY
from emr.tests import factories as make


def _summary(client, patient):
    return client.get(f"/api/emr/patients/{patient.pk}/summary/")


def _post(client, kind, body):
    return client.post(f"/api/emr/{kind}/", body, format="json")


NONE_KNOWN = {
    "category": "other",
    "substance": "No known allergy",
    "code_system": "SNOMED",
    "code": NO_KNOWN_ALLERGY,
}


def test_the_parts_of_a_summary(api, users, patient_factory):
    patient, doctor = patient_factory(), api("doctor")
    for kind, body in {
        "encounters": make.encounter_body(patient.pk, location="Clinic 2"),
        "prescriptions": make.prescription_body(patient.pk),
        "problems": make.problem_body(patient.pk),
        "allergies": make.allergy_body(patient.pk, severity="mild"),
    }.items():
        assert _post(doctor, kind, body).status_code == 201
    _post(doctor, "problems", make.problem_body(patient.pk, status="resolved"))
    _post(doctor, "allergies", make.allergy_body(patient.pk, substance="Latex", severity="severe"))
    for at, heart_rate in (("2026-01-05T09:30:00Z", 72), ("2026-01-06T09:30:00Z", 120)):
        _post(doctor, "vitals", make.vitals_body(patient.pk, measured_at=at, heart_rate=heart_rate))
    found = _summary(doctor, patient).json()
    assert found["allergies"]["state"] == "recorded"
    assert [row["substance"] for row in found["allergies"]["active"]] == ["Latex", "Penicillin"]
    assert len(found["problems"]) == len(found["medication"]) == 1
    assert found["encounter"]["location"] == "Clinic 2"
    [pulse] = found["vitals"]
    assert (pulse["value"], pulse["flag"], pulse["high"]) == (120, "high", 90)
    assert found["orders"] == found["criticals"] == found["flagged"] == found["ai_waiting"] == []
    log = AuditLog.objects.filter(action="patient.summary").get()
    assert (log.actor_id, log.patient_id) == (users["doctor"].pk, patient.pk)


def test_a_part_without_the_right_to_it_is_null(api, patient_factory):
    found = _summary(api("lab"), patient_factory()).json()
    assert found["allergies"] is None and found["medication"] is None
    assert found["orders"] == []


def test_a_summary_costs_the_same_among_many(
    api, users, patient_factory, django_assert_max_num_queries
):
    patient, doctor, now = patient_factory(), api("doctor"), timezone.now()
    who = users["doctor"]
    Encounter.objects.bulk_create(
        Encounter(patient=patient, clinician=who, kind="outpatient", reason="-", started_at=now)
        for _ in range(2_000)
    )
    Vitals.objects.bulk_create(
        Vitals(patient=patient, recorded_by=who, measured_at=now, pain=1) for _ in range(50)
    )
    Prescription.objects.bulk_create(
        Prescription(patient=patient, prescriber=who, drug="-", days=9, prescribed_at=now)
        for _ in range(50)
    )
    with django_assert_max_num_queries(16):
        assert len(_summary(doctor, patient).json()["medication"]) == 50


def test_that_no_allergy_is_known_is_on_record_until_there_is_one(api, patient_factory):
    patient, doctor = patient_factory(), api("doctor")

    def state():
        return _summary(doctor, patient).json()["allergies"]["state"]

    assert state() == "not_recorded"
    none = {"patient": patient.pk} | NONE_KNOWN
    assert _post(doctor, "allergies", none).status_code == 201
    assert state() == "none_known"
    assert _post(doctor, "allergies", none).status_code == 409
    row = _post(doctor, "allergies", make.allergy_body(patient.pk)).json()
    assert state() == "recorded"
    rows = doctor.get("/api/emr/allergies/", {"patient": patient.pk}).json()["results"]
    assert {each["code"]: each["status"] for each in rows}[NO_KNOWN_ALLERGY] == "resolved"
    assert _post(doctor, "allergies", none).status_code == 409
    doctor.patch(
        f"/api/emr/allergies/{row['id']}/",
        {"status": "resolved"},
        format="json",
        HTTP_IF_MATCH=str(row["version"]),
    )
    assert state() == "resolved"


def test_a_prescription_is_stopped_with_a_reason(api, patient_factory):
    patient, doctor = patient_factory(), api("doctor")
    row = _post(doctor, "prescriptions", make.prescription_body(patient.pk)).json()
    url = f"/api/emr/prescriptions/{row['id']}/stop/"

    def stop(version, body):
        return doctor.post(url, body, format="json", HTTP_IF_MATCH=str(version))

    assert stop(row["version"], {}).json()["error"]["field"] == "reason"
    assert stop(9, {"reason": "rash"}).status_code == 409
    stopped = stop(row["version"], {"reason": "rash"}).json()
    assert (stopped["stop_reason"], stopped["ends_at"]) == ("rash", stopped["stopped_at"])
    assert stop(stopped["version"], {"reason": "rash"}).json()["error"]["code"] == "ERR_401"
    assert doctor.get(f"/api/emr/prescriptions/{row['id']}/").json()["stopped_by_name"]
    # What is no longer taken is neither a duplicate nor current.
    check = _post(doctor, "prescriptions/check", {"patient": patient.pk, "drug": "Acetaminophen"})
    assert check.json() == []
    assert _summary(doctor, patient).json()["medication"] == []


@pytest.mark.parametrize(
    ("ago", "stopped", "active"), [(6, None, True), (7, None, False), (1, 0, False)]
)
def test_which_prescriptions_are_taken_now(api, users, patient_factory, ago, stopped, active):
    patient, now = patient_factory(), timezone.now()
    Prescription.objects.create(
        patient=patient,
        prescriber=users["doctor"],
        drug="-",
        days=7,
        prescribed_at=now - timedelta(days=ago),
        stopped_at=None if stopped is None else now,
    )
    for asked in (True, False):
        query = {"patient": patient.pk, "active": asked}
        count = api("doctor").get("/api/emr/prescriptions/", query).json()["count"]
        assert count == (asked == active)


@pytest.mark.parametrize(
    ("kind", "q", "code"),
    [
        ("problem", "뇌경색", "I63.9"),
        ("problem", "i63", "I63.9"),
        ("allergen", "penicillin", "J01C"),
    ],
)
def test_terms_are_found_by_name_or_code(api, kind, q, code):
    found = api("nurse").get("/api/emr/terms/", {"kind": kind, "q": q}).json()
    assert code in [term["code"] for term in found]


def test_the_codes_of_the_terms_are_codes():
    for kind, rows in terms().items():
        assert len({(term.code_system, term.code) for term in rows}) == len(rows), kind
        assert all(code_fault(term.code_system, term.code) is None for term in rows), kind
