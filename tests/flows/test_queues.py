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
        lambda status: status == "COMPLETED",
        what="the job",
    )
    doctor.post(f"ai/jobs/{job['id']}/review/", json={"decision": "reject"})
    wait_until(
        lambda: waiting(operator)["fastapi_tasks"], lambda count: count == 0, what="an empty queue"
    )


def test_the_urgent_starts_first_when_the_worker_is_back(stack, login, studies) -> None:
    doctor = login("doctor")
    stack.stop_one("worker-fastapi")
    try:
        jobs = {
            urgency: doctor.post(
                "ai/jobs/",
                json={
                    "study_instance_uid": studies[mrn],
                    "model_type": "head_mask",
                    "urgency": urgency,
                },
            )["id"]
            for mrn, urgency in (("P2026-0002", "routine"), ("P2026-0001", "stat"))
        }
        rows = {row["id"]: row for row in doctor.get("ai/jobs/", status="PENDING")["results"]}
        places = [rows[jobs[urgency]]["outlook"]["place"] for urgency in ("stat", "routine")]
        assert places == [1, 2]
        assert [row["id"] for row in login("admin").get("ai/queue/")["results"]] == [
            jobs["stat"],
            jobs["routine"],
        ]
    finally:
        stack.start_one("worker-fastapi")
    started = {}
    for urgency, job_id in jobs.items():
        job = wait_until(
            lambda job_id=job_id: doctor.get(f"ai/jobs/{job_id}/"),
            lambda found: found["status"] == "COMPLETED",
            what=f"the {urgency} job",
            timeout_s=240,
        )
        started[urgency] = next(e["at"] for e in job["timeline"] if e["step"] == "processing")
        doctor.post(f"ai/jobs/{job_id}/review/", json={"decision": "reject"})
    assert started["stat"] < started["routine"]
