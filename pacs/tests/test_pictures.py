"""Pictures that nginx keeps: only with the token of a decision, and gone with their instance."""

from __future__ import annotations

import hashlib
import json

import pytest

from common.errors import AppError, ErrorCode
from pacs.delivery import pictures
from pacs.delivery.rendering import Rendering
from pacs.derived import invalidation, picture_cache
from pacs.derived.decisions import stored_frame
from pacs.tests.index import picture_at

pytestmark = pytest.mark.django_db


def ask(place, proof):
    return picture_at(f"/_rendered/{place}", proof)


def test_without_the_token_of_a_decision_there_is_no_picture(mine, monkeypatch):
    place = pictures.place(stored_frame(mine.instance, 1), Rendering("image/png"))
    drawn = []
    monkeypatch.setattr(pictures.pixels, "picture", lambda *args: drawn.append(args) or b"png")
    proof = pictures.token(place)
    other = place.replace("/0/", "/1/")
    for wrong in ((place, ""), (place, "x:y"), (other, proof), (place, proof[:-1])):
        assert ask(*wrong).status_code == 404
    monkeypatch.setattr(pictures, "TOKEN_S", -1)
    assert ask(place, proof).status_code == 404
    assert not drawn
    monkeypatch.undo()
    monkeypatch.setattr(pictures.pixels, "picture", lambda *args: drawn.append(args) or b"png")
    answer = ask(place, proof)
    assert (answer.status_code, answer["Content-Type"], answer.content) == (
        200,
        "image/png",
        b"png",
    )
    assert drawn == [(mine.instance.orthanc_id, 0, Rendering("image/png"))]


def test_pictures_are_deleted_with_their_instance(mine, settings, tmp_path):
    settings.FRAME_CACHE_DIR = tmp_path
    paths = []
    for wanted in (Rendering(), Rendering("image/png", viewport=(9, 9))):
        place = pictures.place(stored_frame(mine.instance, 1), wanted)
        picture_cache.remember(mine.instance.orthanc_id, place)
        name = hashlib.md5(f"rendered/{place}".encode(), usedforsecurity=False).hexdigest()
        paths.append(tmp_path / name[-1] / name[-3:-1] / name)
        paths[-1].parent.mkdir(parents=True, exist_ok=True)
        paths[-1].write_bytes(b"picture")
    invalidation.instances_invalidate([mine.instance])
    assert not any(path.exists() for path in paths)


def test_beyond_its_bound_a_picture_is_drawn_and_not_kept(mine, monkeypatch):
    monkeypatch.setattr(picture_cache, "MAX_KEPT", 1)
    monkeypatch.setattr(pictures.pixels, "picture", lambda *_: b"png")
    kept = []
    for wanted in (Rendering(), Rendering("image/png"), Rendering()):
        place = pictures.place(stored_frame(mine.instance, 1), wanted)
        kept.append("X-Not-Kept" not in ask(place, pictures.token(place)))
    assert kept == [True, False, True]
    [key] = picture_cache.forget(mine.instance.orthanc_id)
    assert "/jpeg" in key


def test_the_reason_why_there_is_no_picture_is_in_the_envelope(mine, monkeypatch):
    def refused(*_):
        raise AppError(ErrorCode.NOT_ACCEPTABLE, "cannot be decoded: VIDEO")

    monkeypatch.setattr(pictures.pixels, "picture", refused)
    place = pictures.place(stored_frame(mine.instance, 1), Rendering())
    answer = ask(place, pictures.token(place))
    error = json.loads(answer.content)["error"]
    assert (answer.status_code, error["code"]) == (406, "ERR_105")
    assert error["detail"] == "cannot be decoded: VIDEO"
    assert error["request_id"] == answer["X-Request-ID"]


def test_pictures_are_counted_like_other_answers(mine, monkeypatch):
    counted = []
    monkeypatch.setattr(pictures, "measured", lambda *args: counted.append(args[:3]))
    monkeypatch.setattr(pictures.pixels, "picture", lambda *_: b"png")
    place = pictures.place(stored_frame(mine.instance, 1), Rendering())
    ask(place, pictures.token(place))
    assert counted == [("rendered-picture", "GET", 200)]
