"""The task decorator: its promises, and the request id's way through the broker."""

from __future__ import annotations

import pytest
from celery import current_app
from django.conf import settings

from common import context, tasks
from common.context import RequestContext, request_context
from common.errors import ErrorCode, ExternalError

seen: list[str] = []


@tasks.task(queue="fhir_tasks", retry_on=(ExternalError,), max_retries=3)
def remember() -> None:
    seen.append(context.current().request_id)


def test_promises():
    assert tasks.route(remember.name) == {"queue": "fhir_tasks"}
    assert remember.acks_late
    assert remember.reject_on_worker_lost
    assert remember.max_retries == 3
    assert ExternalError in remember.autoretry_for
    assert remember.retry_jitter


def test_every_project_task_is_declared_with_the_decorator():
    current_app.loader.import_default_modules()
    ours = [t for name, t in current_app.tasks.items() if not name.startswith("celery.")]
    assert {t["task"] for t in settings.CELERY_BEAT_SCHEDULE.values()} <= {t.name for t in ours}
    assert len(ours) >= 8
    for found in ours:
        assert found.acks_late, found.name
        assert found.reject_on_worker_lost, found.name
        assert tasks.route(found.name), found.name


def test_request_id_travels_in_the_message_headers():
    headers: dict[str, str] = {}
    with request_context(RequestContext("request-0007")):
        tasks._pass_request_id(headers=headers)
    assert headers == {"cdss_request_id": "request-0007"}
    remember.apply(headers=headers)
    assert seen[-1] == "request-0007"
    remember.apply()
    assert len(seen[-1]) == 32, "work without a request gets an id of its own"


@pytest.mark.parametrize("code", [ErrorCode.FHIR_UNAVAILABLE])
def test_named_exceptions_are_retried(code):
    attempts = []

    @tasks.task(queue="django_tasks", retry_on=(ExternalError,), max_retries=2)
    def fails():
        attempts.append(1)
        raise ExternalError(code)

    fails.apply(throw=False)
    assert len(attempts) == 3
