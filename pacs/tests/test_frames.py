"""Frames in HTJ2K of ours, decoded ones, and images that the archive can neither frame nor draw."""

from __future__ import annotations

import json
from contextlib import ExitStack
from io import BytesIO

import imagecodecs
import numpy as np
import pytest
from PIL import Image

from audit.services import stream
from pacs.choices import Htj2k
from pacs.delivery import pixels
from pacs.derived.frame_store import frame_path
from pacs.models import Instance
from pacs.tests import index
from pacs.tests.dicom_files import encapsulated, part10

pytestmark = pytest.mark.django_db
LITTLE, JLS, HTJ2K, RPCL = (
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.202",
)
OCTETS = "application/octet-stream"
ANY = f'multipart/related; type="{OCTETS}"; transfer-syntax=*'
RAW = f'multipart/related; type="{OCTETS}"; transfer-syntax={LITTLE}'
ENCODE = {
    JLS: imagecodecs.jpegls_encode,
    HTJ2K: lambda frame: imagecodecs.htj2k_encode(frame, reversible=True),
}
RAMP = np.add.outer(np.arange(24) * 40, np.arange(32) * 3).astype("<u2")
FRAMES = np.stack([RAMP, RAMP + 7, RAMP[::-1]])


def url(instance, suffix):
    series = instance.series
    return (
        f"/api/ris/dicom-web/studies/{series.study.study_instance_uid}"
        f"/series/{series.series_instance_uid}/instances/{instance.sop_instance_uid}{suffix}"
    )


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def parts(answer):
    """(Content-Type, bytes) of each part."""
    boundary = answer["Content-Type"].partition("boundary=")[2].encode()
    found = body(answer).split(b"--" + boundary)
    assert (found[0], found[-1]) == (b"", b"--\r\n")
    heads = [part.partition(b"\r\n\r\n") for part in found[1:-1]]
    return [
        (head.splitlines()[1].partition(b": ")[2].decode(), content[:-2])
        for head, _, content in heads
    ]


@pytest.fixture
def stored(mine, settings, tmp_path):
    """The own instance with three frames of HTJ2K, files and all."""
    settings.CDSS_DATA_DIR = tmp_path
    Instance.objects.filter(pk=mine.instance.pk).update(frames=3, htj2k=Htj2k.STORED)
    for number in range(3):
        path = frame_path(mine.instance.orthanc_id, number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"frame %d" % number)
    return mine.instance


@pytest.fixture
def archived(mine, archive):
    """``archived(syntax)``: an instance of three frames in the archive and under the own series."""

    def make(syntax, frames=FRAMES, **attributes):
        image = encapsulated(frames, ENCODE[syntax], **attributes)
        orthanc_id = archive.store(part10(image, syntax))
        return index.instance(
            mine.series,
            sop_instance_uid=image.SOPInstanceUID,
            orthanc_id=orthanc_id,
            transfer_syntax_uid=syntax,
            rows=frames.shape[1],
            columns=frames.shape[2],
            frames=len(frames),
        )

    return make


@pytest.mark.parametrize(
    ("accept", "place", "label"),
    [
        (ANY, "_frame_htj2k_part", RPCL),
        ("image/jphc", "_frame_htj2k", RPCL),
        (f"image/jphc; transfer-syntax={HTJ2K}", "_frame_htj2k", HTJ2K),
        (f"multipart/related; type=image/jphc; transfer-syntax={RPCL}", "_frame_htj2k_part", RPCL),
        ("?accept=image/jphc", "_frame_htj2k", RPCL),
        ("*/*", "_frame_part", LITTLE),
        (RAW, "_frame_part", LITTLE),
    ],
)
@pytest.mark.parametrize("method", ["get", "head"])
def test_one_frame_is_a_file_of_nginx(api, stored, method, accept, place, label):
    suffix, header = (accept, ANY) if accept.startswith("?") else ("", accept)
    path = url(stored, f"/frames/2{suffix}")
    answer = getattr(api("doctor"), method)(path, HTTP_ACCEPT=header)
    assert answer.status_code == 200
    assert answer["X-Accel-Redirect"] == f"/{place}/{stored.orthanc_id}/1"
    assert answer["ETag"] == f'"{stored.orthanc_id}-1{place.removeprefix("_frame")}"'
    kind = "image/jphc" if "htj2k" in place else OCTETS
    part = f"{kind}; transfer-syntax={label}"
    if place.endswith("_part"):
        assert answer["X-Part-Type"] == part
        assert answer["Content-Type"].startswith(f'multipart/related; type="{kind}"; boundary=')
    else:
        assert answer["Content-Type"] == part


