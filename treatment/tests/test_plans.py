"""Plans, events, adverse events, performance: by the API, with bad input and rights."""

from __future__ import annotations

import pytest

from alert.models import Notification
from audit.models import AuditLog
from common.outbox import tasks
from common.outbox.models import OutboxEvent
from ocs.tests.factories import order_at, order_make
from treatment.models import Plan
from treatment.tests.factories import (
    ADVERSE,
    EVENTS,
    HISTORY,
    PERFORMANCE,
    PLANS,
    RESPONSES,
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


def test_a_treatment_from_plan_to_end_with_its_history(api, users, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    for kind in ("surgery", "radiotherapy", "chemotherapy"):
        end_to_end(doctor, users["doctor"], patient, kind)


def end_to_end(doctor, user, patient, kind):
    plan = post(doctor, PLANS, plan_body(patient.pk, kind, planned_on=day(-3)))
    assert (plan["status"], plan["version"], plan["patient"]["id"]) == ("PLANNED", 1, patient.pk)
    plan = patch(doctor, PLANS, plan, title="Second thoughts")
    plan = move(doctor, PLANS, plan, status="ACTIVE", on=day(40))
    plan = move(doctor, PLANS, plan, status="COMPLETED", on=day(2))
    assert (plan["started_on"], plan["ended_on"]) == (day(40), day(2))
    history = doctor.get(HISTORY, {"kind": "plan", "row": plan["id"]}).json()["results"]
    assert [one["action"] for one in history] == ["created", "changed", "moved", "moved"]
    assert [one["values"]["status"] for one in history][-2:] == ["ACTIVE", "COMPLETED"]
    assert {one["actor_name"] for one in history} == {user.full_name}
    logs = AuditLog.objects.filter(object_type="plan", object_id=plan["id"])
    assert set(logs.values_list("patient_id", flat=True)) == {patient.pk}
    assert set(logs.values_list("action", flat=True)) == {
        "plan.created",
        "plan.changed",
        "plan.moved",
    }


BAD_PLANS = [
    ("surgery", {"total_dose_gy": 60}, "total_dose_gy"),
    ("surgery", {"resection_percent": 101}, "resection_percent"),
    ("surgery", {"extent_of_resection": "most"}, "extent_of_resection"),
    ("surgery", {"planned_on": "1970-01-01"}, "planned_on"),
    ("surgery", {"planned_on": "2026-02-30"}, "planned_on"),
    ("surgery", {"title": "two\nlines"}, "title"),
    ("radiotherapy", {"total_dose_gy": -1}, "total_dose_gy"),
    ("radiotherapy", {"total_dose_gy": 0}, "total_dose_gy"),
    ("radiotherapy", {"total_dose_gy": 100.5}, "total_dose_gy"),
    ("radiotherapy", {"total_dose_gy": "NaN"}, "total_dose_gy"),
    ("radiotherapy", {"total_dose_gy": None}, "total_dose_gy"),
    ("radiotherapy", {"total_dose_gy": 60, "fractions": 1}, "total_dose_gy"),
    ("radiotherapy", {"fractions": 0}, "fractions"),
    ("radiotherapy", {"regimen": "TMZ"}, "regimen"),
    ("chemotherapy", {"regimen": "", "drugs": [], "cycles": []}, "regimen"),
    ("chemotherapy", {"drugs": ["Lomustine"]}, "cycles"),
    ("chemotherapy", {"drugs": ["Temozolomide", "temozolomide"]}, "drugs"),
    ("sorcery", {}, "kind"),
]


def test_a_plan_that_cannot_be(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    for kind, fields, field in BAD_PLANS:
        body = plan_body(patient.pk, "surgery" if kind == "sorcery" else kind)
        assert refused_field(doctor, PLANS, body | {"kind": kind} | fields) == field
    assert not Plan.objects.exists()


def test_a_dose_that_cannot_be(api, patient_factory):
    doctor, body = api("doctor"), plan_body(patient_factory().pk, "chemotherapy")
    for dose in (-1, 0, 10_001, "NaN", "Infinity"):
        body["cycles"][0]["dose"] = dose
        post(doctor, PLANS, body, 400)


def test_steps_have_an_order_dates_and_reasons(api, patient_factory):
    doctor = api("doctor")
    plan = post(doctor, PLANS, plan_body(patient_factory().pk, extent_of_resection=""))
    move(doctor, PLANS, plan, 409, status="COMPLETED", on=day(1))
    for on in (day(-1), "1979-12-31"):
        assert move(doctor, PLANS, plan, 400, status="ACTIVE", on=on)["error"]["field"] == "on"
    plan = move(doctor, PLANS, plan, status="ACTIVE", on=day(9))
    assert move(doctor, PLANS, plan, 400, status="STOPPED", on=day(10), reason="x")
    refusal = move(doctor, PLANS, plan, 400, status="STOPPED", on=day(5))
    assert refusal["error"]["field"] == "reason"
    refusal = move(doctor, PLANS, plan, 400, status="COMPLETED", on=day(5))
    assert refusal["error"]["field"] == "extent_of_resection"
    plan = move(doctor, PLANS, plan, status="STOPPED", on=day(5), reason="Bleeding")
    assert plan["stop_reason"] == "Bleeding"
    move(doctor, PLANS, plan, 409, status="ACTIVE", on=day(1))
    patch(doctor, PLANS, plan, 409, title="Too late")


def test_a_stale_or_missing_version(api, patient_factory):
    doctor = api("doctor")
    plan = post(doctor, PLANS, plan_body(patient_factory().pk))
    move(doctor, PLANS, plan, status="ACTIVE", on=day(9))
    patch(doctor, PLANS, plan, 409, title="Mine")
    move(doctor, PLANS, plan, 409, status="STOPPED", on=day(1), reason="Mine")
    assert remove(doctor, PLANS, plan) == 409
    url = f"{PLANS}{plan['id']}/"
    assert doctor.patch(url, {"title": "Mine"}, format="json").status_code == 428
    assert doctor.delete(url).status_code == 428


def test_a_removed_plan_is_in_the_history_alone(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    plan = post(doctor, PLANS, plan_body(patient.pk))
    assert remove(doctor, PLANS, plan) == 204
    assert doctor.get(PLANS, {"patient": patient.pk}).json()["count"] == 0
    assert doctor.get(f"{PLANS}{plan['id']}/").status_code == 404
    assert Plan.objects.filter(pk=plan["id"]).exists()
    history = doctor.get(HISTORY, {"patient": patient.pk}).json()["results"]
    assert [(one["action"], one["reason"]) for one in history] == [
        ("created", ""),
        ("removed", "Entered twice"),
    ]


@pytest.mark.parametrize("reason", ["", " ", "x" * 301, "two\nlines", None])
def test_a_removal_has_a_reason(api, patient_factory, reason):
    doctor = api("doctor")
    plan = post(doctor, PLANS, plan_body(patient_factory().pk))
    assert remove(doctor, PLANS, plan, reason) == 400
    assert doctor.get(f"{PLANS}{plan['id']}/").status_code == 200


def test_a_plan_with_events_is_not_removed(api, patient_factory):
    doctor = api("doctor")
    plan = active_plan(doctor, patient_factory().pk)
    body = {"plan": plan["id"], "kind": "operation_done", "occurred_on": day(60)}
    event = post(doctor, EVENTS, body)
    assert remove(doctor, PLANS, plan) == 409
    assert remove(doctor, EVENTS, event) == 204
    assert remove(doctor, PLANS, plan) == 204


def test_the_order_is_a_treatment_order_of_the_patient(api, users, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    orders = [
        order_make(users["doctor"], patient, job_role="RIS").pk,
        order_make(users["doctor"], patient_factory(), job_role="TREATMENT").pk,
        order_at(users["doctor"], patient, "CANCELLED", job_role="TREATMENT").pk,
        999_999,
    ]
    for order in orders:
        assert refused_field(doctor, PLANS, plan_body(patient.pk, order=order)) == "order"
    order = order_make(users["doctor"], patient, job_role="TREATMENT", job_type="SURGERY")
    assert post(doctor, PLANS, plan_body(patient.pk, order=order.pk))["order"] == order.pk


def test_who_ordered_a_treatment_is_told_of_its_end(api, users, patient_factory):
    patient, orderer = patient_factory(), users["rib"]
    order = order_make(users["doctor"], patient, job_role="TREATMENT", job_type="SURGERY")
    order.ordered_by = orderer
    order.save(update_fields=["ordered_by"])
    doctor = api("doctor")
    plan = post(doctor, PLANS, plan_body(patient.pk, order=order.pk))
    plan = move(doctor, PLANS, plan, status="ACTIVE", on=day(9))
    move(doctor, PLANS, plan, status="COMPLETED", on=day(8))
    tasks.deliver.run(OutboxEvent.objects.get(topic="treatment.plan.ended").pk)
    alert = Notification.objects.get(user=orderer)
    assert (alert.kind, alert.params["plan_id"]) == ("treatment_ended", plan["id"])


BAD_EVENTS = [
    ("surgery", {"kind": "cycle_given", "cycle": 1, "occurred_on": day(5)}, "kind"),
    ("surgery", {"kind": "operation_done", "occurred_on": day(61)}, "occurred_on"),
    ("surgery", {"kind": "operation_done", "occurred_on": day(-1)}, "occurred_on"),
    ("chemotherapy", {"kind": "cycle_given", "occurred_on": day(5)}, "cycle"),
    ("radiotherapy", {"kind": "fractions_given", "occurred_on": day(5)}, "fractions"),
    (
        "radiotherapy",
        {"kind": "fractions_given", "fractions": 31, "occurred_on": day(5)},
        "fractions",
    ),
]


def test_an_event_that_cannot_be(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    for kind, body, field in BAD_EVENTS:
        plan = active_plan(doctor, patient.pk, kind)
        assert refused_field(doctor, EVENTS, body | {"plan": plan["id"]}) == field


def test_an_event_needs_a_treatment_that_was_begun(api, patient_factory):
    doctor = api("doctor")
    plan = post(doctor, PLANS, plan_body(patient_factory().pk))
    body = {"plan": plan["id"], "kind": "operation_done", "occurred_on": day(1)}
    assert refused_field(doctor, EVENTS, body) == "plan"
    post(doctor, EVENTS, body | {"plan": 999_999}, 404)


def test_events_after_the_end_are_complications(api, patient_factory):
    doctor = api("doctor")
    plan = active_plan(doctor, patient_factory().pk)
    move(doctor, PLANS, plan, status="COMPLETED", on=day(50))
    body = {"plan": plan["id"], "kind": "operation_done", "occurred_on": day(40)}
    assert refused_field(doctor, EVENTS, body) == "occurred_on"
    late = post(doctor, EVENTS, body | {"kind": "complication", "note": "Wound infection"})
    assert patch(doctor, EVENTS, late, note="Wound infection, drained")["version"] == 2
    assert patch(doctor, EVENTS, late | {"version": 2}, 400, kind="operation_done")


BAD_ADVERSE_EVENTS = [
    ({"grade": 0}, "grade"),
    ({"grade": 6}, "grade"),
    ({"grade": "severe"}, "grade"),
    ({"term": "Alopecia", "grade": 3}, "grade"),
    ({"term": "febrile NEUTROPENIA", "grade": 2}, "grade"),
    ({"onset_on": day(-1)}, "onset_on"),
    ({"onset_on": "1979-12-31"}, "onset_on"),
    ({"ended_on": day(4)}, "ended_on"),
    ({"term": "Seizure", "grade": 5}, "ended_on"),
    ({"plan": 999_999}, "plan"),
    ({"attribution": "sure"}, "attribution"),
]


def test_an_adverse_event_that_cannot_be(api, patient_factory):
    doctor, body = api("doctor"), adverse_body(patient_factory().pk)
    for fields, field in BAD_ADVERSE_EVENTS:
        assert refused_field(doctor, ADVERSE, body | fields) == field


def test_an_adverse_event_has_the_spelling_of_ctcae_or_is_free_text(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    known = post(doctor, ADVERSE, adverse_body(patient.pk, term="alopecia"))
    assert known["term"] == "Alopecia"
    assert post(doctor, ADVERSE, adverse_body(patient.pk, term="탈모"))["term"] == "Alopecia"
    assert post(doctor, ADVERSE, adverse_body(patient.pk, term="탈력감", grade=4))["grade"] == 4
    assert patch(doctor, ADVERSE, known, ended_on=day(1))["ended_on"] == day(1)
    terms = doctor.get("/api/treatments/adverse-terms/").json()
    assert {"term": "Alopecia", "ko": "탈모", "lowest": 1, "highest": 2} in terms


BAD_SCORES = [
    ({"karnofsky": 85}, "karnofsky"),
    ({"karnofsky": 110}, "karnofsky"),
    ({"ecog": 6}, "ecog"),
    ({"ecog": None}, "karnofsky"),
    ({"ecog": 1, "assessed_on": day(-1)}, "assessed_on"),
]


def test_a_performance_score_that_cannot_be(api, patient_factory):
    doctor, body = api("doctor"), {"patient": patient_factory().pk, "assessed_on": day(1)}
    for fields, field in BAD_SCORES:
        assert refused_field(doctor, PERFORMANCE, body | fields) == field


def test_performance_scores(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    body = {"patient": patient.pk, "assessed_on": day(1), "karnofsky": 0, "ecog": 5}
    assert post(doctor, PERFORMANCE, body)["karnofsky"] == 0


def test_a_performance_score_is_corrected(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    row = post(doctor, PERFORMANCE, {"patient": patient.pk, "assessed_on": day(3), "ecog": 1})
    changed = patch(doctor, PERFORMANCE, row, karnofsky=80)
    assert (changed["karnofsky"], changed["ecog"], changed["version"]) == (80, 1, 2)
    patch(doctor, PERFORMANCE, row, 409, ecog=2)
    for wrong in ({"ecog": None, "karnofsky": None}, {"assessed_on": day(-1)}, {"karnofsky": 85}):
        patch(doctor, PERFORMANCE, changed, 400, **wrong)
    history = doctor.get(HISTORY, {"kind": "performance", "row": row["id"]}).json()["results"]
    assert [one["values"]["karnofsky"] for one in history] == [None, 80]


def test_who_sees_and_who_records(api, users, patient_factory):
    own, other = patient_factory(user=users["patient"]), patient_factory()
    doctor = api("doctor")
    plans = [post(doctor, PLANS, plan_body(patient.pk))["id"] for patient in (own, other)]
    for role in ("admin", "rib", "nurse"):
        client = api(role)
        assert client.get(PLANS).json()["count"] == 2
        assert client.post(PLANS, plan_body(own.pk), format="json").status_code == 403
    patient = api("patient")
    assert [row["id"] for row in patient.get(PLANS).json()["results"]] == plans[:1]
    assert patient.get(f"{PLANS}{plans[1]}/").status_code == 404
    for role in ("external", "lab"):
        assert api(role).get(PLANS).status_code == 403
    shown = AuditLog.objects.filter(action="plan.list").latest("id")
    assert shown.patient_id == own.pk


def test_a_restricted_patient_is_closed_to_others(api, patient_factory):
    doctor, patient = api("doctor"), patient_factory()
    plan = post(doctor, PLANS, plan_body(patient.pk))
    patient.restricted = True
    patient.save(update_fields=["restricted"])
    assert doctor.get(PLANS).json()["count"] == 0
    assert doctor.get(HISTORY).json()["count"] == 0
    post(doctor, PLANS, plan_body(patient.pk), 404)
    patch(doctor, PLANS, plan, 404, title="Unseen")


def test_the_older_addresses_say_the_same(api, patient_factory):
    doctor = api("doctor")
    post(doctor, "/api/emr/treatments/plans/", plan_body(patient_factory().pk))
    assert doctor.get("/api/emr/treatments/plans/").json()["count"] == 1
    assert doctor.get("/api/emr/followups/visits/").status_code == 200


def test_a_list_has_constant_queries(api, patient_factory, django_assert_max_num_queries):
    doctor = api("doctor")
    for _ in range(3):
        post(doctor, PLANS, plan_body(patient_factory().pk))
    with django_assert_max_num_queries(14):
        assert doctor.get(PLANS).json()["count"] == 3


def test_the_patient_of_a_record_never_changes(api, patient_factory):
    doctor, patient, other = api("doctor"), patient_factory(), patient_factory()
    bodies = {
        PLANS: plan_body(patient.pk),
        ADVERSE: adverse_body(patient.pk),
        VISITS: visit_body(patient.pk),
        RESPONSES: response_body(study_of(patient, 10), 40, 25),
    }
    for url, body in bodies.items():
        row = post(doctor, url, body)
        refusal = patch(doctor, url, row, 400, patient=other.pk)
        assert refusal["error"]["field"] == "patient"
        assert patch(doctor, url, row, patient=patient.pk)["version"] == 2
