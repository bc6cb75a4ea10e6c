"""Frames in every form over HTTP, decoded and compared with the original pixels; HTJ2K that a
modality sent, shown in all ways."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from io import BytesIO
from uuid import uuid4

import imagecodecs
import numpy as np
import pytest
import requests
from PIL import Image
from pydicom.uid import generate_uid

from common.http.api_client import wait_until
from deploy.native.layout import ROOT
from pacs.tests.dicom_files import encapsulated, mr_image, part10
from tests.flows.conftest import upload
from tests.flows.test_dicomweb import GATEWAY, parts

PATIENT = "P2026-0002"
LITTLE, JLS, JPEG = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.50"
LOSSLESS, RPCL, ANY_HTJ2K = (f"1.2.840.10008.1.2.4.{number}" for number in (201, 202, 203))
FAMILY = (LOSSLESS, RPCL, ANY_HTJ2K)
OCTETS, JPHC = "application/octet-stream", "image/jphc"
OHIF = f"multipart/related; type={OCTETS}; transfer-syntax=*"
RAW = f"{OCTETS}; transfer-syntax={LITTLE}"


def htj2k(frame):
    return imagecodecs.htj2k_encode(frame, reversible=True)


def _pixels(shape, dtype=np.uint16):
    """A smooth ramp with noise."""
    ramp = sum(np.indices(shape)[axis] * step for axis, step in enumerate((300, 17, 5)))
    return (ramp + np.random.default_rng(6).integers(0, 64, shape)).astype(dtype)


@dataclass(frozen=True)
class Original:
    """An image as it was sent; ``own`` is its transfer syntax, ``pixels`` (frames, rows, columns)
    or (…, samples)."""

    own: str
    pixels: np.ndarray
    uids: tuple[str, str, str]

    @property
    def path(self):
        study, series, instance = self.uids
        return f"studies/{study}/series/{series}/instances/{instance}"


def _native(frames, **attributes):
    image = mr_image(Rows=frames.shape[1], Columns=frames.shape[2], **attributes)
    image.NumberOfFrames = len(frames)
    image.PixelData = frames.tobytes()
    return image


def _images():
    """Name to (transfer syntax, pixels, data set)."""
    one, many = _pixels((1, 41, 67)), _pixels((3, 32, 48))
    signed = one.astype(np.int16) - 9000
    grey = (one >> 4).astype(np.uint8)
    colour = np.random.default_rng(6).integers(0, 256, (1, 40, 56, 3), np.uint8)
    lossy = imagecodecs.jpeg8_decode(imagecodecs.jpeg8_encode(grey[0]))
    return {
        "native": (LITTLE, one, _native(one)),
        "multiframe": (LITTLE, many, _native(many)),
        "signed": (LITTLE, signed, _native(signed, PixelRepresentation=1)),
        "jls": (JLS, one, encapsulated(one, imagecodecs.jpegls_encode)),
        "lossy": (JPEG, lossy[None], encapsulated(grey, imagecodecs.jpeg8_encode)),
        "colour": (LOSSLESS, colour, encapsulated(colour, htj2k)),
        "many_201": (LOSSLESS, many, encapsulated(many, htj2k)),
        **{syntax: (syntax, one, encapsulated(one, htj2k)) for syntax in FAMILY},
    }


@pytest.fixture(scope="module")
def originals(login, tmp_path_factory):
    """All of them in one study of a known patient, one series each; in the index and stable."""
    folder, study, found, files = tmp_path_factory.mktemp("htj2k"), generate_uid(), {}, []
    for name, (own, pixels, image) in _images().items():
        image.PatientID, image.StudyInstanceUID = PATIENT, study
        files.append(folder / f"{len(files)}.dcm")
        files[-1].write_bytes(part10(image, own))
        uids = (study, image.SeriesInstanceUID, image.SOPInstanceUID)
        found[name] = Original(own, pixels, uids)
    answer = upload(login("radiologist"), files)
    assert answer.status_code == 201, answer.text
    doctor = login("doctor")
    wait_until(lambda: doctor.status(f"ris/studies/{study}/"), lambda s: s == 200, what="study")
    wait_until(
        lambda: doctor.get(f"ris/studies/{study}/"),
        lambda tree: len(tree["series"]) == len(found) and tree["stable_at"],
        what="a study that is complete",
    )
    return found


@pytest.fixture(scope="module")
def ask(login):
    """``ask(path, accept)``: GET below the gateway's root as the doctor."""
    doctor = login("doctor")

    def get(path, accept="*/*", method="GET", **headers):
        url = f"{doctor.base_url}{GATEWAY}/{path}"
        headers = {"Accept": accept, **headers}
        return doctor.session.request(method, url, headers=headers, timeout=60)

    return get


@pytest.fixture(scope="module")
def encoded(originals, ask):
    """The same, once HTJ2K of all that can have it is stored."""
    for name in ("native", "multiframe", "signed", "jls"):
        wait_until(
            lambda name=name: ask(f"{originals[name].path}/frames/1", JPHC).status_code,
            lambda status: status == 200,
            what=f"HTJ2K of {name}",
        )
    return originals