def test_a_list_of_frames_passes_through_us(api, stored):
    answer = api("doctor").get(url(stored, "/frames/3,1"), HTTP_ACCEPT=ANY)
    assert answer["Content-Type"].startswith('multipart/related; type="image/jphc"; boundary=')
    kind = f"image/jphc; transfer-syntax={RPCL}"
    assert parts(answer) == [(kind, b"frame 2"), (kind, b"frame 0")]
    assert answer["Vary"].startswith("Authorization, Accept, ")
    answer = api("doctor").head(url(stored, "/frames/3,1"), HTTP_ACCEPT=ANY)
    assert (answer.status_code, body(answer)) == (200, b"")
    assert (
        api("doctor").get(url(stored, "/frames/1,2"), HTTP_ACCEPT="image/jphc").status_code == 406
    )


def test_a_missing_file_is_answered_by_the_archive_and_made_anew(api, stored):
    key = f"dicomweb:series:{stored.series.series_instance_uid}"
    stream().set(key, "x")
    answer = api("doctor").get(
        url(stored, "/frames/1"), HTTP_ACCEPT=ANY, headers={"X-Frame-Missing": "store"}
    )
    assert answer["X-Accel-Redirect"] == f"/_frame_part/{stored.orthanc_id}/0"
    stored.refresh_from_db()
    assert stored.htj2k == Htj2k.WAITING
    places = stream().hgetall(key) if stream().type(key) == b"hash" else {}
    assert not places.get(stored.sop_instance_uid.encode(), b"").endswith(b" N")


def test_a_list_with_a_missing_file_is_answered_by_the_archive(api, archived, settings, tmp_path):
    settings.CDSS_DATA_DIR = tmp_path
    image = archived(JLS)
    Instance.objects.filter(pk=image.pk).update(htj2k=Htj2k.STORED)
    answer = api("doctor").get(url(image, "/frames/1,2"), HTTP_ACCEPT=ANY)
    found = [(kind, imagecodecs.jpegls_decode(frame).tolist()) for kind, frame in parts(answer)]
    kind = f"image/jls; transfer-syntax={JLS}"
    assert found == [(kind, FRAMES[0].tolist()), (kind, FRAMES[1].tolist())]
    image.refresh_from_db()
    assert image.htj2k == Htj2k.WAITING


def test_each_part_names_its_frame(api, stored, settings):
    answer = api("doctor").get(url(stored, "/frames/3,1"), HTTP_ACCEPT=ANY)
    lines = [line for line in body(answer).split(b"\r\n") if line.startswith(b"Content-Location")]
    places = [f"{settings.PUBLIC_BASE_URL}{url(stored, f'/frames/{number}')}" for number in (3, 1)]
    assert [line.decode() for line in lines] == [f"Content-Location: {place}" for place in places]


@pytest.mark.parametrize("syntax", [JLS, HTJ2K])
def test_who_asks_for_native_pixels_gets_them(api, archived, archive, syntax):
    image = archived(syntax)
    client = api("doctor")
    kind = f"{OCTETS}; transfer-syntax={LITTLE}"
    answer = client.get(url(image, "/frames/3"), HTTP_ACCEPT=kind)
    assert (answer["Content-Type"], body(answer)) == (kind, FRAMES[2].tobytes())
    answer = client.get(url(image, "/frames/2,1"), HTTP_ACCEPT=RAW)
    assert parts(answer) == [(kind, FRAMES[1].tobytes()), (kind, FRAMES[0].tobytes())]
    answer = client.get(url(image, "/frames/1"), HTTP_ACCEPT=RAW)
    assert parts(answer) == [(kind, FRAMES[0].tobytes())]
    archive.down = True
    known = {"If-None-Match": f"W/{answer['ETag']}"}
    again = client.get(url(image, "/frames/1"), HTTP_ACCEPT=RAW, headers=known)
    assert (again.status_code, body(again)) == (304, b"")
    assert [record["outcome"] for record in index.records()] == ["ok"] * 4


def test_what_cannot_be_decoded_is_refused_with_the_reason(api, archived, archive):
    image = archived(HTJ2K)
    file = archive.files[image.orthanc_id]
    archive.files[image.orthanc_id] = file.replace(b"\xff\x4f\xff\x51", b"\0\0\0\0")
    for suffix in ("/frames/1", "/frames/1,2"):
        answer = api("doctor").get(url(image, suffix), HTTP_ACCEPT=RAW)
        assert (answer.status_code, answer.json()["error"]["code"]) == (406, "ERR_105")
        assert answer.json()["error"]["detail"].startswith("cannot be decoded: ")
    picture = index.picture(api("doctor").get(url(image, "/rendered")))
    error = json.loads(picture.content)["error"]
    assert (picture.status_code, error["code"]) == (406, "ERR_105")
    assert error["detail"].startswith("cannot be decoded: ")
    assert [record["outcome"] for record in index.records()] == ["failed", "failed", "ok"]


def test_waiting_too_long_for_a_decoder_is_an_error(api, archived, monkeypatch):
    image = archived(HTJ2K)
    monkeypatch.setattr(pixels, "WAIT_S", 0.01)
    place = image.orthanc_id
    with ExitStack() as leases:
        for _ in range(pixels.MAX_DECODERS):
            leases.enter_context(pixels._lease(place))
        answer = api("doctor").get(url(image, "/frames/1"), HTTP_ACCEPT=RAW)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "ERR_501")
    assert api("doctor").get(url(image, "/frames/1"), HTTP_ACCEPT=RAW).status_code == 200


