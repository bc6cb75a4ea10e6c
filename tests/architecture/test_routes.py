"""Every route x eight identities x the expected status; a route without a row fails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import responses
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from rest_framework.views import APIView

from ai.clients.inference import inference
from ai.services import jobs
from ai.tests import factories
from audit.models import AuditLog
from common.api.permissions import Access
from common.outbox.models import OutboxEvent
from emr.models import SyncRun
from ocs.models import Order
from rbac import services as rights
from rbac.permissions import Permission
from tests.architecture.route_table import IDENTITIES, ROUTES


def routes(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern)
        else:
            yield pattern


def view_class(route: URLPattern) -> Any:
    return getattr(route.callback, "cls", None) or getattr(route.callback, "view_class", None)


def declared() -> dict[str, Any]:
    """METHOD name → what it requires. A plain function counts as public GET."""
    found = {}
    for route in routes():
        view = view_class(route)
        requirements = view.required_permissions if view else {"GET": Access.PUBLIC}
        for method, requirement in requirements.items():
            found[f"{method} {route.name}"] = requirement
    return found


def test_every_route_has_a_name_and_the_table_has_exactly_these_rows():
    assert all(route.name for route in routes())
    assert set(declared()) == set(ROUTES)


def test_every_handler_of_every_view_declares_what_it_requires():
    catalogue = set(Permission)
    for route in routes():
        view = view_class(route)
        if view is None:
            assert route.name in {"healthz", "readyz", "metrics"}
            continue
        if not issubclass(view, APIView):
            assert set(view.required_permissions) <= {"GET", "POST"}, "it decides in dispatch"
            continue
        handlers = {
            m.upper() for m in ("get", "post", "put", "patch", "delete") if hasattr(view, m)
        }
        assert handlers == set(view.required_permissions), route.name
        for requirement in view.required_permissions.values():
            assert isinstance(requirement, Access) or requirement in catalogue, route.name


@pytest.fixture
def world(users, patient_factory, settings):
    """One patient, owned by the patient user and shared with the external one, and their things."""
    inference.cache_clear()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as service:
        service.get(f"{settings.INFERENCE_URL}/models", json={"models": [factories.MANIFEST]})
        factories.grants_written(service)
        patient = patient_factory(user=users["patient"])
        grant = rights.grant_share(
            actor=users["admin"],
            grantee_id=users["external"].pk,
            expires_at=timezone.now() + timedelta(days=1),
            patient_id=patient.pk,
        )
        series = factories.make_series(patient)
        order = Order.objects.create(
            patient=patient,
            ordered_by=users["doctor"],
            job_role="RIS",
            job_type="MR_BRAIN",
            accession_number="T0001",
            ordered_at=timezone.now(),
        )
        job = jobs.job_create(
            actor=users["doctor"],
            study_instance_uid=series.study.study_instance_uid,
            model_type="brain_extraction",
        )
        body = factories.run_answer(series)
        service.post(f"{settings.INFERENCE_URL}/inference", json=body)
        service.get(
            f"{settings.INFERENCE_URL}/inference/{body['job_id']}/mask",
            body=factories.mask_file(series),
        )
        jobs.job_run(job.pk)
        job.refresh_from_db()
        yield {
            "user_id": users["nurse"].pk,
            "session_id": uuid4(),
            "pk": {
                "patient": patient.pk,
                "order": order.pk,
                "sync": SyncRun.objects.create(requested_by=users["admin"]).pk,
            },
            "patient_id": patient.pk,
            "share_id": grant.pk,
            "grant_id": rights.grant_break_glass(
                actor=users["doctor"], patient_id=patient.pk, reason="no relatives, unconscious"
            ).pk,
            "log_id": AuditLog.objects.earliest("id").pk,
            "event_id": OutboxEvent.objects.first().pk,
            "job_id": job.pk,
            "segmentation_id": job.segmentation.pk,
            "version": 1,
            "study_instance_uid": series.study.study_instance_uid,
            "series_instance_uid": series.series_instance_uid,
            "sop_instance_uid": series.instances.first().sop_instance_uid,
            "orthanc_id": series.instances.first().orthanc_id,
            "unfiled_id": 1,
            "upload_id": uuid4(),
            "frames": "1",
            "bulkdata": "7fe00010",
            "place": f"{series.instances.first().orthanc_id}/0/0/png",
        }


def address(name: str, world: dict[str, Any]) -> str:
    if name == "dicomweb-unknown":
        return "/api/ris/dicom-web/nothing/here"
    route = next(r for r in routes() if r.name == name)
    kwargs = {}
    for key in route.pattern.converters:
        value = world[key]
        kind = name.split("-", maxsplit=1)[0]
        kwargs[key] = value[kind] if isinstance(value, dict) else value
    return reverse(name, kwargs=kwargs)


def ask(client: Any, method: str, url: str) -> int:
    """Send an empty request and undo what it did."""
    sid = transaction.savepoint()
    try:
        body: dict[str, str] | None = {} if method in ("POST", "PATCH") else None
        if url.endswith("/save/"):
            status = client.post(url, {}, format="multipart").status_code
        else:
            status = getattr(client, method.lower())(url, body, format="json").status_code
    finally:
        transaction.savepoint_rollback(sid)
    return status


@pytest.mark.django_db
def test_the_table(world, api):
    clients = {name: api(None if name == "nobody" else name) for name in IDENTITIES}
    wrong = []
    for row, expected in ROUTES.items():
        method, name = row.split()
        url = address(name, world)
        statuses = [ask(clients[identity], method, url) for identity in IDENTITIES]
        if statuses != [int(s) for s in expected.split()]:
            wrong.append(f'    "{row}": "{" ".join(map(str, statuses))}",')
    assert not wrong, "these rows differ:\n" + "\n".join(wrong)
