"""From an approval in our tables to the FHIR server, delivered as the worker does it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import responses
from django.utils import timezone

from ai.events import VERSION_APPROVED
from ai.models import AIJob, Publication
from ai.selectors.publication import publication_get, publication_view
from ai.services import jobs, publication, recovery, review
from ai.services.sequences import sequence_facts
from ai.tests import factories
from alert.models import Notification
from common.errors import BusinessError
from common.outbox import tasks
from common.outbox.models import OutboxEvent, OutboxStatus
from common.outbox.registry import Event
from emr.events import PATIENT_MERGED
from fhir import handlers
from fhir.events import PUBLICATION_OUTDATED
from fhir.handlers import resend_ended_order, resend_publications
from fhir.services.gather import publication_facts
from fhir.tests.factories import SEG_STORAGE
from ocs.tests.factories import order_make

pytestmark = pytest.mark.django_db
VALID = {"resourceType": "OperationOutcome", "issue": []}
ANSWERS = "0b8d3ef2-5f0e-5a6b-9a53-000000000001"


@pytest.fixture
def upstream() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        factories.grants_written(mock)
        yield mock


@pytest.fixture
def job_id(upstream: Any, users: Any, patient_factory: Any, settings: Any) -> int:
    """An approved job whose SEG was seen in the archive."""
    upstream.post(f"{settings.HAPI_URL}/Bundle/$validate", json=VALID)
    doctor, series = users["doctor"], factories.make_series(patient_factory())
    upstream.get(f"{settings.INFERENCE_URL}/models", json={"models": [factories.MANIFEST]})
    upstream.post(f"{settings.INFERENCE_URL}/inference", json=factories.run_answer(series))
    upstream.get(
        f"{settings.INFERENCE_URL}/inference/{ANSWERS}/mask", body=factories.mask_file(series)
    )
    job = jobs.job_create(
        actor=doctor,
        study_instance_uid=series.study.study_instance_uid,
        model_type="brain_extraction",
    )
    jobs.job_run(job.pk)
    review.job_review(actor=users["rib"], job_id=job.pk, decision="approve", comment="good")
    approved = publication_get(job.pk)
    seg_series = job.study.series.create(
        series_instance_uid=approved.seg_series_instance_uid,
        orthanc_id=factories.archive_id("series"),
        modality="SEG",
    )
    seg_series.instances.create(
        sop_instance_uid=approved.seg_sop_instance_uid,
        orthanc_id=factories.archive_id("instance"),
        sop_class_uid=SEG_STORAGE,
        number=1,
    )
    publication.seg_seen(approved.seg_sop_instance_uid)
    return int(job.pk)


def deliver() -> OutboxEvent:
    event = OutboxEvent.objects.get(topic="ai.seg.seen")
    tasks.deliver.run(event.pk)
    event.refresh_from_db()
    return event


def stored(request: Any) -> tuple[int, dict[str, str], str]:
    """A server that keeps every entry of the transaction under its type's name."""
    entries = [
        {
            "response": {
                "status": "201 Created",
                "location": f"{e['resource']['resourceType']}/the-one/_history/1",
            }
        }
        for e in json.loads(request.body)["entry"]
    ]
    return 200, {}, json.dumps({"resourceType": "Bundle", "entry": entries})


def test_an_approval_arrives_with_its_facts(upstream: Any, job_id: int, settings: Any) -> None:
    upstream.add_callback("POST", settings.HAPI_URL, stored)
    assert deliver().status == OutboxStatus.DONE
    state = publication_view(publication_get(job_id).job)
    assert (state["status"], state["fhir"]["diagnostic_report"]) == ("PUBLISHED", "the-one")
    facts = publication_facts(job_id)
    assert (facts.approver.username, facts.comment) == ("rib1", "good")
    assert facts.version.volumes[0].volume_ml == 0.06


