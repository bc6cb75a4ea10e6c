"""The queue: which job is next, equal requests, the limit of a person, what is told of places."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest.mock import Mock

import pytest
from celery import current_app
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from acct.models import User
from ai import serializers
from ai.handlers import run_job
from ai.models import AIJob, QueueSetting
from ai.selectors.queue import queued_per_user
from ai.services import jobs
from ai.services.queue import in_order, places, places_forget
from ai.services.run_requests import run_request
from ai.tests import factories
from audit.models import AuditLog
from common.outbox import registry, services as outbox, tasks
from common.outbox.models import OutboxEvent, OutboxStatus
from ocs.models import Order
from pacs.models import Instance, Series

pytestmark = pytest.mark.django_db

HANDLER = f"{run_job.__module__}.{run_job.__name__}"
NOW = timezone.now()
JOBS, QUEUE, SETTING = "/api/ai/jobs/", "/api/ai/queue/", "/api/ai/queue-setting/"


def job_of(pk: int, user: int | None, urgency: str = "routine") -> AIJob:
    return AIJob(pk=pk, requested_by_id=user, urgency=urgency)


def order_of(waiting: list[AIJob], running: Any = (), started: Any = None) -> list[int]:
    return [job.pk for job in in_order(waiting, running, started or {})]


def test_the_urgent_come_first_whoever_asked() -> None:
    waiting = [job_of(1, 7), job_of(2, 7, "urgent"), job_of(3, 8), job_of(4, 7, "stat")]
    assert order_of(waiting) == [4, 2, 3, 1]


def test_a_user_with_many_does_not_keep_the_others() -> None:
    waiting = [job_of(1, 7), job_of(2, 7), job_of(3, 7), job_of(4, 8), job_of(5, None)]
    assert order_of(waiting) == [1, 4, 5, 2, 3]


def test_what_runs_counts_and_then_who_was_served_last() -> None:
    waiting = [job_of(1, 7), job_of(2, 8), job_of(3, 9)]
    assert order_of(waiting, running=[job_of(9, 7)]) == [2, 3, 1]
    started = {7: NOW, 8: NOW - timedelta(seconds=1)}
    assert order_of(waiting, started=started) == [3, 2, 1]


@pytest.fixture
def ask(series: Series, users: dict[str, User]) -> Any:
    """``ask("doctor", urgency=…)``: a job in the queue, as a request makes it."""

    def make(role: str, **fields: Any) -> AIJob:
        model = {"model_id": "brain_extraction", "model_version": "1.0.2"}
        job = AIJob.objects.create(
            patient=series.study.patient,
            study=series.study,
            series=series,
            model_manifest=factories.MANIFEST,
            requested_by=users[role],
            **(model | fields),
        )
        run_request(job)
        return job

    return make


def taken() -> int:
    event = outbox.claim_next(HANDLER)
    return int(event.aggregate.partition(":")[2]) if event else 0


def test_a_free_worker_takes_what_is_next_and_not_what_it_was_told_of(ask: Any) -> None:
    first, second, other = ask("doctor"), ask("doctor"), ask("rib")
    assert taken() == first.pk
    urgent = ask("doctor", urgency="stat")
    assert [taken() for _ in range(4)] == [urgent.pk, other.pk, second.pk, 0]


def test_turns_go_round_by_who_was_served_last(ask: Any) -> None:
    done = ask("doctor", status="COMPLETED", started_at=timezone.now())
    OutboxEvent.objects.filter(aggregate=f"ai_job:{done.pk}").delete()
    older, newer = ask("doctor"), ask("rib")
    assert [taken(), taken()] == [newer.pk, older.pk]


def test_a_job_whose_worker_died_is_taken_again(ask: Any) -> None:
    job = ask("doctor")
    assert [taken(), taken()] == [job.pk, 0]
    AIJob.objects.update(status="PROCESSING")
    OutboxEvent.objects.update(next_attempt_at=NOW - timedelta(seconds=1))
    assert taken() == job.pk


def test_a_cancelled_job_keeps_nobody(ask: Any, service: Any) -> None:
    cancelled = ask("doctor", status="CANCELLED")
    waiting = ask("rib", urgency="stat")
    tasks.deliver_next.run(HANDLER)
    event = OutboxEvent.objects.get(aggregate=f"ai_job:{cancelled.pk}")
    assert event.status == OutboxStatus.DONE
    assert taken() == waiting.pk


def test_a_message_says_that_there_is_work_and_a_sweep_sends_few(
    ask: Any, monkeypatch: Any
) -> None:
    for _ in range(outbox.NEXT_AT_A_SWEEP + 1):
        ask("doctor")
    sent: list[Any] = []
    monkeypatch.setattr(
        current_app, "send_task", lambda name, args, **more: sent.append((name, args, more))
    )
    tasks.sweep.run()
    [message] = {(name, args, more["queue"]) for name, args, more in sent}
    assert message == (outbox.DELIVER_NEXT, (HANDLER,), "fastapi_tasks")
    assert len(sent) == outbox.NEXT_AT_A_SWEEP
    assert registry.by_name(HANDLER) in registry.choosing()


def test_places_and_waits_are_told_to_all_who_wait(ask: Any, api: Any) -> None:
    ask("doctor", status="COMPLETED", seconds=10.0)
    running = ask("doctor", status="PROCESSING", started_at=timezone.now() - timedelta(seconds=4))
    mine, other = ask("doctor"), ask("rib", urgency="urgent")
    rows = {row["id"]: row["outlook"] for row in api("doctor").get(JOBS).json()["results"]}
    assert [rows[pk]["place"] for pk in (running.pk, mine.pk, other.pk)] == [None, 2, 1]
    assert rows[other.pk]["expected_wait_s"] == pytest.approx(16, abs=2)
    assert rows[mine.pk]["expected_wait_s"] == pytest.approx(26, abs=2)
    ask("rib", model_id="never_run", urgency="stat")
    places_forget()
    assert {place.expected_wait_s for place in places().values()} == {None}


def test_a_list_asks_as_many_queries_however_many_wait(ask: Any, api: Any) -> None:
    client = api("doctor")

    def queries() -> int:
        places_forget()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(JOBS).status_code == 200
        return len(asked)

    ask("doctor")
    few = queries()
    for _ in range(30):
        ask("rib")
    assert queries() == few


def test_a_list_reads_the_places_once(ask: Any, api: Any, monkeypatch: Any) -> None:
    waiting = [ask("doctor") for _ in range(3)]
    reader = Mock(wraps=places)
    monkeypatch.setattr(serializers, "places", reader)
    rows = api("doctor").get(JOBS).json()["results"]
    assert sorted(row["outlook"]["place"] for row in rows) == [1, 2, 3]
    assert (len(rows), reader.call_count) == (len(waiting), 1)


def test_the_administrator_sees_the_queue_without_patients_and_cancels(ask: Any, api: Any) -> None:
    running = ask("doctor", status="PROCESSING")
    routine, urgent = ask("doctor"), ask("rib", urgency="stat")
    answer = api("admin").get(QUEUE)
    rows = answer.json()["results"]
    assert [row["id"] for row in rows] == [running.pk, urgent.pk, routine.pk]
    assert [row["outlook"]["place"] for row in rows] == [None, 1, 2]
    assert "patient" not in rows[0]
    assert running.patient.full_name not in answer.content.decode()
    assert api("admin").post(f"{QUEUE}{routine.pk}/cancel/").status_code == 202
    routine.refresh_from_db()
    assert routine.status == "CANCELLED"
    entry = AuditLog.objects.get(action="ai_job.cancel")
    assert (entry.patient_id, entry.permission) == (routine.patient_id, "manage_models")
    assert api("admin").post(f"{QUEUE}{routine.pk}/cancel/").status_code == 404
    assert api("doctor").get(QUEUE).status_code == 403


def body_of(series: Series, **fields: Any) -> dict[str, Any]:
    study = series.study.study_instance_uid
    return {"study_instance_uid": study, "model_type": "brain_extraction"} | fields


def posted(client: Any, body: dict[str, Any]) -> tuple[int, int]:
    answer = client.post(JOBS, body, format="json")
    return answer.status_code, answer.json().get("id", 0)


@pytest.mark.parametrize("given", [{"threshold": 9}, {"threshold": True}, {"colour": 1}])
def test_a_parameter_that_every_run_would_refuse_is_refused_at_once(
    service: Any, series: Series, api: Any, given: dict[str, Any]
) -> None:
    answer = api("doctor").post(JOBS, body_of(series, parameters=given), format="json")
    error = answer.json()["error"]
    assert (answer.status_code, error["field"]) == (400, f"parameters.{next(iter(given))}")
    assert not AIJob.objects.exists()


def test_an_equal_request_is_the_same_job(service: Any, series: Series, api: Any) -> None:
    status, first = posted(api("doctor"), body_of(series))
    assert status == 202
    named = body_of(series, series_instance_uid=series.series_instance_uid)
    assert posted(api("rib"), named) == (200, first)
    assert OutboxEvent.objects.filter(topic="ai.job.requested").count() == 1
    assert posted(api("doctor"), body_of(series, parameters={"threshold": 0.4}))[1] != first
    AIJob.objects.filter(pk=first).update(status="COMPLETED")
    assert posted(api("doctor"), body_of(series)) == (200, first)


@pytest.mark.parametrize(
    "change",
    [{"status": "FAILED"}, {"status": "CANCELLED"}]
    + [{"status": "COMPLETED", "review_status": done} for done in ("APPROVED", "REJECTED")],
)
def test_what_ended_or_was_reviewed_is_run_anew(
    service: Any, series: Series, api: Any, change: dict[str, str]
) -> None:
    first = posted(api("doctor"), body_of(series))[1]
    AIJob.objects.filter(pk=first).update(**change)
    status, second = posted(api("doctor"), body_of(series))
    assert (status, second != first) == (202, True)


def test_more_images_are_another_input(service: Any, series: Series, api: Any) -> None:
    first = posted(api("doctor"), body_of(series))[1]
    last = series.instances.get(number=factories.SLICES)
    Instance.objects.create(
        series=series,
        sop_instance_uid=f"{last.sop_instance_uid}.1",
        orthanc_id=factories.archive_id("late"),
        sop_class_uid=last.sop_class_uid,
        rows=last.rows,
        columns=last.columns,
        image_position=[0.0, 0.0, 90.0],
        image_orientation=last.image_orientation,
        pixel_spacing=last.pixel_spacing,
    )
    assert posted(api("doctor"), body_of(series))[1] != first


def test_the_order_says_how_urgent_and_a_request_may_say_more(
    service: Any, series: Series, api: Any, users: dict[str, User]
) -> None:
    series.study.order = Order.objects.create(
        patient=series.study.patient,
        ordered_by=users["doctor"],
        ordered_at=NOW,
        job_role="RIS",
        job_type="MR_BRAIN",
        accession_number="U1",
        priority="urgent",
    )
    series.study.save()
    first = posted(api("doctor"), body_of(series))[1]
    assert AIJob.objects.get().urgency == "urgent"
    assert posted(api("doctor"), body_of(series, urgency="stat")) == (200, first)
    assert posted(api("doctor"), body_of(series, urgency="routine")) == (200, first)
    assert AIJob.objects.get().urgency == "stat"
    assert (
        api("doctor").post(JOBS, body_of(series, urgency="now"), format="json").status_code == 400
    )


def test_a_person_has_a_limit_that_the_administrator_sets(
    service: Any, series: Series, api: Any, ask: Any, users: dict[str, User]
) -> None:
    admin = api("admin")
    assert admin.get(SETTING).json() == {"queued_per_user": 50, "version": 0}
    change = {"queued_per_user": 1}
    assert admin.patch(SETTING, change, format="json").status_code == 428
    answer = admin.patch(SETTING, change, format="json", HTTP_IF_MATCH='"0"')
    assert (answer.json(), answer["ETag"]) == ({"queued_per_user": 1, "version": 1}, '"1"')
    assert admin.patch(SETTING, change, format="json", HTTP_IF_MATCH='"0"').status_code == 409
    none = {"queued_per_user": 0}
    assert admin.patch(SETTING, none, format="json", HTTP_IF_MATCH='"1"').status_code == 400
    assert (queued_per_user(), QueueSetting.objects.count()) == (1, 1)

    waiting, failed = ask("doctor"), ask("doctor", status="FAILED")
    refused = api("doctor").post(JOBS, body_of(series), format="json", HTTP_ACCEPT_LANGUAGE="ko")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ERR_450")
    assert "대기열" in refused.json()["error"]["message"]
    assert api("doctor").post(f"{JOBS}{failed.pk}/retry/").status_code == 409
    assert posted(api("rib"), body_of(series))[0] == 202
    jobs.job_cancel(actor=users["doctor"], job_id=waiting.pk)
    assert posted(api("doctor"), body_of(series, parameters={"threshold": 0.4}))[0] == 202
