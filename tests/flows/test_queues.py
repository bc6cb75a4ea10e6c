"""The operator's view of the queues, on the broker that the workers use."""

from __future__ import annotations

from common.http.api_client import wait_until


def waiting(operator) -> dict[str, int]:
    return {q["name"]: q["waiting"] for q in operator.get("ops/queues/")["queues"]}


def test_work_waits_visibly_while_its_worker_is_away(stack, login, studies) -> None:
    operator, doctor = login("admin"), login("doctor")
    stack.stop_one("worker-fastapi")
    try:
        body = {"study_instance_uid": studies["P2026-0002"], "model_type": "head_mask"}
        job = doctor.post("ai/jobs/", json=body)
        wait_until(
            lambda: waiting(operator)["fastapi_tasks"], lambda count: count > 0, what="the queue"
        )
        outbox = operator.get("ops/queues/")["outbox"]
        assert outbox["pending"] >= 1
        assert 0 <= outbox["oldest_pending_s"] < 60
    finally:
        stack.start_one("worker-fastapi")
    wait_until(
        lambda: doctor.get(f"ai/jobs/{job['id']}/")["status"],
        lambda status: status in ("COMPLETED", "FAILED"),
        what="the job",
    )
    wait_until(
        lambda: waiting(operator)["fastapi_tasks"], lambda count: count == 0, what="an empty queue"
    )