def test_the_order_is_published_as_it_was_entered(job_id: int, users: Any) -> None:
    study = publication_get(job_id).job.study
    study.order = order_make(
        users["doctor"],
        study.patient,
        job_type="MR cervical spine and brain",
        priority="stat",
        clinical_info="suspected bleeding",
    )
    study.save()
    order = publication_facts(job_id).order
    assert order is not None
    assert (order.examination, order.priority) == ("MR cervical spine and brain", "stat")
    assert (order.job_role, order.status) == ("RIS", "ORDERED")
    assert order.reason == "suspected bleeding"


@pytest.mark.parametrize(
    ("category", "anatomical"),
    [
        ({"value": "91723000", "scheme": "SCT", "meaning": "x"}, True),
        ({"value": "123037004", "scheme": "SCT", "meaning": "x"}, True),
        ({"value": "49755003", "scheme": "SCT", "meaning": "x"}, False),
        ({"value": "91723000", "scheme": "99LOCAL", "meaning": "x"}, False),
    ],
)
def test_the_manifest_says_whether_a_segment_is_a_body_part(
    job_id: int, category: dict[str, str], anatomical: bool
) -> None:
    segmentation = publication_get(job_id).version.segmentation
    segmentation.segments[0]["category"] = category
    segmentation.save()
    assert publication_facts(job_id).version.volumes[0].anatomical is anatomical


def test_a_refusal_of_the_server_alerts_those_who_wait(
    upstream: Any, job_id: int, users: Any, settings: Any
) -> None:
    upstream.post(settings.HAPI_URL, status=422, json={"issue": [{"code": "processing"}]})
    assert deliver().status == OutboxStatus.DEAD
    assert publication_view(publication_get(job_id).job)["status"] == "FAILED"
    alerts = Notification.objects.filter(kind="publication_failed", params__job_id=job_id)
    asked, approved = users["doctor"].pk, users["rib"].pk
    assert set(alerts.values_list("user_id", flat=True)) == {asked, approved}


def test_a_refused_publication_is_retried_once_its_cause_is_gone(
    upstream: Any, job_id: int, users: Any, settings: Any
) -> None:
    upstream.post(settings.HAPI_URL, status=422, json={"issue": [{"code": "processing"}]})
    assert deliver().status == OutboxStatus.DEAD
    error = publication_view(publication_get(job_id).job)["error"]
    assert (error["code"], error["detail"]) == ("ERR_506", "status 422 processing")
    recovery.publication_retry(actor=users["rib"], job_id=job_id)
    upstream.replace(responses.POST, settings.HAPI_URL, status=503)
    assert deliver().status == OutboxStatus.PENDING
    with pytest.raises(BusinessError):
        recovery.publication_retry(actor=users["rib"], job_id=job_id)
    upstream.remove(responses.POST, settings.HAPI_URL)
    upstream.add_callback("POST", settings.HAPI_URL, stored)
    OutboxEvent.objects.update(next_attempt_at=timezone.now())
    assert deliver().status == OutboxStatus.DONE
    state = publication_view(publication_get(job_id).job)
    assert (state["status"], state["error"]) == ("PUBLISHED", None)


def test_an_approval_withdrawn_is_in_error_where_the_server_has_it(
    upstream: Any, job_id: int, users: Any, settings: Any
) -> None:
    """The server stored it, and its answer was lost."""
    key = str(publication_facts(job_id).version.uuid)
    upstream.post(settings.HAPI_URL, status=422, json={})
    deliver()
    OutboxEvent.objects.filter(topic=VERSION_APPROVED).update(status=OutboxStatus.DONE)
    recovery.publication_withdraw(actor=users["rib"], job_id=job_id)
    report = {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "result": [{"reference": "Observation/o"}],
    }
    observation = {"resourceType": "Observation", "id": "o", "status": "final"}
    upstream.get(f"{settings.HAPI_URL}/DiagnosticReport", json={"entry": [{"resource": report}]})
    upstream.get(f"{settings.HAPI_URL}/Observation/o", json=observation)
    risk = {"resourceType": "RiskAssessment", "id": "k", "status": "final"}
    upstream.get(f"{settings.HAPI_URL}/RiskAssessment", json={"entry": [{"resource": risk}]})
    upstream.remove(responses.POST, settings.HAPI_URL)
    sent: list[Any] = []

    def keep(request: Any) -> tuple[int, dict[str, str], str]:
        sent.extend(json.loads(request.body)["entry"])
        return stored(request)

    upstream.add_callback("POST", settings.HAPI_URL, keep)
    event = OutboxEvent.objects.get(handler="fhir.handlers.retract_publication")
    tasks.deliver.run(event.pk)
    event.refresh_from_db()
    assert event.status == OutboxStatus.DONE
    urls = [entry["request"]["url"] for entry in sent]
    assert urls == ["DiagnosticReport/r", "Observation/o", "RiskAssessment/k"]
    assert {entry["resource"]["status"] for entry in sent} == {"entered-in-error"}
    asked = next(c.request.url for c in upstream.calls if "DiagnosticReport?" in c.request.url)
    assert key in asked


