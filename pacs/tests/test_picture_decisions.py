"""Pictures by cached decisions: the view's answer without the database, with the same record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from pydicom.uid import SegmentationStorage

from audit.services import stream
from pacs.derived import invalidation
from pacs.models import Instance
from pacs.tests.cached_requests import bursts
from pacs.tests.index import picture_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_cached():
    stream().flushdb()


@pytest.mark.parametrize(
    ("place", "accept", "frame", "text"),
    [
        ("rendered", "*/*", 1, "jpeg"),
        ("rendered?quality=7&window=5,6,sigmoid", "image/png, */*;q=0.1", 1, "png_w5,6,sigmoid_q7"),
        ("thumbnail", "image/png", 1, "png_v128,128"),
        ("thumbnail?viewport=9,8", "*/*", 1, "jpeg_v9,8"),
        ("frames/2/rendered", "*/*", 2, "jpeg"),
        ("frames/2/thumbnail", "*/*", 2, "jpeg_v128,128"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_second_picture_is_the_view_s_without_the_database(
    ask, mine, signed_in, django_assert_num_queries, place, accept, frame, text, method
):
    image = mine.series.instances.first()
    Instance.objects.filter(pk=image.pk).update(frames=2)
    asked = {
        "place": place,
        "accept": accept,
        "method": method,
        "instance": image.sop_instance_uid,
    }
    token = signed_in("doctor")
    first = ask(token, **asked)
    with django_assert_num_queries(0):
        second = ask(token, **asked)
    version = int(image.indexed_at.timestamp() * 1000)
    where = f"/_rendered/{image.orthanc_id}/{frame - 1}/{version}/{text}"
    assert (first.status, second.status) == (200, 200)
    assert first.headers["X-Accel-Redirect"] == second.headers["X-Accel-Redirect"] == where
    for name in ("ETag", "Cache-Control"):
        assert first.headers[name] == second.headers[name]
    for answer in (first, second):
        assert picture_at(where, answer.headers["X-Picture-Token"]).status_code != 404
    ((who, item),) = bursts()
    assert item == f"{image.sop_instance_uid} {frame}"
    assert (who["object_id"], who["patient_id"]) == (
        mine.series.series_instance_uid,
        mine.patient.pk,
    )


def test_a_picture_that_the_browser_has_is_not_sent_again_but_recorded(ask, signed_in):
    token = signed_in("doctor")
    tag = ask(token, place="rendered").headers["ETag"]
    for known, status in ((tag, 304), ('"x"', 200)):
        answer = ask(token, place="rendered", known=known)
        assert (answer.status, answer.headers["ETag"]) == (status, tag)
        assert ("X-Accel-Redirect" in answer.headers) == (status == 200)
    assert ask(token, place="rendered?quality=9", known=tag).status == 200
    assert len(bursts()) == 3


def test_a_replaced_instance_has_another_picture(ask, mine, signed_in, django_assert_num_queries):
    token = signed_in("doctor")
    tag = ask(token, place="rendered").headers["ETag"]
    with transaction.atomic():
        image = Instance.objects.get(pk=mine.instance.pk)
        image.indexed_at = timezone.now() + timedelta(seconds=1)
        image.save()
        invalidation.instances_invalidate([image])
    places = [ask(token, place="rendered", known=tag) for _ in range(2)]
    version = int(image.indexed_at.timestamp() * 1000)
    for answer in places:
        assert answer.headers["X-Accel-Redirect"].split("/")[4] == str(version)
        assert answer.headers["ETag"] != tag


def test_frames_of_packed_bits_are_the_view_s_and_their_pictures_are_not(
    ask, mine, signed_in, django_assert_num_queries
):
    image = mine.series.instances.first()
    Instance.objects.filter(pk=image.pk).update(sop_class_uid=SegmentationStorage)
    token, uid = signed_in("doctor"), image.sop_instance_uid
    ask(token, instance=uid, place="rendered")
    with django_assert_num_queries(0):
        assert ask(token, instance=uid, place="rendered").status == 200
    before = len(bursts())
    place = ask(token, instance=uid).headers["X-Accel-Redirect"]
    assert (place.split("/")[1], len(bursts())) == ("_orthanc", before)


def test_each_session_is_decided_by_itself_about_pictures(ask, signed_in):
    assert ask(signed_in("doctor"), place="rendered").status == 200
    assert ask(signed_in("nurse"), place="rendered").status == 403
    assert ask(signed_in("doctor"), place="rendered").status == 200
    assert ask("x.y.z", place="rendered").status == 401
    assert bursts() == []
