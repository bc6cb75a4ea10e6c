"""DICOMweb to the letter (PS3.18), as a table: how each form of image is sent, and the errors."""

from __future__ import annotations

import base64
from io import BytesIO

import imagecodecs
import numpy as np
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
)

from common.http.api_client import wait_until
from pacs.tests.dicom_files import mr_image, part10
from pacs.tests.htj2k_files import ENCODERS
from tests.flows.images import unique_patient_id

ROOT = "/api/ris/dicom-web"
OCTETS = "application/octet-stream"
LITTLE = ExplicitVRLittleEndian
RAMP = (np.arange(256, dtype=np.uint16) * 16).reshape(16, 16)
FRAMES = [RAMP, RAMP + 1, RAMP + 2]
PIXELS = [frame.astype("<u2").tobytes() for frame in FRAMES]
POINTS = np.arange(6, dtype="<f4").tobytes()


def j2k(frame):
    return imagecodecs.jpeg2k_encode(frame, level=0, codecformat="J2K", reversible=True)


def padded_jpegls(frame):
    codestream = imagecodecs.jpegls_encode(frame)
    return codestream + (b"\xff" if len(codestream) % 2 else b"\xff\xff")


SOURCES = {
    "little": (LITTLE, None, True),
    "implicit": (ImplicitVRLittleEndian, None, True),
    "big": (ExplicitVRBigEndian, None, True),
    "jpeg 2000": (JPEG2000Lossless, j2k, True),
    "jpeg 2000 without offsets": (JPEG2000Lossless, j2k, False),
    "jpeg-ls padded by FF": (JPEGLSLossless, padded_jpegls, True),
    "rle": (RLELossless, ENCODERS[RLELossless], True),
}
MEDIA = {JPEG2000Lossless: "image/jp2", JPEGLSLossless: "image/jls", RLELossless: "image/dicom-rle"}


def file_of(name, patient):
    syntax, encode, has_bot = SOURCES[name]
    image = mr_image(PatientID=patient, NumberOfFrames=3, Rows=16, Columns=16)
    image.BitsStored, image.HighBit = 16, 15
    order = ">u2" if syntax == ExplicitVRBigEndian else "<u2"
    image.PixelData = b"".join(frame.astype(order).tobytes() for frame in FRAMES)
    image.add_new(
        0x00660016,
        "OF",
        np.frombuffer(POINTS, "<f4")
        .astype(">f4" if syntax == ExplicitVRBigEndian else "<f4")
        .tobytes(),
    )
    if encode:
        image.PixelData = encapsulate([encode(frame) for frame in FRAMES], has_bot=has_bot)
        image["PixelData"].VR = "OB"
        image["PixelData"].is_undefined_length = True
    return image, part10(image, syntax)


@pytest.fixture(scope="module")
def ask(login):
    """``ask(path, accept)``: a request below the gateway's root, as the doctor."""
    client = login("doctor")

    def send(path, accept=None, method="GET"):
        headers = {"Accept": accept}
        url = f"{client.base_url}{ROOT}/{path}"
        return client.session.request(method, url, headers=headers, timeout=60)

    return send


@pytest.fixture(scope="module")
def images(login):
    """Source → path of its instance below the gateway's root."""
    client, patient = login("doctor"), unique_patient_id()
    client.post(
        "emr/patients/",
        json={
            "patient_id": patient,
            "full_name": "시험 환자",
            "birth_date": "1960-01-01",
            "gender": "F",
        },
    )
    places = {}
    for name in SOURCES:
        image, file = file_of(name, patient)
        answer = client.session.post(
            f"{client.base_url}/api/ris/upload/dicom/",
            files=[("files", (f"{name}.dcm", BytesIO(file)))],
            timeout=60,
        ).json()
        if not answer["indexed"]:
            wait_until(
                lambda url=answer["status_url"]: client.get(url.removeprefix("/api/")),
                lambda status: status["indexed"],
                what="the image in the index",
            )
        places[name] = (
            f"studies/{image.StudyInstanceUID}/series/{image.SeriesInstanceUID}"
            f"/instances/{image.SOPInstanceUID}"
        )
    return places


def parts(answer):
    """(Content-Type, Content-Location, bytes) of each part."""
    assert answer.status_code == 200, answer.text
    boundary = answer.headers["Content-Type"].partition("boundary=")[2].strip('"').encode()
    found = []
    for part in answer.content.split(b"--" + boundary)[1:-1]:
        head, _, body = part.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().strip().split("\r\n"))
        found.append((headers["Content-Type"], headers["Content-Location"], body[:-2]))
    return found


