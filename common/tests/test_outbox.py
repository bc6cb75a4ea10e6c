"""The outbox: once per subscriber, backoff, DEAD, re-drive, leases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from common.errors import AppError, BusinessError, ErrorCode, ExternalError
from common.outbox import registry, services, tasks
from common.outbox.models import OutboxEvent, OutboxStatus
from common.outbox.registry import subscribe
from common.outbox.services import publish

pytestmark = pytest.mark.django_db
TOPIC = "test.happened"
NUDGE = services.nudge


@pytest.fixture
def seen(monkeypatch):
    """Two subscribers of TOPIC; the first does what ``seen["fail"]`` says."""
    monkeypatch.setattr(registry, "_by_name", {})
    monkeypatch.setattr(services, "nudge", lambda event: None)
    log: dict = {"first": [], "second": [], "dead": [], "fail": None}

    @subscribe(
        TOPIC,
        queue="django_tasks",
        max_attempts=3,
        on_dead=lambda event, error: log["dead"].append(error.code),
    )
    def first(event):
        log["first"].append(event.payload)
        if log["fail"]:
            raise log["fail"]

    @subscribe(TOPIC, queue="fhir_tasks")
    def second(event):
        log["second"].append(event.payload)

    return log


def make_due(event):
    OutboxEvent.objects.filter(pk=event.pk).update(next_attempt_at=timezone.now())


def events():
    return list(OutboxEvent.objects.order_by("id"))


def deliver(event):
    tasks.deliver.run(event.pk)
    event.refresh_from_db()


def test_one_row_per_subscriber_on_its_queue(seen):
    publish(TOPIC, aggregate="thing:1", payload={"id": 1})
    assert [e.queue for e in events()] == ["django_tasks", "fhir_tasks"]


def test_a_rolled_back_change_publishes_nothing(seen):
    with pytest.raises(RuntimeError), transaction.atomic():
        publish(TOPIC, aggregate="thing:1", payload={})
        raise RuntimeError
    assert events() == []


def test_delivered_once(seen):
    publish(TOPIC, aggregate="thing:1", payload={"id": 1})
    first, _ = events()
    deliver(first)
    deliver(first)
    assert seen["first"] == [{"id": 1}]
    assert first.status == OutboxStatus.DONE
    assert first.done_at is not None


def test_failure_is_retried_with_doubling_backoff_then_dead_and_reported_once(seen):
    seen["fail"] = ExternalError(ErrorCode.FHIR_UNAVAILABLE, "down")
    publish(TOPIC, aggregate="thing:1", payload={})
    event, _ = events()
    for attempt, wait in ((1, 1), (2, 2)):
        deliver(event)
        assert (event.status, event.attempts) == (OutboxStatus.PENDING, attempt)
        left = (event.next_attempt_at - timezone.now()).total_seconds()
        assert wait - 1 < left <= wait
        make_due(event)
    deliver(event)
    assert event.status == OutboxStatus.DEAD
    assert (event.last_error_code, event.last_error) == ("ERR_505", "down")
    assert seen["dead"] == [ErrorCode.FHIR_UNAVAILABLE]


def test_backoff_is_capped_at_16_minutes():
    assert services.backoff(1) == timedelta(seconds=1)
    assert services.backoff(11) == timedelta(minutes=16)
    assert services.backoff(500) == timedelta(minutes=16)


@pytest.mark.parametrize(
    "error",
    [
        ExternalError(ErrorCode.FHIR_REJECTED, "bad", retryable=False),
        BusinessError(ErrorCode.STUDY_UNMATCHED),
    ],
)
def test_a_final_error_is_dead_at_once(seen, error):
    seen["fail"] = error
    publish(TOPIC, aggregate="thing:1", payload={})
    event, _ = events()
    deliver(event)
    assert (event.status, event.attempts) == (OutboxStatus.DEAD, 1)


def test_an_unexpected_error_is_retried_and_keeps_no_text(seen):
    seen["fail"] = ValueError("Kim^Minjun")
    publish(TOPIC, aggregate="thing:1", payload={})
    event, _ = events()
    deliver(event)
    assert event.status == OutboxStatus.PENDING
    assert event.last_error == "ValueError"


def test_one_failing_handler_does_not_delay_the_other(seen):
    seen["fail"] = ValueError()
    publish(TOPIC, aggregate="thing:1", payload={})
    for event in events():
        deliver(event)
    assert len(seen["second"]) == 1


def test_a_leased_event_is_left_alone_until_the_lease_ends(seen):
    publish(TOPIC, aggregate="thing:1", payload={})
    event, _ = events()
    assert services.claim(event.pk) is not None
    assert services.claim(event.pk) is None
    assert event not in services.due()
    make_due(event)
    assert event in services.due()


def test_a_worker_that_dies_at_every_attempt_ends_dead(seen):
    publish(TOPIC, aggregate="thing:1", payload={})
    event, _ = events()
    for _ in range(3):
        assert services.claim(event.pk) is not None
        make_due(event)
    deliver(event)
    assert event.status == OutboxStatus.DEAD
    assert seen["first"] == []
    assert seen["dead"] == [ErrorCode.INTERNAL]


def test_a_worker_that_lost_its_lease_settles_nothing(seen):
    publish(TOPIC, aggregate="thing:1", payload={})
    event, _ = events()
    OutboxEvent.objects.filter(pk=event.pk).update(attempts=1)
    slow = services.claim(event.pk)
    make_due(event)
    deliver(event)
    assert event.status == OutboxStatus.DONE
    for retryable in (True, False):
        services.settle_failed(slow, AppError(ErrorCode.INTERNAL), retryable=retryable)
        event.refresh_from_db()
        assert (event.status, event.last_error_code) == (OutboxStatus.DONE, "")
    assert seen["dead"] == []


def two_of_one_aggregate():
    for number in (1, 2):
        publish(TOPIC, aggregate="thing:1", payload={"id": number})
    older, newer = (e for e in events() if e.handler.endswith(".first"))
    return older, newer


def test_a_newer_event_waits_until_the_older_one_succeeds(
    seen, monkeypatch, django_capture_on_commit_callbacks
):
    older, newer = two_of_one_aggregate()
    seen["fail"] = ExternalError(ErrorCode.FHIR_UNAVAILABLE, "down")
    for attempt in (1, 2):
        deliver(older)
        deliver(newer)
        assert (older.attempts, newer.attempts) == (attempt, 0)
        make_due(older)
        assert newer not in services.due()
    assert seen["first"] == [{"id": 1}, {"id": 1}]
    seen["fail"] = None
    nudged = []
    monkeypatch.setattr(services, "nudge", nudged.append)
    with django_capture_on_commit_callbacks(execute=True):
        deliver(older)
    assert nudged == [newer]
    deliver(newer)
    assert seen["first"][2:] == [{"id": 1}, {"id": 2}]
    assert newer.status == OutboxStatus.DONE


def test_a_newer_event_waits_while_the_older_one_is_being_delivered(seen):
    older, newer = two_of_one_aggregate()
    assert services.claim(older.pk) is not None
    assert services.claim(newer.pk) is None


def test_a_dead_event_lets_the_next_one_pass(seen, monkeypatch, django_capture_on_commit_callbacks):
    older, newer = two_of_one_aggregate()
    seen["fail"] = BusinessError(ErrorCode.STUDY_UNMATCHED)
    nudged = []
    monkeypatch.setattr(services, "nudge", nudged.append)
    with django_capture_on_commit_callbacks(execute=True):
        deliver(older)
    assert (older.status, nudged) == (OutboxStatus.DEAD, [newer])
    seen["fail"] = None
    deliver(newer)
    assert newer.status == OutboxStatus.DONE


def test_other_aggregates_and_handlers_do_not_wait(seen):
    older, _ = two_of_one_aggregate()
    publish(TOPIC, aggregate="thing:2", payload={"id": 3})
    assert services.claim(older.pk) is not None
    free = [e for e in events() if e.aggregate == "thing:2" or e.handler.endswith(".second")]
    claimed = [services.claim(e.pk) is not None for e in free]
    assert claimed == [True, False, True, True], "the second event of thing:1 waits for its first"


def test_the_order_is_found_by_index(seen):
    older, _ = two_of_one_aggregate()
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN SELECT id FROM outbox_outboxevent"
            " WHERE aggregate = %s AND handler = %s AND status = 'PENDING' AND id < %s",
            [older.aggregate, older.handler, older.pk],
        )
        columns = [column[0] for column in cursor.description]
        plan = dict(zip(columns, cursor.fetchone(), strict=True))
    assert "outbox_order" in plan["possible_keys"].split(",")


def test_redrive_gives_fresh_attempts_to_the_dead_only(seen):
    seen["fail"] = BusinessError(ErrorCode.STUDY_UNMATCHED)
    publish(TOPIC, aggregate="thing:1", payload={})
    event, _ = events()
    deliver(event)
    gone = services.problem("thing:1")
    assert (gone.is_dead, gone.code) == (True, ErrorCode.STUDY_UNMATCHED.value.code)
    services.redrive(event.pk, operator={})
    assert not services.problem("thing:1").is_dead
    seen["fail"] = None
    deliver(event)
    assert (event.status, event.attempts) == (OutboxStatus.DONE, 1)
    assert services.problem("thing:1") is None
    with pytest.raises(AppError):
        services.redrive(event.pk, operator={})


def test_sweep_nudges_what_is_due_on_its_own_queue(seen, monkeypatch, settings):
    publish(TOPIC, aggregate="thing:1", payload={})
    sent = []
    monkeypatch.setattr(services, "nudge", lambda event, expires: sent.append((event, expires)))
    tasks.sweep.run()
    assert sent == [(event, settings.OUTBOX_SWEEP_S) for event in events()]


def test_a_nudge_asks_for_the_declared_task_on_the_events_queue(monkeypatch):
    sent = []
    monkeypatch.setattr(
        services.current_app, "send_task", lambda *args, **options: sent.append((args, options))
    )
    services.nudge(OutboxEvent(pk=7, queue="fhir_tasks"))
    assert sent == [((tasks.deliver.name, (7,)), {"queue": "fhir_tasks", "expires": None})]


def test_a_nudge_follows_its_handler_to_another_queue(seen, monkeypatch):
    publish(TOPIC, aggregate="thing:1", payload={})
    moved, _ = events()
    moved.queue = "image_tasks"
    sent = []
    monkeypatch.setattr(
        services.current_app, "send_task", lambda *args, **options: sent.append(options["queue"])
    )
    NUDGE(moved)
    assert sent == ["django_tasks"]


def test_operator_sees_and_redrives_dead_events(seen, api):
    seen["fail"] = BusinessError(ErrorCode.STUDY_UNMATCHED)
    publish(TOPIC, aggregate="thing:1", payload={"id": 1})
    event, _ = events()
    deliver(event)
    admin = api("admin")
    listed = admin.get("/api/ops/outbox/", {"status": "DEAD"}).json()
    assert [row["id"] for row in listed["results"]] == [event.pk]
    assert "payload" not in listed["results"][0]
    assert admin.post(f"/api/ops/outbox/{event.pk}/redrive/").status_code == 202
    again = admin.post(f"/api/ops/outbox/{event.pk}/redrive/")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "ERR_401")
    assert admin.post("/api/ops/outbox/999999/redrive/").status_code == 404
