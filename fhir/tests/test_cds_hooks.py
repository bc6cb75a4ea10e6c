"""CDS Hooks 2.0: the published requirements, each under its number in ``docs/cds-hooks.md``."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from audit.models import AuditLog
from fhir.cds_hooks.hook_cards import EXAMINATION_SYSTEM, OVERRIDE_REASONS, REASON_SYSTEM
from fhir.choices import Hook
from fhir.models import CdsCard, CdsFeedback
from fhir.tests.cds import BASE, draft, hook
from lis.models import LabValue
from ocs.tests.factories import order_make
from treatment.models import Visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rule_models")]


@pytest.fixture
def poorly(users, patient_factory):
    """A patient with an eGFR of 22, ten days ago."""
    patient = patient_factory()
    order = order_make(users["doctor"], patient, job_role="LIS", job_type="BLOOD")
    LabValue.objects.create(
        order=order, patient=patient, code="98979-8", value=22, unit="mL/min/{1.73_m2}",
        at=timezone.now() - timedelta(days=10),
    )  # fmt: skip
    return patient


@pytest.fixture
def due(users, patient_factory):
    patient = patient_factory()
    Visit.objects.create(
        patient=patient, clinician=users["doctor"], recorded_by=users["doctor"],
        planned_at=timezone.now() + timedelta(days=2), purpose="MRI control",
    )  # fmt: skip
    return patient


def call(client, name, user, patient, *drafts, **more):
    body = hook(name, user, patient, *drafts, **more)
    return client.post(f"{BASE}/{name}", body, format="json")


def sign(client, users, patient, code="MR_BRAIN_CONTRAST", **more):
    return call(client, "order-sign", users["doctor"], patient, draft(code, patient), **more)


def given(card, outcome="overridden", **more):
    told = {"card": card, "outcome": outcome, "outcomeTimestamp": "2026-03-01T00:00:00Z"}
    return {"feedback": [told | more]}


def test_1_discovery_lists_each_service_to_anybody(client, db):
    answer = client.get(BASE)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    services = answer.json()["services"]
    assert {one["id"] for one in services} == set(Hook.values)
    for one in services:
        assert one["hook"] and one["description"] and one["title"]
        assert all(isinstance(query, str) and query for query in one["prefetch"].values())


@pytest.mark.parametrize("name", Hook.values)
def test_2_a_service_with_nothing_to_say_answers_no_cards(api, users, patient_factory, name):
    patient = patient_factory()
    answer = call(api("doctor"), name, users["doctor"], patient.pk, draft("BLOOD", patient.pk))
    assert (answer.status_code, answer.json()) == (200, {"cards": []})


def test_3_a_card_has_what_the_standard_requires(api, users, poorly):
    [card] = sign(api("doctor"), users, poorly.pk).json()["cards"]
    assert UUID(card["uuid"])
    assert 0 < len(card["summary"]) < 140
    assert "22" in card["summary"]
    assert card["indicator"] == "warning"
    assert card["source"]["label"]
    assert card["source"]["url"].startswith("http")
    assert card["source"]["topic"]["code"] == "kidney-function"
    assert card["detail"].startswith("- ")
    assert all(one["display"] and one["code"] for one in card["overrideReasons"])
    assert card["selectionBehavior"] == "at-most-one"
    assert None not in card.values()


def test_4_a_suggestion_creates_the_order_and_gives_up_the_draft(api, users, poorly):
    code = {"coding": [{"system": EXAMINATION_SYSTEM, "code": "MR_BRAIN_CONTRAST"}]}
    [card] = sign(api("doctor"), users, poorly.pk, code).json()["cards"]
    [suggestion] = card["suggestions"]
    create, delete = suggestion["actions"]
    assert UUID(suggestion["uuid"])
    assert (create["type"], delete) == (
        "create",
        {"type": "delete", "description": delete["description"], "resourceId": "ServiceRequest/d1"},
    )
    order = create["resource"]
    assert (order["resourceType"], order["status"]) == ("ServiceRequest", "draft")
    assert order["subject"] == {"reference": f"Patient/{poorly.pk}"}
    assert order["code"]["coding"][0]["code"] == "MR_BRAIN"


def test_5_a_link_is_absolute_and_names_nobody(api, users, due):
    [card] = call(api("doctor"), "patient-view", users["doctor"], due.pk).json()["cards"]
    [link] = card["links"]
    assert (link["type"], due.full_name in str(link)) == ("absolute", False)
    assert link["url"].startswith("http")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"hook": "patient-view"}, 400),  # 6: another service's hook
        ({"hook": None}, 400),
        ({"hookInstance": "1"}, 400),
        ({"context": {"patientId": None}}, 400),
        ({"context": {"patientId": "a b"}}, 400),
        ({"context": {"userId": 7}}, 400),
        ({"context": {"userId": "Practitioner/999999"}}, 400),  # 7: one asks for oneself
        ({"context": {"draftOrders": []}}, 400),
        ({"context": {"draftOrders": {"resourceType": "Patient"}}}, 400),
        ({"prefetch": []}, 400),
        ({"fhirAuthorization": {}}, 400),
        ({"context": {"patientId": "99999999999999999999"}}, 404),
        ({"context": {"patientId": "other-system-id"}}, 404),
        # 8: what is broken inside counts as not sent
        ({"prefetch": {"kidney": None, "conditions": 7, "devices": {"entry": [None, 1]}}}, 200),
        ({"prefetch": {"kidney": {"resourceType": "Bundle", "entry": {"a": 1}}}}, 200),
        ({"context": {"draftOrders": {"resourceType": "Bundle", "entry": [7, {"x": 1}]}}}, 200),
        ({"extension": {"com.example": {"a": 1}}, "fhirServer": "https://a.example"}, 200),
    ],
)
def test_6_bad_input_is_said_and_never_breaks(api, users, poorly, change, status):
    answer = sign(api("doctor"), users, poorly.pk, **change)
    assert answer.status_code == status, answer.content
    if status >= 400:
        assert answer.json()["error"]["code"]


@pytest.mark.parametrize("body", ["[]", "{", '"x"', "null", "[" * 5000])
def test_6_a_body_that_is_no_object(api, body):
    answer = api("doctor").post(f"{BASE}/order-sign", body, content_type="application/json")
    assert answer.status_code == 400


def test_9_an_unknown_service_is_not_found(api, users, poorly):
    client = api("doctor")
    body = hook("patient-view", users["doctor"], poorly.pk)
    assert client.post(f"{BASE}/other", body, format="json").status_code == 404
    told = given(str(uuid4()))
    assert client.post(f"{BASE}/other/feedback", told, format="json").status_code == 404


def test_10_only_the_selected_orders_are_looked_at(api, users, poorly):
    drafts = [draft("MR brain with contrast", poorly.pk), draft("BLOOD", poorly.pk, "d2")]
    chosen = {"context": {"selections": ["ServiceRequest/d2"]}}
    client, doctor = api("doctor"), users["doctor"]
    none = call(client, "order-select", doctor, poorly.pk, *drafts, **chosen).json()["cards"]
    all_of_them = call(client, "order-select", doctor, poorly.pk, *drafts).json()["cards"]
    assert (len(none), len(all_of_them)) == (0, 1)


def test_11_the_language_is_the_readers(api, users, poorly):
    client, body = api("doctor"), hook("order-sign", users["doctor"], poorly.pk,
                                       draft("MR 조영", poorly.pk))  # fmt: skip
    texts = {
        language: client.post(
            f"{BASE}/order-sign", body, format="json", HTTP_ACCEPT_LANGUAGE=language
        ).json()["cards"][0]
        for language in ("ko", "en")
    }
    assert texts["ko"]["summary"].startswith("조영제")
    assert texts["en"]["summary"].startswith("Contrast")
    assert texts["en"]["overrideReasons"][1]["display"] == OVERRIDE_REASONS["emergency"][1]


def test_12_each_call_is_recorded_with_its_patient(api, users, poorly):
    sign(api("doctor"), users, poorly.pk)
    row = AuditLog.objects.filter(action="cds.read").get()
    assert (row.patient_id, row.actor_id, row.object_id) == (
        poorly.pk, users["doctor"].pk, "order-sign",
    )  # fmt: skip
    assert row.detail["rules"] == ["kidney-function"]


@pytest.mark.parametrize(
    ("role", "status"),
    [("patient", 403), ("external", 403), (None, 401), ("nurse", 404), ("doctor", 404)],
)
def test_13_who_may_not_see_the_patient_learns_nothing(api, users, patient_factory, role, status):
    """Also the patient themselves: decision support is for the staff."""
    patient = patient_factory(restricted=True, user=users["patient"])
    user = users[role or "doctor"]
    answer = call(api(role), "patient-view", user, patient.pk)
    assert answer.status_code == status
    assert not CdsCard.objects.exists()


def test_14_feedback_is_kept_once_and_shown(api, users, poorly):
    client = api("doctor")
    [card] = sign(client, users, poorly.pk).json()["cards"]
    reason = {"code": "emergency", "system": REASON_SYSTEM}
    told = given(card["uuid"], overrideReason={"reason": reason, "userComment": "Stroke"})
    for _ in range(2):
        answer = client.post(f"{BASE}/order-sign/feedback", told, format="json")
        assert (answer.status_code, answer.json()) == (200, {})
    kept = CdsFeedback.objects.get()
    assert (kept.reason, kept.comment, kept.outcome) == ("emergency", "Stroke", "overridden")
    admin = api("admin")
    rules = {one["rule"]: one for one in admin.get("/api/cds-rules/").json()}
    kidney = rules["kidney-function"]
    assert (kidney["shown"], kidney["overridden"], kidney["accepted"]) == (1, 1, 0)
    assert kidney["reasons"][0]["code"] == "emergency"
    [row] = admin.get("/api/cds-rules/feedback/").json()["results"]
    assert (row["patient"]["id"], row["comment"]) == (poorly.pk, "Stroke")
    assert AuditLog.objects.filter(action="cds.feedback", patient_id=poorly.pk).count() == 1


def test_15_feedback_on_cards_of_others_and_suggestions_of_none(api, users, poorly):
    client = api("doctor")
    code = {"coding": [{"system": EXAMINATION_SYSTEM, "code": "MR_BRAIN_CONTRAST"}]}
    [card] = sign(client, users, poorly.pk, code).json()["cards"]
    suggestion = {"id": card["suggestions"][0]["uuid"]}
    wrong = [
        (client, given(str(uuid4())), "order-sign", 404),
        (client, given(card["uuid"]), "patient-view", 404),
        (api("rib"), given(card["uuid"]), "order-sign", 404),
        (client, given(card["uuid"], "accepted"), "order-sign", 400),
        (client, given(card["uuid"], "accepted", acceptedSuggestions=[{"id": str(uuid4())}]),
         "order-sign", 400),
        (client, given(card["uuid"], "ignored"), "order-sign", 400),
        (client, {"feedback": []}, "order-sign", 400),
        (client, given(card["uuid"], outcomeTimestamp="yesterday"), "order-sign", 400),
    ]  # fmt: skip
    for who, told, service, status in wrong:
        answer = who.post(f"{BASE}/{service}/feedback", told, format="json")
        assert answer.status_code == status, told
    assert not CdsFeedback.objects.exists()
    told = given(card["uuid"], "accepted", acceptedSuggestions=[suggestion])
    assert client.post(f"{BASE}/order-sign/feedback", told, format="json").status_code == 200


def test_16_a_rule_is_switched_off_and_its_limit_moved(api, users, poorly):
    admin, client = api("admin"), api("doctor")
    path = "/api/cds-rules/kidney-function/"
    low = admin.patch(path, {"limit": 20}, format="json", HTTP_IF_MATCH='"0"')
    assert (low.status_code, low.json()["limit"]) == (200, 20)
    assert sign(client, users, poorly.pk).json()["cards"] == []
    assert admin.patch(path, {"limit": 9}, format="json", HTTP_IF_MATCH='"1"').status_code == 400
    stale = admin.patch(path, {"enabled": False}, format="json", HTTP_IF_MATCH='"0"')
    assert stale.status_code == 409
    off = {"limit": 90, "enabled": False}
    assert admin.patch(path, off, format="json", HTTP_IF_MATCH='"1"').status_code == 200
    assert sign(client, users, poorly.pk).json()["cards"] == []
    unknown = admin.patch("/api/cds-rules/x/", {}, format="json", HTTP_IF_MATCH='"0"')
    assert unknown.status_code == 404


def test_17_the_administrator_counts_only_patients_they_may_see(api, users, poorly):
    sign(api("doctor"), users, poorly.pk)
    poorly.restricted = True
    poorly.save()
    rules = api("admin").get("/api/cds-rules/").json()
    assert [one["shown"] for one in rules] == [0] * len(rules)
