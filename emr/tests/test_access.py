"""Who reaches whose record: roles, restriction, glass."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from alert.models import Notification
from audit.models import AuditLog
from emr.models import CareTeamMember
from emr.tests.factories import encounter_body, patient_body, prescription_body
from rbac.models import Grant

URL = "/api/emr/patients/"
GLASS = "/api/emr/break-glass/"
ROLES = ["admin", "doctor", "rib", "lab", "nurse", "patient", "external", None]


def glass_body(patient):
    return {"patient_id": patient.patient_id, "reason": "unconscious, no relatives"}


def _table(*rows: tuple[str, str, list[int]]):
    return [
        pytest.param(method, path, role, status, id=f"{method} {path} {role}")
        for method, path, statuses in rows
        for role, status in zip(ROLES, statuses, strict=True)
    ]


@pytest.mark.parametrize(
    ("method", "path", "role", "status"),
    _table(
        # admin, doctor, rib, lab, nurse, patient, external, nobody
        ("GET", "patients/", [200, 200, 200, 200, 200, 200, 200, 401]),
        ("POST", "patients/", [201, 201, 403, 403, 201, 403, 403, 401]),
        ("GET", "patients/search/?q=a", [200, 200, 200, 200, 200, 200, 200, 401]),
        ("GET", "patients/{pk}/", [200, 200, 200, 200, 200, 404, 404, 401]),
        ("PATCH", "patients/{pk}/", [200, 200, 403, 403, 200, 403, 403, 401]),
        ("GET", "patients/{pk}/timeline/", [200, 200, 200, 403, 200, 404, 403, 401]),
        ("POST", "break-glass/", [403, 404, 404, 403, 404, 403, 403, 401]),
        ("GET", "encounters/", [200, 200, 200, 403, 200, 200, 403, 401]),
        ("POST", "encounters/", [403, 201, 403, 403, 403, 403, 403, 401]),
        ("GET", "prescriptions/", [200, 200, 200, 403, 200, 200, 403, 401]),
        ("POST", "prescriptions/", [403, 201, 403, 403, 403, 403, 403, 401]),
    ),
)
def test_rights(api, users, patient_factory, method, path, role, status):
    patient = patient_factory()
    bodies = {
        "patients/": patient_body(),
        "patients/{pk}/": {"phone": "1"},
        "break-glass/": glass_body(patient),
        "encounters/": encounter_body(patient.pk),
        "prescriptions/": prescription_body(patient.pk),
    }
    answer = api(role).generic(
        method,
        f"/api/emr/{path.format(pk=patient.pk)}",
        json.dumps(bodies.get(path, {})),
        content_type="application/json",
        HTTP_IF_MATCH='"1"',
    )
    assert answer.status_code == status, answer.content


def test_a_patient_sees_only_their_own_record(api, users, patient_factory):
    own, _ = patient_factory(user=users["patient"]), patient_factory()
    listed = api("patient").get(URL).json()
    assert [p["id"] for p in listed["results"]] == [own.pk]
    assert api("patient").get(f"{URL}{own.pk}/").status_code == 200
    assert api("patient").get(f"{URL}{own.pk}/timeline/").status_code == 200


def test_a_restricted_patient_does_not_exist_outside_the_care_team(api, users, patient_factory):
    patient = patient_factory(restricted=True)
    CareTeamMember.objects.create(patient=patient, user=users["nurse"])
    assert api("nurse").get(f"{URL}{patient.pk}/").status_code == 200
    for role in ("admin", "doctor", "rib", "lab"):
        client = api(role)
        assert client.get(f"{URL}{patient.pk}/").status_code == 404
        assert client.get(URL).json()["count"] == 0
        assert client.get(f"{URL}search/", {"q": patient.patient_id}).json()["count"] == 0


def test_breaking_the_glass_opens_for_an_hour_and_alerts_every_admin(api, users, patient_factory):
    patient = patient_factory(restricted=True)
    client = api("doctor")
    answer = client.post(GLASS, glass_body(patient), format="json")
    assert answer.status_code == 201
    assert answer.json()["patient"] == patient.pk
    assert client.get(f"{URL}{patient.pk}/").status_code == 200
    assert api("rib").get(f"{URL}{patient.pk}/").status_code == 404
    alert = Notification.objects.get()
    assert (alert.user, alert.kind) == (users["admin"], "glass_broken")
    assert alert.params == {"patient": patient.pk, "by": users["doctor"].pk}
    record = AuditLog.objects.get(action="patient.break_glass")
    assert (record.patient_id, record.actor_id) == (patient.pk, users["doctor"].pk)
    Grant.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(f"{URL}{patient.pk}/").status_code == 404


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "  "}, {"reason": "x" * 501}])
def test_breaking_the_glass_needs_a_reason(api, patient_factory, body):
    patient = patient_factory(restricted=True)
    body = {"patient_id": patient.patient_id} | body
    answer = api("doctor").post(GLASS, body, format="json")
    assert answer.status_code == 400
    assert Grant.objects.count() == 0


def test_a_broken_glass_does_not_lift_the_restriction(api, users, patient_factory):
    patient = patient_factory(restricted=True)
    client, url = api("doctor"), f"{URL}{patient.pk}/"
    client.post(GLASS, glass_body(patient), format="json")
    lifted = client.patch(url, {"restricted": False}, format="json", HTTP_IF_MATCH='"1"')
    assert lifted.status_code == 403
    changed = client.patch(url, {"phone": "1"}, format="json", HTTP_IF_MATCH='"1"')
    assert changed.status_code == 200
    assert not CareTeamMember.objects.exists()
    CareTeamMember.objects.create(patient=patient, user=users["doctor"])
    lifted = client.patch(url, {"restricted": False}, format="json", HTTP_IF_MATCH='"2"')
    assert lifted.json()["restricted"] is False


def test_whoever_restricts_a_patient_keeps_seeing_them(api, patient_factory):
    client = api("doctor")
    created = client.post(URL, patient_body(restricted=True), format="json").json()
    assert client.get(f"{URL}{created['id']}/").status_code == 200
    url = f"{URL}{patient_factory().pk}/"
    client.patch(url, {"restricted": True}, format="json", HTTP_IF_MATCH='"1"')
    assert client.get(url).status_code == 200
    assert api("nurse").get(url).status_code == 404
