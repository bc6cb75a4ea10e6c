"""After all flows: what the logs hold, and that one request can be followed through them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from common.http.api_client import wait_until
from tests.flows.conftest import PASSWORDS

pytestmark = pytest.mark.last(2)
NAMES = ("Kim^Minjun", "Kim Minjun", "김민준", "Carter^Emily", "Emily Carter")


BYE = "worker: Warm shutdown"
"""Written by Celery's handler of signals, where nothing may log."""


def log_files(stack) -> list[Path]:
    return [path for path in stack.layout.log.rglob("*") if path.is_file()]


def test_no_log_holds_a_name_a_password_or_a_token(stack, login, studies):
    token = login("doctor").session.headers["Authorization"].removeprefix("Bearer ")
    forbidden = [*NAMES, *PASSWORDS.values(), token, stack.settings["ORTHANC_PASSWORD"]]
    files = log_files(stack)
    assert len(files) > 8
    for path in files:
        text = path.read_text(errors="replace")
        found = [word for word in forbidden if word in text]
        assert found == [], path.name


def test_a_request_id_is_followed_from_nginx_to_the_worker(stack, login, studies):
    doctor = login("doctor")
    answer = doctor.call(
        "POST",
        "ai/jobs/",
        json={
            "study_instance_uid": studies["P2026-0002"],
            "model_type": "head_mask",
        },
    )
    request_id = answer.headers["X-Request-ID"]
    job_id = answer.json()["id"]
    wait_until(
        lambda: doctor.get(f"ai/jobs/{job_id}/")["status"],
        lambda status: status == "COMPLETED",
        what="job",
    )
    wait_until(
        (stack.layout.log / "nginx.log").read_text,
        lambda access: request_id in access,
        what="the request in the access log, which nginx buffers",
        timeout_s=30,
    )
    inference = "".join(
        p.read_text(errors="replace") for p in log_files(stack) if p.name.startswith("inference")
    )
    lines = [json.loads(line) for line in inference.splitlines() if request_id in line]
    assert lines, "the inference service logs the caller's request id"


def test_each_line_of_our_processes_is_json(stack, login, studies):
    ours = ("django", "gateway", "pictures", "ws", "worker-", "beat", "inference", "hapi", "nginx")
    files = [path for path in log_files(stack) if path.name.startswith(ours)]
    assert len(files) >= 9
    for path in files:
        lines = path.read_text(errors="replace").splitlines()
        strange = [line for line in lines if line.strip() and not line.startswith("{")]
        assert [line for line in strange if not line.startswith(BYE)] == [], path.name
