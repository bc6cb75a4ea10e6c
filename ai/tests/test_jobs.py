"""A job from request to mask, and every way the inference service can fail it."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import requests
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ai.choices import JobStatus
from ai.handlers import RUN_ATTEMPTS
from ai.models import AIJob, SegmentationVersion
from ai.selectors.segmentations import newest_version
from ai.services import jobs
from ai.services.segmentations import version_labelmap
from ai.tests import factories
from audit.models import AuditLog
from common.errors import ExternalError
from common.outbox import tasks
from common.outbox.models import OutboxEvent, OutboxStatus

pytestmark = pytest.mark.django_db


def request_event(job):
    return OutboxEvent.objects.get(topic="ai.job.requested", aggregate=f"ai_job:{job.pk}")


def deliver_until_settled(job):
    """Deliver the request like a worker does, each retry at once."""
    event = request_event(job)
    while event.status == OutboxStatus.PENDING:
        OutboxEvent.objects.filter(pk=event.pk).update(next_attempt_at="2000-01-01T00:00:00Z")
        tasks.deliver.run(event.pk)
        event.refresh_from_db()
    job.refresh_from_db()
    return event


def test_a_run_becomes_version_1_with_volumes(completed):
    assert completed.status == JobStatus.COMPLETED
    assert completed.result["measurements"] == [{"label": "Brain", "volume_ml": 0.06}]
    version = newest_version(completed.segmentation)
    assert (version.version, version.kind, version.author) == (1, "ai", None)
    np.testing.assert_array_equal(version_labelmap(version), factories.make_mask())
    assert [e.step for e in completed.events.all()] == ["requested", "processing", "completed"]


def test_slices_are_kept_by_uid_whatever_order_the_service_uses(job, series, answers):
    ascending = factories.run_answer(series)["slices"]
    mask = factories.make_mask()
    mask[0, 0, 0] = 1
    answers(slices=ascending[::-1], mask=factories.mask_file(series, mask[::-1]))
    jobs.job_run(job.pk)
    job.refresh_from_db()
    np.testing.assert_array_equal(version_labelmap(newest_version(job.segmentation)), mask)


def test_running_again_changes_nothing(completed, service):
    calls = len(service.calls)
    jobs.job_run(completed.pk)
    assert len(service.calls) == calls
    assert SegmentationVersion.objects.count() == 1


def test_a_run_interrupted_after_the_claim_finishes(job, answers):
    AIJob.objects.filter(pk=job.pk).update(status=JobStatus.PROCESSING)
    answers()
    deliver_until_settled(job)
    assert job.status == JobStatus.COMPLETED


def test_a_refusal_fails_the_job_with_the_sentence(job, service, settings):
    service.post(
        f"{settings.INFERENCE_URL}/inference",
        status=422,
        json={"error": {"code": "input_refused", "message": "The image has no contrast."}},
    )
    event = deliver_until_settled(job)
    assert (job.status, job.error_code) == (JobStatus.FAILED, "ERR_403")
    assert job.error_detail == "The image has no contrast."
    assert event.status == OutboxStatus.DONE


@pytest.mark.parametrize(
    ("answer", "code", "attempts"),
    [
        ({"body": requests.ConnectionError()}, "ERR_503", 5),
        ({"body": requests.ReadTimeout()}, "ERR_503", 1),
        ({"status": 500, "body": "boom"}, "ERR_503", 5),
        ({"status": 200, "body": "<html>"}, "ERR_504", 1),
        ({"status": 200, "json": []}, "ERR_504", 1),
        ({"status": 200, "json": {"job_id": "x"}}, "ERR_504", 1),
        ({"status": 422, "json": {"error": {"code": "model_failed"}}}, "ERR_504", 1),
        ({"status": 401, "json": {"error": {"code": "unauthorised"}}}, "ERR_504", 1),
    ],
)
def test_a_broken_service_ends_in_failed_with_a_reason(
    job, service, settings, answer, code, attempts
):
    service.post(f"{settings.INFERENCE_URL}/inference", **answer)
    event = deliver_until_settled(job)
    assert (job.status, job.error_code) == (JobStatus.FAILED, code)
    assert (event.status, event.attempts) == (OutboxStatus.DEAD, attempts)


@pytest.mark.parametrize(
    ("changes", "mask"),
    [
        ({"rows": 99}, None),
        ({"slices": ["1.2.3"]}, None),
        ({"confidence": 7.0}, None),
        ({"job_id": "../../etc/passwd"}, None),
        ({"processing_time": 1e400}, None),
        ({"segmentation": "not base64!"}, None),
        ({}, b"not gzip"),
        ({}, "label 9"),
        ({}, "too small"),
    ],
)
def test_an_invalid_result_never_becomes_a_mask(job, series, answers, changes, mask):
    if mask == "label 9":
        mask = factories.mask_file(series, factories.make_mask() * 9)
    elif mask == "too small":
        mask = factories.mask_file(series, factories.make_mask()[:2])
    answers(mask=mask, **changes)
    deliver_until_settled(job)
    assert (job.status, job.error_code) == (JobStatus.FAILED, "ERR_504")
    assert SegmentationVersion.objects.count() == 0


def test_a_worker_that_dies_each_time_leaves_failed_not_processing(job):
    event = request_event(job)
    OutboxEvent.objects.filter(pk=event.pk).update(attempts=RUN_ATTEMPTS)
    AIJob.objects.filter(pk=job.pk).update(status=JobStatus.PROCESSING)
    deliver_until_settled(job)
    assert (job.status, job.error_code) == (JobStatus.FAILED, "ERR_500")


def test_a_failed_job_is_retried_as_a_new_run(job, service, settings, api, answers):
    service.post(f"{settings.INFERENCE_URL}/inference", status=200, body="x")
    deliver_until_settled(job)
    doctor = api("doctor")
    assert doctor.post(f"/api/ai/jobs/{job.pk}/retry/").status_code == 202
    assert doctor.post(f"/api/ai/jobs/{job.pk}/retry/").status_code == 409
    service.replace("POST", f"{settings.INFERENCE_URL}/inference", status=503)
    with pytest.raises(ExternalError):
        jobs.job_run(job.pk)
    keys = [
        c.request.headers["X-Idempotency-Key"] for c in service.calls if c.request.method == "POST"
    ]
    assert keys[0].endswith("run-1")
    assert keys[-1].endswith("run-2")


def test_a_cancelled_job_drops_a_late_result(job, api, answers):
    AIJob.objects.filter(pk=job.pk).update(status=JobStatus.PROCESSING)
    assert api("doctor").post(f"/api/ai/jobs/{job.pk}/cancel/").status_code == 202
    answers()
    jobs.job_run(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED
    assert SegmentationVersion.objects.count() == 0


def test_request_over_the_api_and_its_refusals(api, series, service, patient_factory):
    doctor = api("doctor")
    uid = series.study.study_instance_uid

    def ask(**body):
        answer = doctor.post("/api/ai/jobs/", body, format="json")
        return answer.status_code, answer.json().get("error", {}).get("code")

    assert ask(study_instance_uid=uid, model_type="brain_extraction") == (202, None)
    assert ask(study_instance_uid=uid, model_type="nothing") == (404, "ERR_208")
    assert ask(study_instance_uid="1.2.3", model_type="brain_extraction") == (404, "ERR_202")
    assert ask(
        study_instance_uid=uid, series_instance_uid="1.2", model_type="brain_extraction"
    ) == (404, "ERR_203")
    assert ask(study_instance_uid="x", model_type="brain_extraction") == (400, "ERR_101")
    ct = factories.make_series(patient_factory(), modality="CT", tag="2")
    short = factories.make_series(patient_factory(), slices=2, tag="3")
    for other in (ct, short):
        assert ask(
            study_instance_uid=other.study.study_instance_uid, model_type="brain_extraction"
        ) == (422, "ERR_403")
        assert ask(
            study_instance_uid=other.study.study_instance_uid,
            series_instance_uid=other.series_instance_uid,
            model_type="brain_extraction",
        ) == (422, "ERR_403")


def test_job_view_and_audit(api, completed):
    body = api("doctor").get(f"/api/ai/jobs/{completed.pk}/").json()
    assert body["status"] == "COMPLETED"
    assert body["model"]["id"] == "brain_extraction"
    assert body["segmentation"] == completed.segmentation.pk
    assert [s["step"] for s in body["timeline"]] == ["requested", "processing", "completed"]
    assert body["publication"] == {
        "status": "NONE",
        "seg": None,
        "fhir": None,
        "error": None,
    }
    actions = set(AuditLog.objects.values_list("action", flat=True))
    assert {"ai_job.create", "ai_job.read"} <= actions


def test_list_costs_the_same_for_many_jobs(
    api, completed, users, series, django_assert_max_num_queries
):
    for number in range(10):
        jobs.job_create(
            actor=users["doctor"],
            study_instance_uid=series.study.study_instance_uid,
            model_type="brain_extraction",
            parameters={"number": number},
        )
    doctor = api("doctor")
    with django_assert_max_num_queries(13):
        body = doctor.get("/api/ai/jobs/", {"status": "PENDING"}).json()
    assert body["count"] == 10


def test_models_and_which_suit_a_patient(api, series, service):
    doctor = api("doctor")
    assert [m["id"] for m in doctor.get("/api/ai/models/").json()] == ["brain_extraction"]
    mrn = series.study.patient.patient_id
    available = doctor.get("/api/ai/models/available/", {"patient_id": mrn}).json()
    assert [(m["id"], m["available"]) for m in available] == [("brain_extraction", True)]
    assert doctor.get("/api/ai/models/available/", {"patient_id": "none"}).json() == []


def test_models_when_the_service_is_down(api, service, settings, db):
    service.replace("GET", f"{settings.INFERENCE_URL}/models", body=requests.ConnectionError())
    answer = api("doctor").get("/api/ai/models/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "ERR_503")


def _without(*path):
    manifest = copy.deepcopy(factories.MANIFEST)
    inner = manifest
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return manifest


@pytest.mark.parametrize(
    "manifest",
    [
        "x",
        _without("name"),
        _without("kind"),
        _without("inputs", "modalities"),
        _without("outputs", "segments"),
        _without("outputs", "segments", 0, "type"),
        factories.MANIFEST | {"inputs": []},
        factories.MANIFEST | {"inputs": {"modalities": ["MR"], "min_slices": "many"}},
        factories.MANIFEST | {"outputs": {"segments": []}},
    ],
    ids=lambda m: str(m)[-50:],
)
def test_a_manifest_that_cannot_be_used_is_refused_whole(api, service, settings, manifest):
    service.replace("GET", f"{settings.INFERENCE_URL}/models", json={"models": [manifest]})
    answer = api("doctor").get("/api/ai/models/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "ERR_504")


def test_which_models_suit_a_patient_is_a_question_about_the_patient(api, series, service):
    mrn = series.study.patient.patient_id
    api("doctor").get("/api/ai/models/available/", {"patient_id": mrn})
    row = AuditLog.objects.get(action="ai_model.available")
    assert (row.patient_id, row.actor_username) == (series.study.patient_id, "doctor1")
    assert mrn not in str(row.detail)


def test_the_list_reads_no_picture_and_no_grid(api, completed):
    doctor = api("doctor")
    with CaptureQueriesContext(connection) as queries:
        assert doctor.get("/api/ai/jobs/").json()["count"] == 1
    rows = [q["sql"] for q in queries.captured_queries if "FROM `ai_aijob`" in q["sql"]]
    assert rows
    assert not [sql for sql in rows if "`result`" in sql or "`slices`" in sql]


def test_a_mask_form_nested_without_end_is_refused(api, completed):
    answer = api("doctor").post(
        f"/api/segmentation/{completed.study.study_instance_uid}/save/",
        {"meta": "[" * 100_000, "labelmap": SimpleUploadedFile("labelmap.gz", b"x")},
        format="multipart",
    )
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "meta")