def test_what_is_too_large_to_be_held_is_not_decoded(api, archived):
    image = archived(HTJ2K)
    Instance.objects.filter(pk=image.pk).update(file_size=pixels.MAX_FILE_BYTES + 1)
    assert api("doctor").get(url(image, "/frames/1"), HTTP_ACCEPT=RAW).status_code == 406


def test_htj2k_originals_go_out_as_they_are(api, archived):
    image = archived(HTJ2K)
    answer = api("doctor").get(url(image, "/frames/1"), HTTP_ACCEPT="image/jphc")
    assert answer["X-Accel-Redirect"] == f"/_frame/{image.orthanc_id}/0"
    assert answer["Content-Type"] == f"image/jphc; transfer-syntax={HTJ2K}"
    answer = api("doctor").get(url(image, "/frames/1,3"), HTTP_ACCEPT=ANY)
    (first, one), (_, three) = parts(answer)
    assert first == f"image/jphc; transfer-syntax={HTJ2K}"
    assert np.array_equal(imagecodecs.htj2k_decode(one), FRAMES[0])
    assert np.array_equal(imagecodecs.htj2k_decode(three), FRAMES[2])


def rendered_image(answer):
    answer = index.picture(answer)
    assert answer.status_code == 200, answer.content
    return np.asarray(Image.open(BytesIO(body(answer)))).astype(int)


def levels_of(frame):
    """From its lowest value to its highest."""
    values = frame.astype(float)
    return (values - values.min()) * 255 / np.ptp(values)


def test_htj2k_is_drawn_in_all_ways(api, archived):
    image = archived(HTJ2K)
    client = api("doctor")
    whole = rendered_image(client.get(url(image, "/rendered"), HTTP_ACCEPT="image/png"))
    assert np.abs(whole - levels_of(FRAMES[0])).max() <= 1
    third = rendered_image(client.get(url(image, "/frames/3/rendered"), HTTP_ACCEPT="image/png"))
    assert np.abs(third - whole[::-1]).max() <= 1
    window = "/rendered?window=500,200,linear"
    window = rendered_image(client.get(url(image, window), HTTP_ACCEPT="image/png"))
    assert (window[FRAMES[0] < 400] == 0).all()
    assert (window[FRAMES[0] > 600] == 255).all()
    fit = rendered_image(
        client.get(url(image, "/rendered?viewport=64,64"), HTTP_ACCEPT="image/png")
    )
    assert fit.shape == (64, 64)
    assert fit[:8].max() == fit[56:].max() == 0 < fit[8:56].max()
    jpeg = index.picture(client.get(url(image, "/thumbnail")))
    assert jpeg["Content-Type"] == "image/jpeg"
    assert rendered_image(jpeg).shape == (128, 128)
    assert client.get(url(image, "/frames/1,2/rendered")).status_code == 400


def test_colour_windows_of_the_file_and_monochrome1(api, archived):
    client = api("doctor")
    colours = np.random.default_rng(6).integers(0, 256, (1, 24, 32, 3), np.uint8)
    image = archived(HTJ2K, colours)
    answer = client.get(url(image, "/rendered"), HTTP_ACCEPT="image/png")
    assert np.array_equal(rendered_image(answer), colours[0])
    window = {"WindowCenter": [0, 500], "WindowWidth": [200, 400], "RescaleIntercept": -500}
    image = archived(HTJ2K, FRAMES[:1], PhotometricInterpretation="MONOCHROME1", **window)
    levels = rendered_image(client.get(url(image, "/rendered"), HTTP_ACCEPT="image/png"))
    assert (levels[FRAMES[0] < 400] == 255).all()
    assert (levels[FRAMES[0] > 600] == 0).all()


@pytest.mark.parametrize("what", ["studies", "series", "instances", "orthanc/instances"])
def test_previews_of_htj2k(api, archived, mine, what):
    mine.series.instances.all().delete()
    image = archived(HTJ2K)
    key = {
        "studies": mine.study.study_instance_uid,
        "series": mine.series.series_instance_uid,
        "instances": image.sop_instance_uid,
        "orthanc/instances": image.orthanc_id,
    }[what]
    answer = index.picture(api("doctor").get(f"/api/ris/{what}/{key}/preview/"))
    assert answer["Content-Type"] == "image/png"
    assert np.abs(rendered_image(answer) - levels_of(FRAMES[1])).max() <= 1


def test_wado_uri_draws_htj2k_too(api, archived):
    image = archived(HTJ2K)
    query = {
        "requestType": "WADO",
        "studyUID": image.series.study.study_instance_uid,
        "seriesUID": image.series.series_instance_uid,
        "objectUID": image.sop_instance_uid,
        "contentType": "image/png",
        "rows": "12",
    }
    answer = api("doctor").get("/api/ris/dicom-web/wado", query | {"frameNumber": "3"})
    assert rendered_image(answer).shape == (12, 16)