def test_the_end_of_an_order_makes_its_report_final(
    upstream: Any, job_id: int, users: Any, settings: Any
) -> None:
    study = publication_get(job_id).job.study
    study.order = order_make(users["doctor"], study.patient, status="RESULT_READY")
    study.save()
    reported: list[str] = []

    def keep(request: Any) -> tuple[int, dict[str, str], str]:
        resources = [e["resource"] for e in json.loads(request.body)["entry"]]
        reported.extend(r["status"] for r in resources if r["resourceType"] == "DiagnosticReport")
        return stored(request)

    upstream.add_callback("POST", settings.HAPI_URL, keep)
    deliver()
    for to_status in ("RESULT_READY", "CONFIRMED"):
        type(study.order).objects.filter(pk=study.order.pk).update(status=to_status)
        payload = {"order_id": study.order.pk, "to_status": to_status}
        resend_ended_order(Event(1, "ocs.order.moved", "order:1", payload, 1))
        for event in OutboxEvent.objects.filter(topic=PUBLICATION_OUTDATED):
            tasks.deliver.run(event.pk)
    assert reported == ["preliminary", "final"]


def test_what_one_job_cannot_send_holds_up_no_other(monkeypatch: Any) -> None:
    monkeypatch.setattr(handlers, "published_job_ids", lambda _: [1, 2])
    resend_publications(Event(1, PATIENT_MERGED, "patient:1", {"patient_id": 1}, 1))
    events = OutboxEvent.objects.filter(topic=PUBLICATION_OUTDATED)
    assert {(event.aggregate, event.payload["job_id"]) for event in events} == {
        ("ai_job:1", 1),
        ("ai_job:2", 2),
    }


@pytest.mark.parametrize(
    ("time", "started"),
    [
        ("103015.25", datetime(2026, 1, 5, 1, 30, 15, tzinfo=UTC)),
        ("1030", datetime(2026, 1, 5, 1, 30, tzinfo=UTC)),
        ("10", datetime(2026, 1, 5, 1, 0, tzinfo=UTC)),
        ("", date(2026, 1, 5)),
        ("10:30", date(2026, 1, 5)),
        ("250000", date(2026, 1, 5)),
    ],
)
def test_a_study_time_may_be_as_short_as_an_hour(
    job_id: int, time: str, started: date | datetime
) -> None:
    study = publication_get(job_id).job.study
    study.study_date, study.study_time = date(2026, 1, 5), time
    study.save()
    assert publication_facts(job_id).study.started == started


