"""Each process killed once in the middle of a step: the job still ends right."""

from __future__ import annotations

import time

import pytest

from common.http.api_client import wait_until
from tests.flows.conftest import thorough

TUMOUR = "P2026-0002"
SLOW_MODEL, QUICK_MODEL = "brain_extraction", "head_mask"
ENDED = ("COMPLETED", "FAILED", "CANCELLED")


def _rarely(*victims):
    return [pytest.param(victim, marks=thorough) for victim in victims]


@pytest.fixture
def doctor(login, studies):
    return login("doctor")


def ask_ai(doctor, studies, model=QUICK_MODEL):
    body = {"study_instance_uid": studies[TUMOUR], "model_type": model}
    return doctor.post("ai/jobs/", json=body)["id"]


def job(doctor, job_id):
    return doctor.get(f"ai/jobs/{job_id}/")


def wait_status(doctor, job_id, statuses, timeout_s=240):
    return wait_until(
        lambda: job(doctor, job_id),
        lambda found: found["status"] in statuses,
        what=f"job {statuses}",
        timeout_s=timeout_s,
    )


def approve(doctor, job_id):
    start = time.monotonic()
    doctor.post(f"ai/jobs/{job_id}/review/", json={"decision": "approve"})
    return time.monotonic() - start


def wait_published(doctor, job_id):
    return wait_until(
        lambda: job(doctor, job_id),
        lambda found: found["publication"]["status"] in ("PUBLISHED", "FAILED"),
        what="publication",
        timeout_s=240,
    )


@pytest.fixture
def completed(doctor, studies):
    job_id = ask_ai(doctor, studies)
    assert wait_status(doctor, job_id, ENDED)["status"] == "COMPLETED"
    return job_id


@pytest.mark.parametrize("victim", ["worker-fastapi", *_rarely("inference", "beat")])
def test_a_kill_while_the_model_runs(doctor, studies, stack, victim):
    job_id = ask_ai(doctor, studies, SLOW_MODEL)
    wait_status(doctor, job_id, ("PROCESSING",), 30)
    stack.kill(victim)
    ended = wait_status(doctor, job_id, ENDED)
    assert ended["status"] == "COMPLETED", ended["error"]
    segmentation = doctor.get(f"ai/segmentations/{ended['segmentation']}/")
    assert [v["version"] for v in segmentation["versions"]] == [1]
    stack.wait_running(victim)


@pytest.mark.parametrize(
    "victim", ["worker-fhir", "orthanc", *_rarely("worker-django", "hapi", "redis")]
)
def test_a_kill_while_the_result_is_published(doctor, completed, stack, victim):
    approve(doctor, completed)
    stack.kill(victim)
    published = wait_published(doctor, completed)["publication"]
    assert published["status"] == "PUBLISHED"
    stack.wait_running(victim)
    steps = [entry["step"] for entry in job(doctor, completed)["timeline"]]
    assert steps.count("seg_stored") == steps.count("published") == 1


def test_hapi_down_when_a_doctor_approves(doctor, completed, stack):
    stack.stop_one("hapi")
    try:
        assert approve(doctor, completed) < 2, "the doctor does not notice"
        waiting = wait_until(
            lambda: job(doctor, completed),
            lambda found: found["publication"]["seg"]["seen_at"] is not None,
            what="SEG in the archive",
        )
        assert waiting["publication"]["status"] == "PENDING"
    finally:
        stack.start_one("hapi")
    assert wait_published(doctor, completed)["publication"]["status"] == "PUBLISHED"


@thorough
def test_inference_down_fails_with_a_reason_and_can_be_retried(doctor, studies, stack):
    doctor.get("ai/models/")
    stack.stop_one("inference")
    try:
        job_id = ask_ai(doctor, studies)
        failed = wait_status(doctor, job_id, ENDED)
        assert failed["status"] == "FAILED"
        assert failed["error"]["code"] == "ERR_503"
    finally:
        stack.start_one("inference")
    doctor.post(f"ai/jobs/{job_id}/retry/")
    assert wait_status(doctor, job_id, ENDED)["status"] == "COMPLETED"


def test_django_killed_comes_back(doctor, stack):
    stack.kill("django")
    stack.wait_running("django")
    wait_until(
        lambda: doctor.session.get(f"{doctor.base_url}/healthz", timeout=60).status_code,
        lambda status: status == 200,
        what="django",
    )
    assert doctor.get("acct/me/")["username"] == "doctor"
