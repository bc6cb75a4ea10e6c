"""Routing rules: what they ask for when a study arrives, what they refuse, and their dry run."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from django.utils import timezone

from acct.models import User
from ai.models import AIJob, RoutingDecision, RoutingRule
from ai.services.notices import job_alert
from ai.services.study_routing import DRY_RUN_PAGE, study_route
from ai.tests import factories
from alert.choices import Kind
from alert.models import Notification
from audit.models import AuditLog
from common.errors import ExternalError
from common.outbox.models import OutboxEvent
from ocs.models import Order
from pacs.events import STUDY_MATCHED
from pacs.index import matching
from pacs.models import Series, Study

pytestmark = pytest.mark.django_db

URL, DRY = "/api/ai/routing-rules/", "/api/ai/routing-rules/dry-run/"
RULE = {"name": "Brain", "modality": "MR", "model_id": "brain_extraction"}


@pytest.fixture
def arrived(series: Series, users: dict[str, User]) -> Series:
    """A stable T1 of a brain, ordered as urgent."""
    order = Order.objects.create(
        patient=series.study.patient,
        ordered_by=users["doctor"],
        ordered_at=timezone.now(),
        job_role="RIS",
        job_type="MR_BRAIN",
        accession_number="R1",
        priority="urgent",
    )
    Study.objects.update(order=order, stable_at=timezone.now())
    Series.objects.update(
        description="Ax T1 3D", body_part="BRAIN", acquisition={"repetition_time": 500.0}
    )
    series.refresh_from_db()
    return series


def rule_on(**fields: Any) -> RoutingRule:
    return RoutingRule.objects.create(**(RULE | {"enabled": True} | fields))


def test_a_study_that_arrives_is_analysed_once(service: Any, arrived: Series) -> None:
    rule = rule_on()
    for _ in range(2):
        study_route(arrived.study_id)
    job = AIJob.objects.get()
    assert (job.origin, job.rule, job.requested_by, job.urgency) == ("rule", rule, None, "urgent")
    assert job.series == arrived
    decision = RoutingDecision.objects.get()
    assert (decision.job, decision.refusal) == (job, "")
    entry = AuditLog.objects.get(action="ai_job.route")
    assert (entry.actor_id, entry.patient_id) == (None, job.patient_id)
    assert OutboxEvent.objects.filter(topic="ai.job.requested").count() == 1
    for ended in ("FAILED", "CANCELLED"):
        AIJob.objects.update(status=ended)
        study_route(arrived.study_id)
    assert AIJob.objects.count() == 1


def test_a_new_image_makes_it_another_input(service: Any, arrived: Series) -> None:
    rule_on()
    study_route(arrived.study_id)
    arrived.instances.filter(number=1).delete()
    study_route(arrived.study_id)
    assert AIJob.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "matches"),
    [
        ({}, True),
        ({"enabled": False}, False),
        ({"modality": "CT"}, False),
        ({"words": ["t1", "3d"]}, True),
        ({"words": ["t1", "flair"]}, False),
        ({"words": ["%"]}, False),
        ({"body_part": "BRAIN"}, True),
        ({"body_part": "CHEST"}, False),
        ({"sequence": "T1"}, True),
        ({"sequence": "T2"}, False),
        ({"job_type": "MR_BRAIN"}, True),
        ({"job_type": "MR_SPINE"}, False),
        ({"priority": "routine"}, True),
        ({"priority": "urgent"}, True),
        ({"priority": "stat"}, False),
    ],
)
def test_what_a_rule_names(
    service: Any, arrived: Series, fields: dict[str, Any], matches: bool
) -> None:
    rule_on(**fields)
    study_route(arrived.study_id)
    assert AIJob.objects.exists() == RoutingDecision.objects.exists() == matches


def test_an_order_flag_needs_an_order(service: Any, arrived: Series) -> None:
    Study.objects.update(order=None)
    rule_on(priority="routine")
    study_route(arrived.study_id)
    assert not RoutingDecision.objects.exists()


def test_what_cannot_be_run_is_a_line_with_its_reason(service: Any, arrived: Series) -> None:
    rule_on()
    arrived.study.patient.restricted = True
    arrived.study.patient.save()
    study_route(arrived.study_id)
    assert RoutingDecision.objects.get().refusal == "restricted"
    arrived.study.patient.restricted = False
    arrived.study.patient.save()
    arrived.instances.filter(number__gt=3).delete()
    study_route(arrived.study_id)
    decision = RoutingDecision.objects.get()
    assert decision.refusal == "unsuitable"
    assert "the series has 3" in decision.detail
    RoutingRule.objects.update(model_version="9.9")
    study_route(arrived.study_id)
    assert RoutingDecision.objects.get().refusal == "model_off"
    assert not AIJob.objects.exists()


def test_a_service_that_is_away_is_asked_again(
    service: Any, arrived: Series, settings: Any
) -> None:
    rule_on()
    service.replace("GET", f"{settings.INFERENCE_URL}/models", body=requests.ConnectionError())
    with pytest.raises(ExternalError) as caught:
        study_route(arrived.study_id)
    assert caught.value.retryable


def test_a_study_is_routed_when_it_is_matched_to_its_patient(
    service: Any, arrived: Series, users: dict[str, User]
) -> None:
    rule_on()
    patient = arrived.study.patient
    Study.objects.update(patient=None, order=None)
    study_route(arrived.study_id)
    assert not AIJob.objects.exists()
    matching.study_match(
        actor=users["admin"],
        study_instance_uid=arrived.study.study_instance_uid,
        patient_id=patient.patient_id,
    )
    event = OutboxEvent.objects.get(topic=STUDY_MATCHED, handler__startswith="ai.")
    assert event.payload["study_id"] == arrived.study_id
    study_route(arrived.study_id)
    assert AIJob.objects.get().patient == patient


def test_who_ordered_the_images_is_alerted(
    service: Any, arrived: Series, users: dict[str, User], api: Any
) -> None:
    rule = rule_on()
    study_route(arrived.study_id)
    job = AIJob.objects.get()
    job_alert(job.pk, Kind.AI_COMPLETED)
    assert Notification.objects.get().user == users["doctor"]
    shown = api("doctor").get(f"/api/ai/jobs/{job.pk}/").json()
    assert (shown["requested_by"], shown["requested_by_name"]) == (None, rule.name)
    assert api("doctor").get("/api/alert/notifications/").status_code == 200


def test_an_administrator_keeps_the_rules(service: Any, api: Any, arrived: Series) -> None:
    admin = api("admin")
    made = admin.post(URL, RULE | {"words": ["T1"]}, format="json")
    assert (made.status_code, made.json()["enabled"], made["ETag"]) == (201, False, '"1"')
    assert admin.post(URL, RULE, format="json").status_code == 409
    url = f"{URL}{made.json()['id']}/"
    assert admin.patch(url, {"enabled": True}, format="json").status_code == 428
    changed = admin.patch(url, {"enabled": True}, format="json", HTTP_IF_MATCH='"1"')
    assert (changed.json()["enabled"], changed.json()["words"]) == (True, ["T1"])
    assert admin.patch(url, {}, format="json", HTTP_IF_MATCH='"1"').status_code == 409
    wrong = admin.patch(url, {"model_version": "9"}, format="json", HTTP_IF_MATCH='"2"')
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (400, "model_version")
    assert [rule["name"] for rule in admin.get(URL).json()["results"]] == ["Brain"]
    study_route(arrived.study_id)
    in_use = admin.delete(url)
    assert (in_use.status_code, in_use.json()["error"]["code"]) == (409, "ERR_451")
    RoutingDecision.objects.all().delete()
    AIJob.objects.all().delete()
    assert admin.delete(url).status_code == 204
    actions = set(AuditLog.objects.filter(object_type="ai_rule").values_list("action", flat=True))
    assert {"ai_rule.create", "ai_rule.update", "ai_rule.delete", "ai_rule.list"} <= actions


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"model_id": "nothing"}, "model_id"),
        ({"model_version": "9.9"}, "model_version"),
        ({"modality": "mr;"}, "modality"),
        ({"sequence": "T9"}, "sequence"),
        ({"words": ["a\nb"]}, "words.0"),
        ({"priority": "now"}, "priority"),
        ({"name": ""}, "name"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    service: Any, api: Any, fields: dict[str, Any], field: str
) -> None:
    answer = api("admin").post(URL, RULE | fields, format="json")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_a_rule_takes_models_of_images_alone(service: Any, api: Any, settings: Any) -> None:
    assist = factories.MANIFEST | {"kind": "assist"}
    service.replace("GET", f"{settings.INFERENCE_URL}/models", json={"models": [assist]})
    answer = api("admin").post(URL, RULE, format="json")
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "model_id")


def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    service: Any, api: Any, arrived: Series, patient_factory: Any, users: dict[str, User]
) -> None:
    hidden = factories.make_series(patient_factory(restricted=True), tag="2")
    small = factories.make_series(patient_factory(), tag="3", slices=3)
    known = factories.make_series(patient_factory(), tag="4")
    Study.objects.update(stable_at=timezone.now())
    rule = RoutingRule.objects.create(**RULE)
    study_route(known.study_id)  # the rule is off
    RoutingRule.objects.update(enabled=True)
    study_route(known.study_id)
    AIJob.objects.update(seconds=4.0, status="COMPLETED")
    found = api("admin").post(DRY, RULE | {"days": 7}, format="json").json()
    assert (found["count"], found["pages"], found["expected_seconds"]) == (3, 1, 12.0)
    lines = {line["study"]["study_instance_uid"]: line for line in found["lines"]}
    assert hidden.study.study_instance_uid not in lines
    of = lambda series: lines[series.study.study_instance_uid]  # noqa: E731
    assert (of(arrived)["outcome"], of(arrived)["series_description"]) == ("run", "Ax T1 3D")
    assert (of(small)["outcome"], of(small)["refusal"]) == ("refused", "unsuitable")
    assert (of(known)["outcome"], of(known)["job"]) == ("known", AIJob.objects.get().pk)
    entry = AuditLog.objects.get(action="ai_rule.dry_run")
    assert set(entry.detail["patients"]) == {
        series.study.patient_id for series in (arrived, small, known)
    }
    assert AIJob.objects.count() == RoutingDecision.objects.count() == 1
    stored = api("admin").post(f"{URL}{rule.pk}/dry-run/", {}, format="json").json()
    assert stored == found
    Study.objects.update(created_at="2020-01-01T00:00:00Z")
    assert api("admin").post(DRY, RULE, format="json").json()["lines"] == []


def test_a_dry_run_is_paged(service: Any, api: Any, patient_factory: Any) -> None:
    for number in range(DRY_RUN_PAGE + 1):
        factories.make_series(patient_factory(), tag=f"8{number}", slices=1)
    Study.objects.update(stable_at=timezone.now())
    first = api("admin").post(DRY, RULE, format="json").json()
    assert (first["count"], first["pages"], len(first["lines"])) == (21, 2, DRY_RUN_PAGE)
    second = api("admin").post(DRY, RULE | {"page": 2}, format="json").json()
    assert len(second["lines"]) == 1
    assert api("admin").post(DRY, RULE | {"days": 0}, format="json").status_code == 400


def test_what_came_of_the_rules_is_listed_as_far_as_one_sees(
    service: Any, api: Any, arrived: Series, patient_factory: Any
) -> None:
    hidden = factories.make_series(patient_factory(restricted=True), tag="5")
    Study.objects.update(stable_at=timezone.now())
    rule_on()
    for series in (arrived, hidden):
        study_route(series.study_id)
    assert RoutingDecision.objects.count() == 2
    body = api("admin").get("/api/ai/routing-decisions/").json()
    [row] = body["results"]
    assert (row["rule_name"], row["job_status"]) == ("Brain", "PENDING")
    assert row["study"]["patient_name"] == arrived.study.patient.full_name
    listed = api("admin").get("/api/ai/routing-decisions/", {"refusal": "unsuitable"}).json()
    assert listed["count"] == 0


@pytest.mark.parametrize("role", ["doctor", "rib", "nurse", "lab", "patient", "external"])
def test_nobody_else_keeps_rules(api: Any, role: str) -> None:
    client = api(role)
    assert client.get(URL).status_code == 403
    assert client.post(DRY, RULE, format="json").status_code == 403
