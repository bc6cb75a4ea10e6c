"""The API with a thousand queued jobs against none, on a database that goes at the end."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import responses
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from rest_framework.test import APIClient

from acct import services as accounts
from ai import handlers
from ai.events import JOB_REQUESTED
from ai.models import AIJob
from ai.tests import factories
from common.outbox import services as outbox
from emr.models import Patient
from pacs.models import Series

QUEUED, USERS, CALLS = 1000, 20, 40
PASSWORD = "Bench-Horse-9-Battery"
HANDLER = f"{handlers.run_job.__module__}.{handlers.run_job.__name__}"


@contextmanager
def _own_database() -> Iterator[None]:
    current_app.conf.broker_url = "memory://"  # no worker knows the events of this database
    connection.settings_dict["TEST"]["NAME"] = "test_cdss_db_bench_ai"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def queue_section() -> dict[str, float]:
    """Medians (ms) of the same rows, reviewed and then queued; what a free worker takes."""
    with _own_database(), responses.RequestsMock(assert_all_requests_are_fired=False) as service:
        service.get(f"{settings.INFERENCE_URL}/models", json={"models": [factories.MANIFEST]})
        cache.clear()
        people = [_person(number) for number in range(USERS)]
        series = _series()
        _jobs(people[1:], series)  # the first asks: below the limit of a person
        client = APIClient(HTTP_HOST="localhost")
        _, tokens = accounts.login(username=people[0].username, password=PASSWORD)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.access}")
        calls = _calls(client, series)
        AIJob.objects.update(status="COMPLETED", review_status="APPROVED", seconds=4.0)
        none = {name: _median_ms(call) for name, call in calls.items()}
        AIJob.objects.filter(parameters={}).update(status="PENDING", review_status="PENDING")
        full = {name: _median_ms(call) for name, call in calls.items()}
        found = _next(people[0], series)
    for name in calls:
        found |= {
            f"queue_{name}_ms_with_none": none[name],
            f"queue_{name}_ms_with_{QUEUED}": full[name],
            f"queue_{name}_ratio": round(full[name] / none[name], 3),
        }
    return found


def _calls(client: Any, series: Series) -> dict[str, Callable[[], Any]]:
    number, study = count(), series.study.study_instance_uid
    waiting = AIJob.objects.earliest("pk").pk

    def ask() -> Any:
        parameters = {"number": next(number)}
        body = {"study_instance_uid": study, "model_type": "brain_extraction"}
        answer = client.post("/api/ai/jobs/", body | {"parameters": parameters}, format="json")
        AIJob.objects.filter(pk=answer.json()["id"]).update(status="CANCELLED")
        return answer

    return {
        "list": lambda: client.get("/api/ai/jobs/"),
        "detail": lambda: client.get(f"/api/ai/jobs/{waiting}/"),
        "ask": ask,
    }


def _median_ms(call: Callable[[], Any]) -> float:
    times = []
    for _ in range(CALLS):
        begun = time.perf_counter()
        answer = call()
        times.append(time.perf_counter() - begun)
        if answer.status_code not in (200, 202):
            raise SystemExit(answer.content.decode())
    return round(statistics.median(times) * 1000, 2)


def _next(doctor: Any, series: Series) -> dict[str, float]:
    """An urgent job of who has waited least: whether it is taken next, and how long that takes."""
    [urgent] = _rows([doctor], series, 1, urgency="stat")
    outbox.publish(JOB_REQUESTED, aggregate=f"ai_job:{urgent.pk}", payload={"job_id": urgent.pk})
    over = set(AIJob.objects.filter(status="CANCELLED").values_list("pk", flat=True))
    for _ in range(len(over) + 1):  # a worker is done at once with what is over
        begun = time.perf_counter()
        taken = outbox.claim_next(HANDLER)
        seconds = time.perf_counter() - begun
        if taken is None or taken.payload["job_id"] not in over:
            break
    is_next = taken is not None and taken.payload == {"job_id": urgent.pk}
    return {"queue_choose_ms": round(seconds * 1000, 2), "urgent_starts_next": float(is_next)}


def _person(number: int) -> Any:
    name = f"bench_ai_{number}"
    return accounts.test_user_put(
        username=name, password=PASSWORD, role="doctor", full_name=f"Bench {number}"
    )


def _series() -> Series:
    patient = Patient.objects.create(
        patient_id="B1", full_name="Bench", birth_date="1970-01-01", gender="F"
    )
    return factories.make_series(patient)


def _rows(people: list[Any], series: Series, number: int, **fields: Any) -> list[AIJob]:
    return [
        AIJob.objects.create(
            patient_id=series.study.patient_id,
            study=series.study,
            series=series,
            model_id="brain_extraction",
            model_version="1.0.2",
            model_manifest=factories.MANIFEST,
            requested_by=people[place % len(people)],
            **fields,
        )
        for place in range(number)
    ]


def _jobs(people: list[Any], series: Series) -> None:
    rows = _rows(people, series, QUEUED)
    outbox.publish_all(JOB_REQUESTED, ((f"ai_job:{job.pk}", {"job_id": job.pk}) for job in rows))
