"""Previews: decided and recorded here; nginx gets the place of the picture that we draw."""

from __future__ import annotations

import pytest

from pacs.tests import index

pytestmark = pytest.mark.django_db
URL = "/api/ris/"


def _path(what, row):
    key = {
        "studies": "study_instance_uid",
        "series": "series_instance_uid",
        "instances": "sop_instance_uid",
        "orthanc/instances": "orthanc_id",
    }[what]
    return f"{URL}{what}/{getattr(row, key)}/preview/"


def _rows(world):
    return {
        "studies": (world.study, world.other),
        "series": (world.series, world.other_series),
        "instances": (world.instance, world.other_series.instances.first()),
        "orthanc/instances": (world.instance, world.other_series.instances.first()),
    }


@pytest.mark.parametrize("what", ["studies", "series", "instances", "orthanc/instances"])
def test_rights(api, mine, what):
    own, other = (_path(what, row) for row in _rows(mine)[what])
    clients = {role: api(role) for role in index.ROLES}
    expected = [200, 200, 200, 403, 403, 200, 200, 401]
    answers = [clients[role].get(own).status_code for role in index.ROLES]
    assert answers == expected
    expected = [200, 200, 200, 403, 403, 404, 404, 401]
    answers = [clients[role].get(other).status_code for role in index.ROLES]
    assert answers == expected


def shown(answer):
    """Orthanc id, frame and parameters of the picture."""
    _, kind, orthanc_id, frame, _, parameters = answer["X-Accel-Redirect"].split("/")
    assert kind == "_rendered"
    return orthanc_id, frame, parameters


def test_a_preview_is_a_png_of_ours_and_private(api, mine):
    answer = api("doctor").get(_path("instances", mine.instance), HTTP_ACCEPT="image/avif,image/*")
    assert shown(answer) == (mine.instance.orthanc_id, "0", "png")
    assert "private" in answer["Cache-Control"]
    assert "Content-Type" not in answer
    assert answer.content == b""


def test_a_series_shows_its_middle_slice(api, mine):
    middle = mine.series.instances.get(image_position=[0.0, 0.0, 2.0])
    for what, row in (("series", mine.series), ("studies", mine.study)):
        answer = api("doctor").get(_path(what, row))
        assert shown(answer)[0] == middle.orthanc_id


def test_a_study_shows_its_largest_series_of_images(api, mine):
    index.series(mine.study, slices=9, modality="SEG")
    large = index.series(mine.study, slices=7, modality="MR", number=2)
    answer = api("doctor").get(_path("studies", mine.study))
    assert large.instances.filter(orthanc_id=shown(answer)[0]).exists()


def test_a_multiframe_image_shows_its_middle_frame(api, mine):
    type(mine.instance).objects.filter(pk=mine.instance.pk).update(frames=30)
    answer = api("doctor").get(_path("instances", mine.instance))
    assert shown(answer) == (mine.instance.orthanc_id, "15", "png")


def test_nothing_to_draw_is_not_found(api, mine):
    report = index.series(mine.study, slices=2, modality="SR")
    bare = index.study(mine.patient)
    for what, row in (("series", report), ("studies", bare)):
        answer = api("doctor").get(_path(what, row))
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "ERR_204"


def test_shown_and_refused_are_both_recorded(api, users, mine):
    client = api("patient")
    client.get(_path("studies", mine.study))
    client.get(_path("series", mine.other_series))
    served, refused = index.records()
    assert (served["outcome"], served["patient_id"]) == ("ok", mine.patient.pk)
    assert served["object_id"] == mine.study.study_instance_uid
    assert (refused["outcome"], refused["patient_id"]) == ("denied", mine.other.patient_id)
    assert {r["actor_id"] for r in (served, refused)} == {users["patient"].pk}


def test_without_a_record_nothing_is_shown(api, mine, audit_down):
    answer = api("doctor").get(_path("studies", mine.study))
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "ERR_507"
    assert "X-Accel-Redirect" not in answer
