"""Whoever is refused by the REST API leaves a record too."""

from __future__ import annotations

import json

import pytest
from rest_framework.test import APIClient

from audit import services
from audit.models import AuditLog
from audit.services import STREAM, buffer, stream

pytestmark = pytest.mark.django_db


def kept():
    return [json.loads(values[b"record"]) for _, values in stream().xrange(STREAM)]


def test_an_invisible_patient_leaves_who_asked_for_whom(api, users, patient_factory):
    patient = patient_factory()
    answer = api("external").get(f"/api/emr/patients/{patient.pk}/")
    assert answer.status_code == 404
    buffer.flush_stream()
    log = AuditLog.objects.get(action="api.refused")
    assert (log.actor_id, log.actor_role) == (users["external"].pk, "external")
    assert (log.object_type, log.object_id) == ("patient", str(patient.pk))
    assert (log.patient_id, log.outcome) == (patient.pk, "denied")
    assert (log.permission, log.request_id) == ("view_patient", answer["X-Request-ID"])
    code = answer.json()["error"]["code"]
    assert log.detail == {"route": "patient-detail", "method": "GET", "code": code}


@pytest.mark.parametrize(
    ("role", "method", "path", "object_type", "object_id"),
    [
        ("doctor", "get", "/api/audit/logs/", "", ""),
        ("nurse", "post", "/api/ocs/orders/", "", ""),
        ("lab", "get", "/api/ris/studies/1.2.3/", "study", "1.2.3"),
        ("doctor", "get", "/api/ris/studies/1.2.3/", "study", "1.2.3"),
        ("doctor", "get", "/api/ocs/orders/999/", "order", "999"),
        ("doctor", "get", f"/api/emr/patients/{'9' * 200}/", "patient", "9" * 128),
        ("external", "get", "/api/emr/patients/7/timeline/", "patient", "7"),
        ("lab", "get", "/api/ai/segmentations/3/versions/1/", "segmentation", "3"),
    ],
)
def test_every_kind_of_refusal(api, role, method, path, object_type, object_id):
    answer = getattr(api(role), method)(path)
    assert answer.status_code in (403, 404)
    (record,) = [r for r in kept() if r["outcome"] == "denied"]
    assert (record["actor_role"], record["action"]) == (role, "api.refused")
    assert (record["object_type"], record["object_id"]) == (object_type, object_id)
    buffer.flush_stream()
    assert not AuditLog.objects.filter(outcome="failed").exists()


def test_a_broken_token_is_recorded_without_a_name_and_no_token_is_not():
    client = APIClient()
    assert client.get("/api/emr/patients/7/").status_code == 401
    assert kept() == []
    client.credentials(HTTP_AUTHORIZATION="Bearer no.such.token")
    assert client.get("/api/emr/patients/7/").status_code == 401
    (record,) = kept()
    assert (record["actor_id"], record["detail"]["code"]) == (None, "ERR_002")


@pytest.mark.parametrize(
    "path", ["/api/emr/patients/?page=99", "/api/emr/patients/?gender=x", "/healthz"]
)
def test_what_is_no_refusal_leaves_none(api, path):
    api("doctor").get(path)
    assert kept() == []


def test_a_refused_login_is_recorded_once(api, users):
    api(None).post("/api/acct/login/", {"username": "doctor1", "password": "no"}, format="json")
    assert kept() == []
    assert AuditLog.objects.filter(outcome="denied").count() == 1


def test_a_refused_preview_is_recorded_once(api):
    assert api("doctor").get("/api/ris/studies/1.2.3/preview/").status_code == 404
    assert [record["action"] for record in kept()] == ["preview.read"]
    assert api("lab").get("/api/ris/studies/1.2.3/preview/").status_code == 403
    assert [record["action"] for record in kept()] == ["preview.read", "api.refused"]


def test_a_refusal_that_cannot_be_recorded_tells_nothing(api, settings):
    client = api("doctor")
    settings.AUDIT_STREAM_URL = "redis://127.0.0.1:1/0"
    services.stream.cache_clear()
    try:
        answer = client.get("/api/ris/studies/1.2.3/")
    finally:
        services.stream.cache_clear()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "ERR_507")
