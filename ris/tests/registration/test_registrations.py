"""Two series are registered, decided upon by a person, and never those of two patients."""

from __future__ import annotations

import base64

import numpy as np
import pytest
import responses

from ai.tests.factories import grants_written
from audit.models import AuditLog
from common.outbox.models import OutboxEvent
from pacs.tests import index
from ris.hanging.frame_links import frame_links
from ris.models import Registration, RegistrationPicture
from ris.registration import services

pytestmark = pytest.mark.django_db
URL = "/api/ris/registrations/"
FRAMES = "1.2.826.5.1", "1.2.826.5.2"
FOUND = {
    "transform": np.eye(4).tolist(),
    "error_mm": 0.3,
    "flagged": False,
    "reasons": [],
    "repetitions": {"backward": 0.3},
    "seconds": 2.5,
    "checkerboard": base64.b64encode(b"\x89PNG").decode(),
}


@pytest.fixture
def pair(mine):
    """Two series of one patient, in two studies and two frames of reference."""
    mine.series.frame_of_reference_uid = FRAMES[0]
    mine.series.save()
    other = index.study(mine.patient)
    return mine.series, index.series(other, slices=4, frame_of_reference_uid=FRAMES[1])


@pytest.fixture
def service(settings):
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        grants_written(mock)
        yield mock


def ask(client, fixed, moving):
    body = {
        "fixed_series": fixed.series_instance_uid,
        "moving_series": moving.series_instance_uid,
    }
    return client.post(URL, body, format="json")


def done(api, pair, service, settings, **changes):
    """A registration that waits for a person."""
    service.post(f"{settings.INFERENCE_URL}/registrations", json=FOUND | changes)
    made = ask(api("rib"), *pair).json()
    services.registration_run(made["id"])
    return api("rib").get(f"{URL}{made['id']}/").json()


def decide(client, row, step="accept", **body):
    tag = {"HTTP_IF_MATCH": f'"{row["version"]}"'}
    return client.post(f"{URL}{row['id']}/{step}/", body, format="json", **tag)


@pytest.mark.parametrize(
    ("role", "status", "reads"),
    [
        ("doctor", 202, 200),
        ("rib", 202, 200),
        ("admin", 403, 200),
        ("nurse", 403, 403),
        ("lab", 403, 403),
        ("patient", 403, 200),
        ("external", 403, 200),
        (None, 401, 401),
    ],
)
def test_rights(api, pair, role, status, reads):
    assert ask(api(role), *pair).status_code == status
    assert api(role).get(URL).status_code == reads


def test_it_is_requested_run_and_accepted(api, pair, service, settings):
    row = done(api, pair, service, settings)
    assert (row["status"], row["progress"], row["error_mm"]) == ("done", 1.0, 0.3)
    accepted = decide(api("rib"), row)
    assert (accepted.status_code, accepted.json()["status"]) == (200, "accepted")
    assert OutboxEvent.objects.filter(topic="ris.registration.accepted").count() == 1
    steps = AuditLog.objects.filter(object_type="registration").values_list("action", "patient_id")
    patient = pair[0].study.patient_id
    assert {("registration.create", patient), ("registration.accept", patient)} <= set(steps)
    again = decide(api("rib"), accepted.json())
    assert (again.status_code, again.json()["error"]["code"]) == (409, "ERR_401")


def test_asked_again_while_it_runs_it_is_the_same(api, pair):
    assert ask(api("rib"), *pair).json() == ask(api("doctor"), *pair).json()
    assert Registration.objects.count() == 1


def test_it_is_seen_before_it_is_accepted_by_who_decides(api, pair, service, settings):
    row = done(api, pair, service, settings)
    place = f"{URL}{row['id']}/preview/"
    assert [api(role).get(place).status_code for role in ("nurse", "patient")] == [403, 403]
    shown = api("doctor").get(place, HTTP_ACCEPT="image/*")
    assert (shown.content, shown["Content-Type"]) == (b"\x89PNG", "image/png")
    assert (shown["Cache-Control"], shown.status_code) == ("no-store", 200)
    assert AuditLog.objects.get(action="registration.preview").patient_id is not None
    assert decide(api("rib"), row).status_code == 200
    assert api("rib").get(place).status_code == 404
    assert not RegistrationPicture.objects.exists()