def pixels_of(content_type, content, like):
    """Decoded by what its Content-Type says."""
    kind, _, syntax = content_type.partition("; transfer-syntax=")
    if kind == JPHC:
        assert syntax in FAMILY
        return imagecodecs.htj2k_decode(content)
    if kind == "image/jls":
        return imagecodecs.jpegls_decode(content)
    if kind == "image/jpeg":
        return imagecodecs.jpeg8_decode(content)
    assert (kind, syntax) == (OCTETS, LITTLE)
    return np.frombuffer(content, like.dtype).reshape(like.shape)


def check(answer, original, label, frames=(1,)):
    assert answer.status_code == 200, answer.text
    multipart = answer.headers["Content-Type"].startswith("multipart/related")
    found = parts(answer) if multipart else [(answer.headers["Content-Type"], answer.content)]
    assert len(found) == len(frames)
    for number, (content_type, content) in zip(frames, found, strict=True):
        if label is not None:
            assert content_type.endswith(f"; transfer-syntax={label}")
        expected = original.pixels[number - 1]
        assert np.array_equal(pixels_of(content_type, content, expected), expected)


TABLE = [
    ("native", OHIF, RPCL),
    ("native", f"{OCTETS}; transfer-syntax=*", RPCL),
    ("native", JPHC, RPCL),
    ("native", f"multipart/related; type={JPHC}", RPCL),
    *(("native", f"{JPHC}; transfer-syntax={syntax}", syntax) for syntax in FAMILY),
    ("native", "*/*", LITTLE),
    ("native", OCTETS, LITTLE),
    ("native", RAW, LITTLE),
    ("native", f"{JPHC}; transfer-syntax={JLS}", None),
    ("native", "image/jls", None),
    ("native", "image/png", None),
    ("signed", OHIF, RPCL),
    ("multiframe", OHIF, RPCL),
    ("jls", OHIF, RPCL),
    ("jls", JPHC, RPCL),
    ("jls", "image/jls", JLS),
    ("jls", "*/*", JLS),
    ("jls", RAW, LITTLE),
    ("lossy", OHIF, JPEG),
    ("lossy", JPHC, None),
    ("lossy", f"{JPHC};q=0.9, image/jpeg;q=0.1", JPEG),
    *((syntax, RAW, LITTLE) for syntax in FAMILY),
    *((syntax, f"multipart/related; type={RAW}", LITTLE) for syntax in FAMILY),
    *((syntax, "*/*", syntax) for syntax in FAMILY),
    *((syntax, f"{JPHC}; transfer-syntax={syntax}", syntax) for syntax in FAMILY),
    (LOSSLESS, f"{JPHC}; transfer-syntax={JLS}", None),
    ("colour", RAW, LITTLE),
]


