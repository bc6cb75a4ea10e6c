"""STOW-RS on the live stack: large bodies, broken ones, and an archive that goes away."""

from __future__ import annotations

import os
import socket
import time
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from dicomweb_client.api import DICOMwebClient
from pydicom import Dataset, dcmread
from pydicom.uid import generate_uid

from common.http.api_client import wait_until
from pacs.tests.dicom_files import evidence, mr_image, part10, referring
from tests.flows.conftest import thorough
from tests.flows.images import unique_patient_id

MIB = 1 << 20
STOW = "/api/ris/dicom-web/studies"
HEADERS = {
    "Content-Type": 'multipart/related; type="application/dicom"; boundary=B',
    "Accept": "application/dicom+json",
}
HEAD = b"--B\r\nContent-Type: application/dicom\r\n\r\n"
PEAK_GROWTH = 96 * MIB
NOT_SHARED = "P2026-0001"  # of the sample patients, the one whom the external user does not see


@pytest.fixture(autouse=True)
def nothing_is_left_on_disk():
    yield
    folder = Path(os.environ["CDSS_DATA_DIR"]) / "tmp"
    wait_until(
        lambda: list(folder.glob("upload-*")), lambda left: not left, what="temporary files gone"
    )


@pytest.fixture
def post(login):
    """``post(chunks, user)``: the response. Chunks are sent as they are made."""

    def send(chunks, username="radiologist", path=STOW, **headers):
        client = login(username)
        return client.session.post(
            client.base_url + path, data=chunks, headers=HEADERS | headers, timeout=600
        )

    return send


@pytest.fixture
def growth(stack):
    """``growth()``: how much the memory of Django's fattest process has grown at its peak."""

    def peak():
        group = os.getpgid(stack.pid("django"))
        found = [0]
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                if os.getpgid(int(status.parent.name)) == group:
                    line = next(x for x in status.read_text().splitlines() if "VmHWM" in x)
                    found.append(int(line.split()[1]) << 10)
            except (ProcessLookupError, FileNotFoundError, StopIteration):
                continue
        return max(found)

    before = peak()
    return lambda: peak() - before


def series(count, **attributes):
    common = {
        "PatientID": unique_patient_id(),
        "StudyInstanceUID": generate_uid(),
        "SeriesInstanceUID": generate_uid(),
    } | attributes
    return [mr_image(**common, InstanceNumber=number + 1) for number in range(count)]


def body(files):
    for file in files:
        yield HEAD + file + b"\r\n"
    yield b"--B--\r\n"


def reasons(response, sequence="FailedSOPSequence"):
    answer = Dataset.from_json(response.text)
    return [item.FailureReason for item in answer.get(sequence, [])]


@thorough
def test_two_thousand_instances_in_one_request(post, growth, ask_studies):
    images = series(2000)
    started = time.monotonic()
    answer = post(body(map(part10, images)))
    assert answer.status_code == 200, answer.text[:500]
    stored = Dataset.from_json(answer.text).ReferencedSOPSequence
    assert [s.ReferencedSOPInstanceUID for s in stored] == [i.SOPInstanceUID for i in images]
    assert time.monotonic() - started < 280, "nginx waits 300 s for an answer"
    assert growth() < PEAK_GROWTH


@thorough
def test_two_gigabytes(post, growth):
    (image,) = series(1)

    def huge():
        yield HEAD + part10(image)
        for _ in range(2048):
            yield bytes(MIB)
        yield b"\r\n" + HEAD + part10(image) + b"\r\n--B--"

    answer = post(huge())
    assert (answer.status_code, reasons(answer, "OtherFailuresSequence")) == (202, [0xA700])
    assert growth() < PEAK_GROWTH