def test_one_person_has_so_many_under_way(api, pair, mine, monkeypatch):
    monkeypatch.setattr(services, "PER_PERSON", 1)
    third = index.series(pair[1].study, slices=4, frame_of_reference_uid=FRAMES[1])
    assert ask(api("rib"), *pair).status_code == 202
    full = ask(api("rib"), pair[0], third)
    assert (full.status_code, full.json()["error"]["code"]) == (409, "ERR_474")
    assert ask(api("rib"), *pair).status_code == 202  # the same again
    assert ask(api("doctor"), pair[0], third).status_code == 202


def test_a_flagged_one_needs_a_reason(api, pair, service, settings):
    row = done(api, pair, service, settings, flagged=True, reasons=["inconsistent"])
    refused = decide(api("rib"), row)
    assert (refused.status_code, refused.json()["error"]["field"]) == (400, "reason")
    assert decide(api("rib"), row, reason="I compared the ventricles").status_code == 200


def test_the_version_read_is_needed(api, pair, service, settings):
    row = done(api, pair, service, settings)
    bare = api("rib").post(f"{URL}{row['id']}/accept/", {}, format="json")
    assert bare.status_code == 428
    stale = decide(api("rib"), row | {"version": 1}, "reject")
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "ERR_301")
    assert decide(api("rib"), row, "reject").json()["status"] == "rejected"


def test_bad_pairs_are_refused(api, mine, pair, patient_factory):
    flat = index.series(mine.study, slices=1)
    nowhere = index.series(mine.study, frame_of_reference_uid="")
    nobodys = index.series(index.study(None))
    hidden = index.series(index.study(patient_factory(restricted=True)))
    for moving, status, code in (
        (pair[0], 422, "ERR_470"),
        (mine.other_series, 422, "ERR_471"),
        (flat, 422, "ERR_407"),
        (nowhere, 422, "ERR_473"),
        (nobodys, 404, "ERR_203"),
        (hidden, 404, "ERR_203"),
    ):
        answer = ask(api("doctor"), pair[0], moving)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert api("rib").post(URL, {"fixed_series": "x"}, format="json").status_code == 400


def test_one_of_a_study_that_was_refiled_is_seen_by_nobody(api, pair, patient_factory):
    made = ask(api("rib"), *pair).json()
    study = pair[1].study
    study.patient = patient_factory()
    study.save()
    assert api("rib").get(f"{URL}{made['id']}/").status_code == 404


def test_what_the_service_refuses_fails_with_its_reason(api, pair, service, settings):
    error = {"error": {"code": "input_refused", "message": "The images show nothing in common."}}
    service.post(f"{settings.INFERENCE_URL}/registrations", status=422, json=error)
    made = ask(api("rib"), *pair).json()
    services.registration_run(made["id"])
    row = api("rib").get(f"{URL}{made['id']}/").json()
    assert (row["status"], row["error_code"]) == ("failed", "ERR_472")
    assert row["error_message"].startswith("두 시리즈를 정합하지 못했습니다")
    assert row["error_detail"] == "The images show nothing in common."


def test_frames_of_reference_are_linked_once_it_is_accepted(api, pair, service, settings, users):
    row = done(api, pair, service, settings, transform=[[0, -1, 0, 4], *np.eye(4)[1:].tolist()])
    assert frame_links(users["rib"], FRAMES) == []
    decide(api("rib"), row)
    [link] = frame_links(users["rib"], FRAMES)
    ends = link.from_frame_of_reference_uid, link.to_frame_of_reference_uid
    assert (link.registration, ends) == (row["id"], (FRAMES[1], FRAMES[0]))
    assert link.matrix[:4] == (0, -1, 0, 4)
    assert frame_links(users["nurse"], FRAMES) == []
    assert frame_links(users["rib"], [FRAMES[0], "1.2.3"]) == []


def test_the_list_of_a_study(api, pair, service, settings, mine):
    row = done(api, pair, service, settings)
    found = {
        uid: [one["id"] for one in api("rib").get(URL, {"study": uid}).json()["results"]]
        for uid in (
            pair[0].study.study_instance_uid,
            pair[1].study.study_instance_uid,
            mine.other.study_instance_uid,
        )
    }
    assert [*found.values()] == [[row["id"]], [row["id"]], []]
    assert row["resampled_series"] == ""


def test_a_run_whose_worker_was_killed_goes_on(api, pair, service, settings):
    service.post(f"{settings.INFERENCE_URL}/registrations", json=FOUND)
    made = ask(api("rib"), *pair).json()
    Registration.objects.update(status="running")
    services.registration_run(made["id"])
    services.registration_run(made["id"])
    assert Registration.objects.get().status == "done"