@pytest.mark.parametrize(("name", "accept", "label"), TABLE)
def test_one_frame_in_the_form_that_was_asked_for(encoded, ask, name, accept, label):
    """Decided by the database, cached, known by the client, and its head alone."""
    path = f"{encoded[name].path}/frames/1"
    first = ask(path, accept)
    if label is None:
        assert (first.status_code, first.json()["error"]["code"]) == (406, "ERR_105")
        return
    check(first, encoded[name], label)
    assert first.headers["Vary"].startswith("Authorization, Accept")
    second = ask(path, accept)
    check(second, encoded[name], label)
    tag = second.headers["ETag"]
    assert tag == first.headers["ETag"]
    assert ask(path, accept, **{"If-None-Match": tag}).status_code == 304
    head = ask(path, accept, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Type"].split(";")[0] == first.headers["Content-Type"].split(";")[0]


@pytest.mark.parametrize("name", [LOSSLESS, RPCL, ANY_HTJ2K, "colour", "many_201"])
def test_htj2k_that_was_sent_is_never_what_it_is_not(encoded, ask, name):
    """Whether it is encoded anew or goes out as it is."""
    for accept in (OHIF, JPHC):
        check(ask(f"{encoded[name].path}/frames/1", accept), encoded[name], None)


@pytest.mark.parametrize(
    ("name", "accept", "label"),
    [
        ("multiframe", OHIF, RPCL),
        ("multiframe", "*/*", LITTLE),
        ("multiframe", f"multipart/related; type={RAW}", LITTLE),
        ("many_201", OHIF, None),
        ("many_201", "*/*", LOSSLESS),
        ("many_201", f"multipart/related; type={RAW}", LITTLE),
    ],
)
def test_lists_of_frames(encoded, ask, name, accept, label):
    answer = ask(f"{encoded[name].path}/frames/3,1,2", accept)
    check(answer, encoded[name], label, frames=(3, 1, 2))
    head = ask(f"{encoded[name].path}/frames/3,1,2", accept, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")


def test_a_bare_frame_answers_byte_ranges(encoded, ask):
    path = f"{encoded['native'].path}/frames/1"
    whole = ask(path, JPHC)
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert int(whole.headers["Content-Length"]) == len(whole.content)
    part = ask(path, JPHC, Range="bytes=0-99")
    assert (part.status_code, part.content) == (206, whole.content[:100])
    assert part.headers["Content-Range"] == f"bytes 0-99/{len(whole.content)}"
    assert ask(path, OHIF, Range="bytes=0-99").status_code == 200
    part = ask(f"{path}?accept={JPHC}", OHIF, Range="bytes=100-")
    assert (part.status_code, part.content) == (206, whole.content[100:])


def test_metadata_tells_the_transfer_syntax_that_is_served(encoded, ask):
    expected = dict.fromkeys(("native", "multiframe", "signed", "jls"), RPCL) | {"lossy": JPEG}
    study = encoded["native"].uids[0]
    whole = ask(f"studies/{study}/metadata").json()
    described = {one["00080018"]["Value"][0]: one.get("00083002") for one in whole}
    assert len(described) == len(encoded)
    for name, syntax in expected.items():
        original = encoded[name]
        series = ask(f"studies/{study}/series/{original.uids[1]}/metadata").json()
        (alone,) = ask(f"{original.path}/metadata").json()
        assert series == [alone]
        assert alone["00083002"] == described[original.uids[2]] == {"vr": "UI", "Value": [syntax]}
        assert alone["00080018"]["Value"] == [original.uids[2]]


def rendered_image(answer):
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(BytesIO(answer.content))).astype(int)


@pytest.mark.parametrize("syntax", FAMILY)
def test_htj2k_is_drawn_in_all_ways(encoded, ask, login, syntax):
    """Like the archive draws the same pixels, sent as they are."""
    study, series, instance = encoded[syntax].uids
    native = encoded["native"]
    for place in (f"studies/{study}/series/{series}", encoded[syntax].path):
        twin = native.path.rpartition("/instances")[0] if place.endswith(series) else native.path
        for suffix in ("/rendered", "/rendered?viewport=90,90", "/thumbnail"):
            ours, theirs = (rendered_image(ask(p + suffix, "image/png")) for p in (place, twin))
            assert ours.shape == theirs.shape
            assert np.abs(ours - theirs).mean() < 6
    assert rendered_image(ask(f"{encoded[syntax].path}/frames/1/rendered", "image/jpeg")).any()
    doctor = login("doctor")
    preview = {
        "studies": study,
        "series": series,
        "instances": instance,
        "orthanc/instances": _orthanc_id(instance),
    }
    for what, key in preview.items():
        answer = doctor.call("GET", f"ris/{what}/{key}/preview/")
        assert answer.headers["Content-Type"] == "image/png"
        assert rendered_image(answer).any()
    wado = f"wado?requestType=WADO&studyUID={study}&seriesUID={series}&objectUID={instance}"
    assert rendered_image(ask(f"{wado}&rows=20&contentType=image/png")).shape == (20, 33)


def _orthanc(method, path, **kwargs):
    credentials = (os.environ["ORTHANC_USERNAME"], os.environ["ORTHANC_PASSWORD"])
    url = f"{os.environ['ORTHANC_URL']}{path}"
    answer = requests.request(method, url, auth=credentials, timeout=60, **kwargs)
    answer.raise_for_status()
    return answer


def _orthanc_id(sop_instance_uid):
    found = _orthanc("POST", "/tools/lookup", data=sop_instance_uid).json()
    return next(entry["ID"] for entry in found if entry["Type"] == "Instance")


def test_stow_takes_htj2k(login):
    pixels = _pixels((1, 16, 16))
    image = encapsulated(pixels, htj2k, PatientID=PATIENT)
    boundary = uuid4().hex
    body = b"".join(
        (
            f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode(),
            part10(image, LOSSLESS),
            f"\r\n--{boundary}--\r\n".encode(),
        )
    )
    radiologist = login("radiologist")
    answer = radiologist.session.post(
        f"{radiologist.base_url}{GATEWAY}/studies",
        data=body,
        headers={
            "Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}',
            "Accept": "application/dicom+json",
        },
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    assert _orthanc_id(image.SOPInstanceUID)


def _files(stack, original):
    orthanc_id = _orthanc_id(original.uids[2])
    return sorted((stack.layout.cdss_data / "htj2k").glob(f"*/{orthanc_id}-*"))


def test_a_missing_file_is_answered_from_the_archive(encoded, ask, stack):
    original = encoded["signed"]
    for said in ({}, {"X-Frame-Missing": "store"}):
        check(ask(f"{original.path}/frames/1", OHIF, **said), original, RPCL)
    (file,) = _files(stack, original)
    file.unlink()
    for _ in range(2):
        answer = ask(f"{original.path}/frames/1", OHIF)
        check(answer, original, None)
    assert ask(f"{original.path}/frames/1", RAW).status_code == 200


def test_a_deleted_instance_leaves_no_frame(encoded, ask, stack):
    original = encoded["multiframe"]
    files = _files(stack, original)
    assert len(files) == 3
    _orthanc("DELETE", f"/instances/{_orthanc_id(original.uids[2])}")
    command = [sys.executable, "manage.py", "find_deletions"]
    live = {name: text for name, text in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=ROOT, env=live, check=True, capture_output=True)
    assert not any(file.exists() for file in files)
    for accept in (OHIF, "*/*"):
        assert ask(f"{original.path}/frames/1", accept).status_code == 404
