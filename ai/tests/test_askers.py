"""Two persons who ask for the same analysis: both are told of its end, neither ends it alone."""

from __future__ import annotations

from typing import Any

import pytest

from ai.handlers import tell_completed
from ai.models import AIJob, RoutingRule, Workitem
from ai.services import jobs
from ai.services.study_routing import study_route
from ai.tests.test_queue import JOBS, QUEUE, body_of, posted
from ai.tests.worklist import WORKLIST_URL
from alert.models import Notification
from common.errors import AppError, ErrorCode
from common.outbox.registry import Event
from pacs.models import Series, Study

pytestmark = pytest.mark.django_db


@pytest.fixture
def shared(service: Any, series: Series, api: Any) -> AIJob:
    """A doctor asked for it, then a radiologist."""
    _, first = posted(api("doctor"), body_of(series))
    assert posted(api("rib"), body_of(series)) == (200, first)
    return AIJob.objects.get(pk=first)


def cancelled(client: Any, job: AIJob) -> tuple[int, str]:
    status = client.post(f"{JOBS}{job.pk}/cancel/").status_code
    job.refresh_from_db()
    return status, job.status


def alerted() -> list[tuple[str, str]]:
    rows = Notification.objects.order_by("user__username")
    return list(rows.values_list("user__username", "kind"))


def names(api: Any, job: AIJob) -> tuple[str, list[str]]:
    shown = api("doctor").get(f"{JOBS}{job.pk}/").json()
    return shown["requested_by"], [one["username"] for one in shown["also_asked"]]


def test_both_are_shown_and_told_of_the_end(shared: AIJob, api: Any) -> None:
    assert names(api, shared) == ("doctor1", ["rib1"])
    tell_completed(Event(1, "ai.job.completed", "ai_job:1", {"job_id": shared.pk}, 1))
    assert alerted() == [("doctor1", "ai_completed"), ("rib1", "ai_completed")]


def test_who_asks_again_is_one(shared: AIJob, api: Any, series: Series) -> None:
    for role in ("doctor", "rib"):
        assert posted(api(role), body_of(series)) == (200, shared.pk)
    assert names(api, shared) == ("doctor1", ["rib1"])


def test_the_first_cancels_and_it_goes_on_for_the_other(shared: AIJob, api: Any) -> None:
    assert cancelled(api("doctor"), shared) == (202, "PENDING")
    assert names(api, shared) == ("rib1", [])
    assert cancelled(api("doctor"), shared) == (403, "PENDING"), "a second click ends nothing"
    assert cancelled(api("rib"), shared) == (202, "CANCELLED")
    assert cancelled(api("rib"), shared) == (409, "CANCELLED")
    assert alerted() == []


def test_the_second_cancels_and_is_told_of_nothing_more(shared: AIJob, api: Any) -> None:
    assert cancelled(api("rib"), shared) == (202, "PENDING")
    assert names(api, shared) == ("doctor1", [])
    jobs.job_fail(shared.pk, AppError(ErrorCode.MODEL_REFUSED_INPUT, "no"))
    tell_completed(Event(1, "ai.job.completed", "ai_job:1", {"job_id": shared.pk}, 1))
    assert alerted() == [("doctor1", "ai_completed")]


def test_an_administrator_ends_it_and_all_are_alerted(shared: AIJob, api: Any) -> None:
    assert api("admin").post(f"{QUEUE}{shared.pk}/cancel/").status_code == 202
    assert alerted() == [("doctor1", "ai_failed"), ("rib1", "ai_failed")]


def test_who_runs_it_again_is_told_too(shared: AIJob, api: Any) -> None:
    jobs.job_fail(shared.pk, AppError(ErrorCode.MODEL_REFUSED_INPUT, "no"))
    shared.also_asked.clear()
    assert api("rib").post(f"{JOBS}{shared.pk}/retry/").status_code == 202
    assert names(api, shared) == ("doctor1", ["rib1"])


def test_what_a_rule_asked_for_anybody_may_cancel_until_a_person_asks(
    service: Any, series: Series, api: Any, users: Any
) -> None:
    RoutingRule.objects.create(
        name="Brain", modality="MR", model_id="brain_extraction", enabled=True
    )
    Study.objects.update(stable_at="2026-01-01T00:00:00Z")
    study_route(series.study_id)
    job = AIJob.objects.get()
    assert posted(api("rib"), body_of(series)) == (200, job.pk)
    assert cancelled(api("doctor"), job) == (403, "PENDING")
    job.also_asked.clear()
    assert cancelled(api("doctor"), job) == (202, "CANCELLED")


def test_a_client_of_the_worklist_is_warned_that_it_goes_on(shared: AIJob, api: Any) -> None:
    place = f"{WORKLIST_URL}/{shared.workitem_uid}/cancelrequest"
    answer = api("doctor").post(place)
    assert (answer.status_code, "goes on" in answer["Warning"]) == (202, True)
    assert not Workitem.objects.exists()
    assert api("doctor").post(place).status_code == 403
    assert api("rib").post(place).status_code == 202
    shared.refresh_from_db()
    assert shared.status == "CANCELLED"