RELATED = f'multipart/related; type="{OCTETS}"'
NATIVE_ACCEPTS = [
    RELATED,
    f"{RELATED}; transfer-syntax={LITTLE}",
    f"image/png, image/jpeg;q=0.1, {RELATED};q=0.9",
    f'multipart/related; type="image/none", {RELATED};q=0.5',
]


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("accept", NATIVE_ACCEPTS)
def test_octets_are_native_pixels_in_little_endian(ask, images, name, accept):
    kind = f"{OCTETS}; transfer-syntax={LITTLE}"
    path = f"{images[name]}/frames/3,1"
    found = parts(ask(path, accept))
    assert [(k, body) for k, _, body in found] == [(kind, PIXELS[2]), (kind, PIXELS[0])]
    assert [
        place.endswith(f"{images[name]}/frames/{n}")
        for (_, place, _), n in zip(found, (3, 1), strict=True)
    ] == [True, True]
    ((one, place, body),) = parts(ask(f"{images[name]}/frames/2", accept))
    assert (one, body) == (kind, PIXELS[1])
    assert place.endswith(f"{ROOT}/{images[name]}/frames/2")


@pytest.mark.parametrize("name", SOURCES)
def test_who_names_nothing_gets_what_the_label_says(ask, images, name):
    syntax = SOURCES[name][0]
    media = MEDIA.get(syntax, OCTETS)
    label = syntax if syntax in MEDIA else LITTLE
    for frames in ("1", "1,3"):
        found = parts(ask(f"{images[name]}/frames/{frames}"))
        assert {kind for kind, _, _ in found} == {f"{media}; transfer-syntax={label}"}
    single = ask(f"{images[name]}/frames/1", OCTETS)
    assert (single.headers["Content-Type"], single.content) == (
        f"{OCTETS}; transfer-syntax={LITTLE}",
        PIXELS[0],
    )


@pytest.mark.parametrize("name", SOURCES)
def test_bulk_data_and_metadata(ask, images, name):
    ((kind, place, body),) = parts(ask(f"{images[name]}/bulkdata/7FE00010", RELATED))
    assert (kind, body) == (f"{OCTETS}; transfer-syntax={LITTLE}", b"".join(PIXELS))
    assert place.endswith(f"{images[name]}/bulkdata/7FE00010")
    ((_, _, points),) = parts(ask(f"{images[name]}/bulk/00660016", RELATED))
    assert points == POINTS
    assert ask(f"{images[name]}/bulk/00660016", OCTETS).content == POINTS
    answer = ask(f"{images[name]}/metadata")
    assert answer.headers["Content-Type"] == "application/dicom+json"
    (found,) = answer.json()
    assert base64.b64decode(found["00660016"]["InlineBinary"]) == POINTS
    assert found["7FE00010"]["BulkDataURI"].endswith(f"{images[name]}/bulk/7fe00010")
    compressed = SOURCES[name][0] in MEDIA
    assert len(parts(ask(f"{images[name]}/bulkdata/7FE00010"))) == (3 if compressed else 1)


@pytest.mark.parametrize(
    ("method", "path", "accept", "status", "code"),
    [
        ("GET", "studies/abc/series", None, 404, "ERR_299"),
        ("GET", "studies/1..2/metadata", None, 404, "ERR_299"),
        ("GET", f"studies/{'1.2' * 40}", None, 404, "ERR_299"),
        ("GET", "studies/1.2.3", None, 404, "ERR_202"),
        ("GET", "studies?StudyInstanceUID=abc", None, 400, "ERR_101"),
        ("GET", "studies", "text/csv", 406, "ERR_105"),
        ("POST", "studies", None, 415, "ERR_103"),
        ("PUT", "studies", None, 405, "ERR_106"),
        ("DELETE", "studies/1.2.3", None, 405, "ERR_106"),
        ("TRACE", "studies", None, 405, "ERR_106"),
        ("TRACE", "studies/1.2.3/series/1.2.4/metadata", None, 405, "ERR_106"),
        ("OPTIONS", "series", None, 405, "ERR_106"),
    ],
)
def test_errors_have_the_envelope(ask, method, path, accept, status, code):
    answer = ask(path, accept, method)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    stores = path.count("/") < 2 and path.startswith("studies")
    allowed = ("GET, HEAD, POST" if stores else "GET, HEAD") if status == 405 else None
    assert answer.headers.get("Allow") == allowed
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize("accept", ["image/gif", f"{RELATED}; transfer-syntax=1.2.3"])
def test_what_cannot_be_sent_is_406(ask, images, accept):
    for suffix in ("/frames/1", "/bulkdata/7FE00010", "/bulkdata/00660016", "/metadata"):
        answer = ask(images["little"] + suffix, accept)
        assert (answer.status_code, answer.json()["error"]["code"]) == (406, "ERR_105")
