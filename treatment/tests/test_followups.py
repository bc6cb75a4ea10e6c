"""Visits with reminders, responses by the API, survival and curves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ai.models import Publication
from ai.tests import factories as ai_factories
from alert.models import Notification
from alert.selectors import described
from audit.models import AuditLog
from treatment import selectors
from treatment.models import Visit
from treatment.services.visits import visits_remind
from treatment.tests.factories import (
    ADVERSE,
    CURVES,
    HISTORY,
    LIFE,
    PLANS,
    RESPONSES,
    SURVIVAL,
    VISITS,
    active_plan,
    adverse_body,
    day,
    move,
    patch,
    plan_body,
    post,
    refused_field,
    remove,
    response_body,
    study_of,
    visit_body,
)

pytestmark = pytest.mark.django_db


def test_doctor_and_patient_are_reminded_once_for_each_time(api, users, patient_factory):
    doctor, patient = api("doctor"), patient_factory(user=users["patient"])
    visit = post(doctor, VISITS, visit_body(patient.pk, hours=30))
    visits_remind(timezone.now())
    assert not Notification.objects.exists()
    for _ in range(2):
        visits_remind(timezone.now() + timedelta(hours=7))
    alerts = Notification.objects.order_by("user_id")
    assert {(one.user.role, one.kind) for one in alerts} == {
        ("doctor", "visit_soon"),
        ("patient", "visit_soon"),
    }
    [named] = described(users["doctor"], alerts.filter(user=users["doctor"]))
    assert named.about["patient"]["full_name"] == patient.full_name
    later = timezone.now() + timedelta(hours=20)
    patch(doctor, VISITS, visit, planned_at=later.isoformat())
    visits_remind(timezone.now())
    assert Notification.objects.count() == 4


def test_a_visit_that_nobody_recorded_is_missed_once(api, users, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    visit = post(doctor, VISITS, visit_body(patient.pk, hours=2))
    for _ in range(2):
        visits_remind(timezone.now() + timedelta(hours=15))
    row = Visit.objects.get(pk=visit["id"])
    assert (row.status, row.version) == ("MISSED", 2)
    assert [one.kind for one in Notification.objects.all()] == ["visit_missed"]
    history = doctor.get(HISTORY, {"kind": "visit", "row": row.pk}).json()["results"]
    assert (history[-1]["action"], history[-1]["actor"]) == ("moved", None)


def test_steps_of_a_visit(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    visit = post(doctor, VISITS, visit_body(patient.pk, hours=48))
    for status in ("DONE", "MISSED"):
        refusal = move(doctor, VISITS, visit, 400, status=status)
        assert refusal["error"]["field"] == "status"
    Visit.objects.filter(pk=visit["id"]).update(planned_at=timezone.now() - timedelta(hours=1))
    done = move(doctor, VISITS, visit, status="DONE", note="Stable")
    assert (done["status"], done["note"]) == ("DONE", "Stable")
    move(doctor, VISITS, done, 409, status="CANCELLED")
    patch(doctor, VISITS, done, 409, purpose="Again")
    again = post(doctor, VISITS, visit_body(patient.pk))
    assert move(doctor, VISITS, again, status="CANCELLED")["status"] == "CANCELLED"


def test_a_visit_that_cannot_be(api, users, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    for hours in (-1, 24 * 4000):
        assert refused_field(doctor, VISITS, visit_body(patient.pk, hours)) == "planned_at"
    for other in (users["nurse"].pk, 999_999):
        body = visit_body(patient.pk, clinician=other)
        assert refused_field(doctor, VISITS, body) == "clinician"
    patient.restricted = True
    patient.save(update_fields=["restricted"])
    post(doctor, VISITS, visit_body(patient.pk), 404)


def test_visits_by_day_of_the_hospital(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    at = [midnight + timedelta(days=2, minutes=late) for late in (-1, 0, 24 * 60 - 1, 24 * 60)]
    made = [
        post(doctor, VISITS, visit_body(patient.pk, planned_at=one.isoformat()))["id"] for one in at
    ]
    today = day(-2)
    shown = doctor.get(VISITS, {"from": today, "to": today, "ordering": "planned_at"}).json()
    assert [row["id"] for row in shown["results"]] == made[1:3]
    assert doctor.get(VISITS, {"from": "tomorrow"}).json()["error"]["field"] == "from"
    everything = doctor.get(VISITS, {"from": "0001-01-01", "to": "9999-12-31"})
    assert everything.json()["count"] == 4


def test_a_visit_that_was_held_is_a_sign_of_life(api, patient_factory):
    patient = patient_factory()
    visit = post(api("doctor"), VISITS, visit_body(patient.pk))
    held = timezone.now() - timedelta(days=5)
    Visit.objects.filter(pk=visit["id"]).update(planned_at=held, status="DONE")
    assert selectors._last_seen([patient.pk]) == {patient.pk: timezone.localdate(held)}


def test_a_response_rests_on_the_studies_that_it_names(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    first, second, third = (study_of(patient, ago, f"1{ago}") for ago in (200, 100, 60))
    baseline = post(doctor, RESPONSES, response_body(first, 40, 25, baseline=True))
    assert (baseline["response"], baseline["assessed_on"]) == ("BASELINE", day(200))
    half = post(doctor, RESPONSES, response_body(second, 20, 25 - 5))
    assert (half["response"], half["judgement"]["unconfirmed"]) == ("SD", "PR")
    confirmed = post(doctor, RESPONSES, response_body(third, 20, 20))
    assert (confirmed["response"], confirmed["judgement"]["confirmed_on"]) == ("PR", day(60))
    listed = doctor.get(RESPONSES, {"patient": patient.pk}).json()["results"]
    assert [row["response"] for row in listed] == ["PR", "PR", "BASELINE"]
    assert listed[0]["judgement"]["baseline_change_percent"] == -60.0
    changed = patch(doctor, RESPONSES, baseline, steroid_mg=None)
    assert changed["response"] == "BASELINE"
    listed = doctor.get(RESPONSES, {"patient": patient.pk}).json()["results"]
    assert listed[0]["judgement"]["reasons"] == ["baseline_steroid_unknown"]


def test_a_radiotherapy_on_record_makes_pseudoprogression_possible(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    plan = active_plan(doctor, patient.pk, "radiotherapy", ago=150)
    move(doctor, PLANS, plan, status="COMPLETED", on=day(110))
    first, second = study_of(patient, 160, "1"), study_of(patient, 50, "2")
    post(doctor, RESPONSES, response_body(first, 40, 25, baseline=True))
    grown = post(doctor, RESPONSES, response_body(second, 60, 25))
    assert (grown["response"], grown["judgement"]["pseudoprogression"]) == ("SD", True)


def test_what_is_not_known_is_not_evaluable(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    first, second = study_of(patient, 100, "1"), study_of(patient, 50, "2")
    post(doctor, RESPONSES, response_body(first, 40, 25, baseline=True))
    body = response_body(second, 20, 20)
    del body["flair"]
    row = post(doctor, RESPONSES, body)
    assert (row["response"], row["judgement"]["reasons"]) == ("NE", ["flair_unknown"])


BAD_MEASUREMENTS = [
    ({"response": "CR"}, "response"),
    ({"assessed_on": day(9)}, "assessed_on"),
    ({"steroid_mg": -1}, "steroid_mg"),
    ({"flair": "bright"}, "flair"),
    ({"new_lesion_outside_field": True}, "new_lesion_outside_field"),
    ({"lesions": [{"label": "A", "longest_mm": 10, "perpendicular_mm": 11}]}, None),
    ({"lesions": [{"label": "A", "longest_mm": 10, "perpendicular_mm": 0}]}, None),
    ({"lesions": [{"label": "A", "longest_mm": -1, "perpendicular_mm": 0}]}, None),
    ({"lesions": [{"label": "A", "longest_mm": 999, "perpendicular_mm": 1}]}, None),
    ({"lesions": [{"label": "A", "longest_mm": "NaN", "perpendicular_mm": 1}]}, None),
    ({"lesions": [{"label": "A", "longest_mm": 9, "perpendicular_mm": 9}] * 2}, None),
    ({"study_instance_uid": "../1"}, "study_instance_uid"),
]


def test_a_measurement_that_cannot_be(api, patient_factory):
    doctor, study = api("doctor"), study_of(patient_factory(), 10)
    for fields, field in BAD_MEASUREMENTS:
        named = refused_field(doctor, RESPONSES, response_body(study, 40, 25) | fields)
        assert (named if field else named.partition(".")[0]) == (field or "lesions")


def test_a_study_is_the_patients_own_seen_and_assessed_once(api, patient_factory):
    doctor, patient, other = api("doctor"), patient_factory(), patient_factory()
    study, foreign = study_of(patient, 10, "1"), study_of(other, 10, "2")
    body = response_body(study, 40, 25)
    foreign_body = body | {"study_instance_uid": foreign.study_instance_uid}
    assert refused_field(doctor, RESPONSES, foreign_body) == "study_instance_uid"
    other.restricted = True
    other.save(update_fields=["restricted"])
    for uid in (foreign.study_instance_uid, "1.2.3"):
        post(doctor, RESPONSES, body | {"study_instance_uid": uid}, 404)
    row = post(doctor, RESPONSES, body)
    assert refused_field(doctor, RESPONSES, body, 409) == "study_instance_uid"
    assert remove(doctor, RESPONSES, row) == 204
    assert post(doctor, RESPONSES, body)["id"] != row["id"]


def test_curves_show_approved_volumes_and_entered_diameters(api, users, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    study = study_of(patient, 10)
    post(doctor, RESPONSES, response_body(study, 40, 25, baseline=True))
    manifest = ai_factories.MANIFEST["outputs"]["segments"]
    job = ai_factories.make_result(study.series.get(), users["doctor"])
    job.segmentation.segments = manifest
    job.segmentation.save()
    url = f"{CURVES}?patient={patient.pk}"
    assert doctor.get(url).json()["volumes"] == []
    job.review_status = "APPROVED"
    job.save(update_fields=["review_status"])
    Publication.objects.create(job=job, version=job.segmentation.versions.get())
    curves = doctor.get(url).json()
    [point] = curves["volumes"]
    assert (point["label"], point["volume_ml"], point["on"]) == ("Brain", 1.0, day(10))
    assert [row["sum_mm2"] for row in curves["diameters"]] == [1000.0]
    assert api("nurse").get(url).json()["volumes"] is None
    shown = AuditLog.objects.filter(action="response.curves")
    assert set(shown.values_list("patient_id", flat=True)) == {patient.pk}


def test_survival_of_the_patients_who_are_seen(api, patient_factory):
    doctor = api("doctor")
    died, seen, fatal, revived, hidden, *rest = (patient_factory() for _ in range(6))
    for patient in (died, seen, fatal, revived, hidden, *rest):
        active_plan(doctor, patient.pk, ago=300)
    post(doctor, LIFE, {"patient": died.pk, "status": "deceased", "on": day(100)})
    post(doctor, LIFE, {"patient": seen.pk, "status": "alive", "on": day(10)})
    for patient in (fatal, revived):
        grade_5 = {"grade": 5, "onset_on": day(60), "ended_on": day(50), "term": "Sepsis"}
        post(doctor, ADVERSE, adverse_body(patient.pk, **grade_5))
    for patient in (revived, *rest):
        post(doctor, LIFE, {"patient": patient.pk, "status": "alive", "on": day(10)})
    hidden.restricted = True
    hidden.save(update_fields=["restricted"])
    found = doctor.get(SURVIVAL).json()
    assert [
        (
            step["days"],
            step["at_risk"],
            step["deaths"],
            step["censored"],
            round(step["survival"], 6),
        )
        for step in found["steps"]
    ] == [(0, 5, 0, 0, 1.0), (200, 5, 1, 0, 0.8), (250, 4, 1, 0, 0.6), (290, 3, 0, 3, 0.6)]
    assert found["median_days"] is None
    log = AuditLog.objects.get(action="survival.read")
    assert sorted(log.detail["patients"]) == sorted(
        patient.pk for patient in (died, seen, fatal, revived, *rest)
    )
    assert doctor.get(SURVIVAL, {"kind": "chemotherapy"}).json()["steps"][0]["at_risk"] == 0
    assert doctor.get(SURVIVAL, {"kind": "x"}).status_code == 400
    assert api("admin").get(SURVIVAL).status_code == 200
    for role in ("rib", "nurse", "patient"):
        assert api(role).get(SURVIVAL).status_code == 403


def test_of_less_than_five_patients_survival_tells_only_their_number(api, patient_factory):
    doctor = api("doctor")
    for _ in range(4):
        patient = patient_factory()
        active_plan(doctor, patient.pk, ago=300)
        post(doctor, LIFE, {"patient": patient.pk, "status": "deceased", "on": day(100)})
    found = doctor.get(SURVIVAL).json()
    assert [(step["days"], step["at_risk"]) for step in found["steps"]] == [(0, 4)]
    assert found["median_days"] is None


def test_a_death_is_recorded_under_the_lock_of_its_patient(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    with CaptureQueriesContext(connection) as queries:
        post(doctor, LIFE, {"patient": patient.pk, "status": "deceased", "on": day(1)})
    locking = [query["sql"] for query in queries if "FOR UPDATE" in query["sql"]]
    assert ["emr_patient" in sql for sql in locking[:2]] == [True, False]
    assert "treatment_lifestatus" in locking[1]


def test_nobody_dies_twice_or_is_seen_alive_after_death(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    alive = {"patient": patient.pk, "status": "alive"}
    post(doctor, LIFE, alive | {"on": day(50)})
    dead = {"patient": patient.pk, "status": "deceased"}
    for ago in (60, -1):
        assert refused_field(doctor, LIFE, dead | {"on": day(ago)}) == "on"
    row = post(doctor, LIFE, dead | {"on": day(40)})
    assert refused_field(doctor, LIFE, dead | {"on": day(30)}) == "on"
    assert refused_field(doctor, LIFE, alive | {"on": day(30)}) == "on"
    assert remove(doctor, LIFE, row) == 204
    post(doctor, LIFE, alive | {"on": day(30)})


def test_what_a_timeline_shows(api, users, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    post(doctor, PLANS, plan_body(patient.pk))
    active_plan(doctor, patient.pk, ago=60)
    post(doctor, "/api/treatments/adverse-events/", adverse_body(patient.pk))
    post(doctor, VISITS, visit_body(patient.pk))
    shown = {"kind": ["treatment", "adverse_event", "visit"]}
    entries = doctor.get(f"/api/emr/patients/{patient.pk}/timeline/", shown).json()["results"]
    assert [entry["type"] for entry in entries] == ["visit", "adverse_event", "treatment"]
    assert [entry["whole_day"] for entry in entries] == [False, True, True]
    assert {entry["ref"] for entry in entries} == {str(patient.pk)}