def test_a_body_beyond_all_limits_is_refused_in_the_envelope(login):
    client = login("radiologist")
    parts = urlsplit(client.base_url)
    head = (
        f"POST {STOW} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {9 << 30}\r\n"
        f"Authorization: {client.session.headers['Authorization']}\r\n"
        f"Content-Type: {HEADERS['Content-Type']}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(head.encode())
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 413")
    assert b'"code":"ERR_104"' in answer


@pytest.mark.parametrize("username", ["nurse", None])
def test_a_refusal_does_not_wait_for_the_body(login, base_url, username):
    parts = urlsplit(base_url)
    token = (
        f"Authorization: {login(username).session.headers['Authorization']}\r\n" if username else ""
    )
    head = (
        f"POST {STOW} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: 100000000\r\n"
        f"{token}Content-Type: {HEADERS['Content-Type']}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
        connection.sendall(head.encode())
        answer = connection.makefile("rb").readline()
    assert answer.split()[1] == (b"403" if username else b"401")


def test_a_body_that_breaks_off_stores_nothing(login, base_url, ask_studies):
    first, second = series(2)
    parts = urlsplit(base_url)
    token = login("radiologist").session.headers["Authorization"]
    failures = {"action": "dicomweb.store", "outcome": "failed"}
    before = login("admin").get("audit/logs/", **failures)["count"]
    head = (
        f"POST {STOW} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: {token}\r\n"
        f"Content-Length: 100000000\r\nContent-Type: {HEADERS['Content-Type']}\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(head.encode() + HEAD + part10(first) + b"\r\n" + HEAD + part10(second))
        folder = Path(os.environ["CDSS_DATA_DIR"]) / "tmp"
        wait_until(lambda: list(folder.glob("upload-*")), bool, what="Django reading the body")
    wait_until(
        lambda: login("admin").get("audit/logs/", **failures)["count"],
        lambda count: count > before,
        what="the failure on record",
        timeout_s=30,
    )
    assert archived(first.SOPInstanceUID) == archived(second.SOPInstanceUID) == []


def archived(sop_instance_uid):
    """What the archive holds under this UID, asked of the archive itself."""
    auth = (os.environ["ORTHANC_USERNAME"], os.environ["ORTHANC_PASSWORD"])
    url = f"{os.environ['ORTHANC_URL']}/tools/lookup"
    return requests.post(url, data=sop_instance_uid, auth=auth, timeout=10).json()


def test_dicomweb_client_stores_a_study_with_its_report(login, ask_studies):
    client = login("doctor")
    headers = {"Authorization": client.session.headers["Authorization"]}
    web = DICOMwebClient(f"{client.base_url}/api/ris/dicom-web", headers=headers)
    images = series(3)
    study, uid = images[0].StudyInstanceUID, images[0].SeriesInstanceUID
    report = referring(
        evidence(study, uid, *(i.SOPInstanceUID for i in images)),
        PatientID=images[0].PatientID,
        StudyInstanceUID=study,
    )
    files = [dcmread(BytesIO(part10(thing))) for thing in (report, *images)]
    answer = web.store_instances(files, study_instance_uid=study)
    assert len(answer.ReferencedSOPSequence) == 4
    assert "FailedSOPSequence" not in answer
    ask_studies.wait_unmatched(study, 4)


def test_a_report_on_a_strangers_images_is_refused_as_one_on_nothing(login, post, studies):
    uid = studies[NOT_SHARED]
    tree = login("doctor").get(f"ris/studies/{uid}/")
    series_uid = tree["series"][0]["series_instance_uid"]
    images = login("doctor").get(f"ris/series/{series_uid}/")["instances"]
    known = evidence(uid, series_uid, *(i["sop_instance_uid"] for i in images))
    unknown = evidence("1.2.3", "1.2.3.4", "1.2.3.4.5")
    for found in (known, unknown):
        answer = post(body([part10(referring(found))]), "external")
        assert (answer.status_code, reasons(answer)) == (409, [0x0112])
    report = referring(known, StudyInstanceUID=uid, PatientID=NOT_SHARED)
    assert post(body([part10(report)]), "doctor").status_code == 200


def test_an_external_persons_image_is_held(login, post, ask_studies):
    (image,) = series(1, PatientID=NOT_SHARED)
    assert post(body([part10(image)]), "external").status_code == 200
    ask_studies.wait_unmatched(image.StudyInstanceUID)


def test_an_archive_that_is_down_and_comes_back(post, stack):
    (image,) = series(1)
    stack.stop_one("orthanc")
    try:
        answer = post(body([part10(image), b"garbage"]))
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "ERR_502")
    finally:
        stack.start_one("orthanc")
    wait_until(
        lambda: post(body([part10(image)])).status_code,
        lambda status: status == 200,
        what="the archive back",
    )