def test_what_rests_on_moved_data_is_in_error_and_the_study_follows(
    upstream: Any, job_id: int, settings: Any, patient_factory: Any
) -> None:
    """A rule's result about the former patient, measured in a mask of the study."""
    deliver_to_hapi(upstream, settings)
    deliver()
    mask = publication_get(job_id).job
    facts = {"mask": {"value": {}, "source": {"kind": "ai_job", "id": str(mask.pk)}}}
    rule = AIJob.objects.create(
        patient=mask.patient, model_id="M1", requested_by=mask.requested_by, facts=facts
    )
    Publication.objects.create(job=rule, fhir_at=timezone.now())
    other = patient_factory()
    before = mask.patient_id
    mask.study.patient = other
    mask.study.save()
    AIJob.objects.filter(pk=mask.pk).update(patient=other)
    sent = deliver_to_hapi(upstream, settings)
    payload = {"study_id": mask.study_id, "patient_id": other.pk, "before": before}
    handlers.resend_moved(Event(1, "pacs.study.moved", "study_moved:1", payload, 1))
    for event in OutboxEvent.objects.filter(topic=PUBLICATION_OUTDATED):
        tasks.deliver.run(event.pk)
    reports = [r["status"] for r in sent if r["resourceType"] == "DiagnosticReport"]
    assert sorted(reports) == ["entered-in-error", "final"]
    patients = [r for r in sent if r["resourceType"] == "Patient"]
    assert [p["identifier"][0]["value"] for p in patients] == [other.patient_id]


def moved(study: Any, to: Any) -> None:
    """As if it was filed under another patient, with all that follows."""
    payload = {"study_id": study.pk, "patient_id": to.pk, "before": study.patient_id}
    type(study).objects.filter(pk=study.pk).update(patient=to)
    handlers.resend_moved(Event(1, "pacs.study.moved", "study_moved:1", payload, 1))


def outdated_delivered() -> None:
    for event in OutboxEvent.objects.filter(topic=PUBLICATION_OUTDATED, status="PENDING"):
        tasks.deliver.run(event.pk)


def statuses(sent: list[Any]) -> list[str]:
    return [one["status"] for one in sent if one["resourceType"] == "DiagnosticReport"]


@pytest.fixture
def secondary(job_id: int) -> Any:
    """A series of another study of the patient, on which the result rests too."""
    job = publication_get(job_id).job
    series = factories.make_series(job.patient, tag="7")
    AIJob.objects.filter(pk=job_id).update(facts=sequence_facts({"flair": series}))
    return series


def test_a_secondary_series_that_moves_retracts_the_result_and_back_again(
    upstream: Any, secondary: Any, settings: Any, patient_factory: Any
) -> None:
    deliver_to_hapi(upstream, settings)
    deliver()
    sent, owner = deliver_to_hapi(upstream, settings), secondary.study.patient
    moved(secondary.study, patient_factory())
    outdated_delivered()
    assert statuses(sent) == ["entered-in-error"]
    secondary.study.refresh_from_db()
    moved(secondary.study, owner)
    outdated_delivered()
    assert statuses(sent) == ["entered-in-error", "final"]


def test_one_that_moves_while_the_result_is_sent_retracts_it_too(
    upstream: Any, secondary: Any, settings: Any, patient_factory: Any
) -> None:
    other, sent = patient_factory(), deliver_to_hapi(upstream, settings)
    upstream.remove("POST", settings.HAPI_URL)

    def move_and_keep(request: Any) -> tuple[int, dict[str, str], str]:
        if not sent:
            moved(secondary.study, other)
        sent.extend(entry["resource"] for entry in json.loads(request.body)["entry"])
        return stored(request)

    upstream.add_callback("POST", settings.HAPI_URL, move_and_keep)
    deliver()
    outdated_delivered()
    assert statuses(sent) == ["final", "entered-in-error"]


def deliver_to_hapi(upstream: Any, settings: Any) -> list[Any]:
    """The server takes everything, and has a report of each approval; what it is sent."""
    sent: list[Any] = []

    def keep(request: Any) -> tuple[int, dict[str, str], str]:
        sent.extend(entry["resource"] for entry in json.loads(request.body)["entry"])
        return stored(request)

    report = {"resourceType": "DiagnosticReport", "id": "r", "status": "final"}
    upstream.remove("POST", settings.HAPI_URL)
    upstream.add_callback("POST", settings.HAPI_URL, keep)
    url = f"{settings.HAPI_URL}/DiagnosticReport"
    upstream.upsert("GET", url, json={"entry": [{"resource": report}]})
    upstream.upsert("GET", f"{settings.HAPI_URL}/RiskAssessment", json={"entry": []})
    return sent
