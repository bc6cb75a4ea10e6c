"""Vital signs, allergies, problems and notes: written, changed, deleted, with their history."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from audit.models import AuditLog
from emr.models import Note, Vitals
from emr.models.code_shapes import is_snomed_concept
from emr.selectors.vital_ranges import flag
from emr.tests import factories as make

API = "/api/emr/"
KINDS = {
    "encounters": (make.encounter_body, {"reason": "seizure"}),
    "prescriptions": (make.prescription_body, {"days": 3}),
    "vitals": (make.vitals_body, {"heart_rate": 80}),
    "allergies": (make.allergy_body, {"reaction": "rash"}),
    "problems": (make.problem_body, {"status": "resolved"}),
    "notes": (make.note_body, {"text": "Corrected."}),
}


def _send(client, method, url, body, version=None):
    headers = {} if version is None else {"If-Match": str(version)}
    return getattr(client, method)(f"{API}{url}", body, format="json", headers=headers)


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_lives_from_creation_to_deletion_with_its_history(api, patient_factory, kind):
    body, change = KINDS[kind]
    patient, doctor = patient_factory(), api("doctor")
    created = _send(doctor, "post", f"{kind}/", body(patient.pk))
    assert (created.status_code, created["ETag"]) == (201, '"1"'), created.json()
    url = f"{kind}/{created.json()['id']}/"
    assert _send(doctor, "patch", url, change).status_code == 428
    changed = _send(doctor, "patch", url, change, 1)
    assert changed.status_code == 200, changed.json()
    assert changed.json().items() >= change.items()
    assert _send(doctor, "patch", url, change, 1).status_code == 409
    assert _send(doctor, "delete", url, {}, 2).json()["error"]["field"] == "reason"
    assert _send(doctor, "delete", url, {"reason": "wrong patient"}, 1).status_code == 409
    assert _send(doctor, "delete", url, {"reason": "wrong patient"}, 2).status_code == 204
    assert _send(doctor, "patch", url, change, 3).status_code == 404
    assert doctor.get(f"{API}{kind}/").json()["count"] == 0
    [gone] = doctor.get(f"{API}{kind}/", {"deleted": "true"}).json()["results"]
    assert gone["deleted"]["reason"] == "wrong patient"
    assert gone["deleted"]["by"]["username"] == "doctor1"
    assert api("rib").get(f"{API}{kind}/", {"deleted": "true"}).status_code == 403
    assert api("rib").get(f"{API}{url}history/").status_code == 404
    history = doctor.get(f"{API}{url}history/").json()["results"]
    assert [(h["version"], h["action"]) for h in history] == [
        (3, "delete"),
        (2, "update"),
        (1, "create"),
    ]
    field, value = next(iter(change.items()))
    [named] = [c for c in history[1]["changes"] if c["field"] == field]
    assert named["after"] == value != named["before"]
    verbs = AuditLog.objects.filter(patient_id=patient.pk, action__regex="create|update|delete")
    assert [r.action.partition(".")[2] for r in verbs.order_by("id")] == [
        "create",
        "update",
        "delete",
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_an_unseen_patient_has_no_rows(api, users, patient_factory, kind):
    body, change = KINDS[kind]
    patient = patient_factory()
    row = _send(api("doctor"), "post", f"{kind}/", body(patient.pk)).json()
    patient.restricted = True
    patient.save()
    client, url = api("doctor"), f"{kind}/{row['id']}/"
    assert _send(client, "post", f"{kind}/", body(patient.pk)).status_code == 404
    assert _send(client, "patch", url, change, 1).status_code == 404
    assert _send(client, "delete", url, {"reason": "x"}, 1).status_code == 404
    assert client.get(f"{API}{url}history/").status_code == 404
    assert client.get(f"{API}{kind}/").json()["count"] == 0
    assert client.get(f"{API}{kind}/", {"deleted": "true"}).json()["count"] == 0


@pytest.mark.parametrize("kind", ["vitals", "allergies", "problems", "notes"])
def test_lists_cost_the_same_for_one_and_for_many(
    api, patient_factory, django_assert_max_num_queries, kind
):
    body, client = KINDS[kind][0], api("doctor")
    for _ in range(5):
        _send(client, "post", f"{kind}/", body(patient_factory().pk))
    with django_assert_max_num_queries(6):
        assert client.get(f"{API}{kind}/").json()["count"] == 5


TOMORROW = (timezone.now() + timedelta(days=1)).isoformat()
BAD = [
    ("vitals", {"heart_rate": None}, "vitals"),
    ("vitals", {"measured_at": TOMORROW}, "measured_at"),
    ("vitals", {"measured_at": "1979-12-31T00:00:00Z"}, "measured_at"),
    ("vitals", {"measured_at": "2026-02-30T00:00:00Z"}, "measured_at"),
    ("vitals", {"heart_rate": 900}, "heart_rate"),
    ("vitals", {"temperature_c": 98.6}, "temperature_c"),
    ("vitals", {"temperature_f": 98.6}, "temperature_f"),
    ("vitals", {"temperature_c": "NaN"}, "temperature_c"),
    ("vitals", {"weight_kg": 0}, "weight_kg"),
    ("vitals", {"height_cm": 1.75}, "height_cm"),
    ("vitals", {"systolic_mmhg": 80, "diastolic_mmhg": 120}, "diastolic_mmhg"),
    ("vitals", {"pain": 11}, "pain"),
    ("allergies", {"category": "people"}, "category"),
    ("allergies", {"code": "J01C"}, "code"),
    ("allergies", {"code_system": "ATC", "code": "1234"}, "code"),
    ("allergies", {"substance": "a\nb"}, "substance"),
    ("problems", {"code": "63I"}, "code"),
    ("problems", {"code_system": "ICD11"}, "code_system"),
    ("problems", {"code_system": "SNOMED", "code": "22298007"}, "code"),
    ("problems", {"onset_date": "1969-02-29"}, "onset_date"),
    ("problems", {"onset_date": "2025-01-02", "resolved_date": "2025-01-01"}, "resolved_date"),
    ("problems", {"resolved_date": "2025-01-01"}, "status"),
    ("notes", {"text": "x" * 1_000_000}, "text"),
    ("notes", {"text": " "}, "text"),
    ("notes", {"encounter": 999_999}, "encounter"),
    ("notes", {"colour": "red"}, "colour"),
]


@pytest.mark.parametrize(("kind", "fields", "field"), BAD)
def test_a_bad_value_is_refused_and_named(api, patient_factory, kind, fields, field):
    body = KINDS[kind][0](patient_factory().pk, **fields)
    answer = _send(api("doctor"), "post", f"{kind}/", body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["error"]["field"] == field
    assert api("doctor").get(f"{API}{kind}/").json()["count"] == 0


def test_a_change_cannot_contradict_what_is_there(api, patient_factory):
    doctor, body = api("doctor"), make.vitals_body(patient_factory().pk, systolic_mmhg=120)
    row = _send(doctor, "post", "vitals/", body).json()
    answer = _send(doctor, "patch", f"vitals/{row['id']}/", {"diastolic_mmhg": 130}, 1)
    assert answer.json()["error"]["field"] == "diastolic_mmhg"
    assert Vitals.objects.get().diastolic_mmhg is None


def test_text_of_any_script_and_formulas_are_kept_as_written(api, patient_factory):
    text = "=HYPERLINK(1) '; DROP TABLE emr_note; -- 𠮷😀 소견"
    row = _send(api("doctor"), "post", "notes/", make.note_body(patient_factory().pk, text=text))
    assert row.json()["text"] == text == Note.objects.get().text


def test_a_note_is_its_authors(api, users, patient_factory):
    row = _send(api("doctor"), "post", "notes/", make.note_body(patient_factory().pk)).json()
    assert row["signed_at"]
    Note.objects.update(recorded_by=users["rib"])
    url = f"notes/{row['id']}/"
    assert _send(api("doctor"), "patch", url, {"text": "mine now"}, 1).status_code == 403
    assert _send(api("doctor"), "delete", url, {"reason": "not mine"}, 1).status_code == 403


@pytest.mark.parametrize(
    ("birth", "measure", "value", "expected"),
    [
        (date(1980, 1, 1), "heart_rate", 130, "high"),
        (date(1980, 1, 1), "heart_rate", 72, None),
        (date(2025, 9, 1), "heart_rate", 130, None),
        (date(2025, 9, 1), "heart_rate", 80, "low"),
        (date(2021, 1, 5), "respiratory_rate", 28, None),
        (date(1980, 1, 1), "respiratory_rate", 28, "high"),
        (date(1980, 1, 1), "systolic_mmhg", 140, "high"),
        (date(2016, 1, 6), "systolic_mmhg", 116, "high"),
        (date(2016, 1, 5), "systolic_mmhg", 116, None),
        (date(1980, 1, 1), "temperature_c", 38.1, "high"),
        (date(1980, 1, 1), "spo2_percent", 95, "low"),
        (date(1980, 1, 1), "weight_kg", 300, None),
    ],
)
def test_a_value_is_judged_by_the_age(birth, measure, value, expected):
    assert flag(birth, date(2026, 1, 5), measure, value) == expected


def test_flags_and_trends(api, patient_factory):
    patient, nurse = patient_factory(), api("nurse")
    for hour, rate in ((8, 70), (9, 130)):
        at = f"2026-01-05T0{hour}:00:00Z"
        body = make.vitals_body(patient.pk, measured_at=at, heart_rate=rate, temperature_c=36.6)
        row = _send(nurse, "post", "vitals/", body)
        assert row.status_code == 201
    assert row.json()["flags"] == {"heart_rate": "high"}
    assert row.json()["temperature_c"] == 36.6
    rate, temperature = nurse.get(f"{API}patients/{patient.pk}/trends/").json()
    assert (rate["unit"], rate["low"], rate["high"]) == ("/min", 51, 90)
    assert [(p["value"], p["flag"]) for p in rate["points"]] == [(70, None), (130, "high")]
    assert temperature["measure"] == "temperature_c"


def test_a_patient_has_a_history_too(api, patient_factory):
    patient, doctor = patient_factory(phone="010-1"), api("doctor")
    _send(doctor, "patch", f"patients/{patient.pk}/", {"phone": "010-2"}, 1)
    [change] = doctor.get(f"{API}patients/{patient.pk}/history/").json()["results"]
    assert change["changes"] == [{"field": "phone", "before": "010-1", "after": "010-2"}]


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("22298006", True),
        ("230690007", True),
        ("22298007", False),
        ("22298013", False),
        ("1", False),
    ],
)
def test_a_snomed_concept_has_its_partition_and_check_digit(code, right):
    assert is_snomed_concept(code) is right
