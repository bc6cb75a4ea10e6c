"""Images from people, on the live stack: bad input among good, and nothing left behind."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from common.http.api_client import wait_until
from common.http.multipart import MultipartFiles
from pacs.tests.dicom_files import bare, mr_image, part10, zipped
from tests.flows.conftest import thorough
from tests.flows.images import unique_patient_id

GIB = 1 << 30
KNOWN = "P2026-0001"
OTHER = "P2026-0002"
OF_STUDY = "FROM ris_study WHERE study_instance_uid = %s"


@pytest.fixture
def send(login, tmp_path):
    """``send({name: bytes or Path}, user, **fields)``: (status, {name: code or status}, body)."""

    def upload(files, username="radiologist", **fields):
        paths = []
        for number, (name, content) in enumerate(files.items()):
            path = content
            if isinstance(content, bytes):
                path = tmp_path / str(number)
                path.write_bytes(content)
            paths.append((name, path))
        body = MultipartFiles("files", paths, fields)
        client = login(username)
        response = client.session.post(
            f"{client.base_url}/api/ris/upload/dicom/",
            data=body,
            headers={"Content-Type": body.content_type},
            timeout=600,
        )
        answer = response.json()
        results = {f["name"]: f["code"] or f["status"] for f in answer.get("files", [])}
        return response.status_code, results, answer

    return upload


@pytest.fixture(autouse=True)
def nothing_is_left_on_disk():
    yield
    wait_until(temporary_files, lambda left: not left, what="temporary files gone")


def temporary_files():
    return list((Path(os.environ["CDSS_DATA_DIR"]) / "tmp").glob("upload-*"))


def image(**attributes):
    return mr_image(**({"PatientID": unique_patient_id()} | attributes))


def stored_pixels(sop_instance_uid):
    """The pixels of all that the archive holds under this UID, asked of the archive itself."""
    url = os.environ["ORTHANC_URL"]
    with requests.Session() as archive:
        archive.auth = (os.environ["ORTHANC_USERNAME"], os.environ["ORTHANC_PASSWORD"])
        found = archive.post(f"{url}/tools/lookup", data=sop_instance_uid, timeout=10).json()
        return [
            archive.get(f"{url}/instances/{entry['ID']}/frames/0/raw", timeout=10).content
            for entry in found
        ]


def test_garbage_and_truncated_files_among_good_ones(send):
    good = image()
    whole = part10(image())
    status, results, answer = send(
        {
            "study/0001.dcm": part10(good),
            "study/garbage.dcm": os.urandom(100_000),
            "study/truncated.dcm": whole[: len(whole) // 2],
            "study/0002.dcm": bare(image()),
        }
    )
    assert status == 207
    assert results == {
        "study/0001.dcm": "stored",
        "study/garbage.dcm": "ERR_110",
        "study/truncated.dcm": "ERR_110",
        "study/0002.dcm": "stored",
    }
    assert stored_pixels(good.SOPInstanceUID) == [good.PixelData]
    assert good.StudyInstanceUID in [s["study_instance_uid"] for s in answer["studies"]]


def test_a_zip_bomb_and_paths_out_of_a_zip(send):
    bomb = zipped({f"{n}.dcm": bytes(100 << 20) for n in range(3)})
    bundle = zipped(
        {
            "a/0001.dcm": part10(image()),
            "../../escape.dcm": part10(image()),
            "/absolute.dcm": part10(image()),
        }
    )
    status, results, _ = send({"bomb.zip": bomb, "study.zip": bundle, "b.dcm": part10(image())})
    assert status == 207
    assert results == {
        "bomb.zip": "ERR_114",
        "study.zip/a/0001.dcm": "stored",
        "study.zip/../../escape.dcm": "ERR_113",
        "study.zip//absolute.dcm": "ERR_113",
        "b.dcm": "stored",
    }


@thorough
def test_a_file_of_two_gigabytes(send, tmp_path):
    huge = tmp_path / "huge"
    with huge.open("wb") as stream:
        stream.write(part10(image()))
        stream.truncate(2 * GIB)
    status, results, _ = send(
        {"a.dcm": part10(image()), "huge.dcm": huge, "b.dcm": part10(image())}
    )
    assert (status, results) == (207, {"a.dcm": "stored", "huge.dcm": "ERR_116", "b.dcm": "stored"})


def test_the_same_file_twice(send):
    file = part10(image())
    assert send({"a": file})[:2] == (201, {"a": "stored"})
    assert send({"a": file})[:2] == (201, {"a": "duplicate"})


def test_other_pixels_under_a_known_sop_instance_uid(send):
    first = image()
    assert send({"first": part10(first)})[0] == 201
    original = first.PixelData
    first.PixelData = bytes(len(original))
    status, results, answer = send({"second": part10(first)})
    assert (status, results) == (400, {"second": "ERR_305"})
    assert answer["files"][0]["message"].startswith("The UID is already used for different content")
    assert stored_pixels(first.SOPInstanceUID) == [original]


def test_a_patient_id_that_contradicts(send):
    file = part10(image(PatientID=OTHER))
    assert send({"a": file}, patient_id=KNOWN)[:2] == (400, {"a": "ERR_112"})


def test_nobody_uploads_without_the_right(send, base_url):
    for username in ("nurse", "labtech", "patient"):
        assert send({"a": part10(image())}, username)[0] == 403
    answer = requests.post(f"{base_url}/api/ris/upload/dicom/", files={"files": b"x"}, timeout=10)
    assert answer.status_code == 401


def test_an_unknown_patient_waits_for_radiology(send, login, ask_studies, stack):
    found = image()
    uid = found.StudyInstanceUID
    assert send({"a": part10(found)}, "external")[0] == 201
    ask_studies.wait_unmatched(uid)
    for username in ("doctor", "nurse", "external", "patient"):
        get = login(username).call("GET", f"ris/studies/{uid}/", also=(403, 404))
        assert get.status_code == 404
        unmatched = login(username).call("GET", "ris/unmatched/", also=(403,))
        assert unmatched.status_code == 403
    study_id = stack.number(f"SELECT id {OF_STUDY}", uid)
    wait_until(
        lambda: login("admin").get("alert/notifications/", page_size=200)["results"],
        lambda rows: (
            ("study_unmatched", study_id)
            in [(row["kind"], row["params"].get("study_id")) for row in rows]
        ),
        what="alert",
    )
    login("radiologist").post(f"ris/unmatched/{uid}/match/", json={"patient_id": OTHER})
    study = login("doctor").get(f"ris/studies/{uid}/")
    assert study["patient"]["patient_id"] == OTHER


def test_an_external_persons_file_of_a_known_patient_is_not_put_into_the_record(
    send, login, ask_studies, stack
):
    found = image(PatientID=KNOWN)
    assert send({"a": part10(found)}, "external")[:2] == (201, {"a": "stored"})
    ask_studies.wait_unmatched(found.StudyInstanceUID)
    settled = f"SELECT COUNT(*) {OF_STUDY} AND stable_at IS NOT NULL"
    wait_until(lambda: stack.number(settled, found.StudyInstanceUID), bool, what="a stable study")
    answer = login("doctor").call("GET", f"ris/studies/{found.StudyInstanceUID}/", also=(404,))
    assert answer.status_code == 404


@thorough
def test_the_sample_command_is_safe_to_repeat(stack, login):
    def counts():
        rows = login("doctor").get("ris/studies/", patient_id=KNOWN)["results"]
        return {row["study_instance_uid"]: row["instance_count"] for row in rows}

    stack.manage("upload_sample_dicoms")
    before = counts()
    stack.manage("upload_sample_dicoms")
    assert counts() == before


def test_an_upload_that_breaks_off_leaves_nothing(login, base_url):
    parts = urlsplit(base_url)
    token = login("radiologist").session.headers["Authorization"]
    head = (
        "POST /api/ris/upload/dicom/ HTTP/1.1\r\n"
        f"Host: {parts.netloc}\r\nAuthorization: {token}\r\nContent-Length: 100000000\r\n"
        "Content-Type: multipart/form-data; boundary=B\r\n\r\n"
        '--B\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n'
    )
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(head.encode() + bytes(5_000_000))
        wait_until(temporary_files, bool, what="Django reading the body")


def test_an_archive_that_is_down_and_comes_back(send, stack):
    file = part10(image())
    stack.stop_one("orthanc")
    try:
        status, results, _ = send({"a": file, "garbage": b"x"})
        assert (status, results) == (503, {"a": "ERR_502", "garbage": "ERR_110"})
    finally:
        stack.start_one("orthanc")
    wait_until(
        lambda: send({"a": file})[:2],
        lambda answer: answer == (201, {"a": "stored"}),
        what="the archive back",
    )
