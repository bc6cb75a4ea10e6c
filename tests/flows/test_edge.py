"""The doors of the live stack: what nginx, Orthanc and HAPI let in, answer and write down."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from pydicom import dcmread
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage, generate_uid

from common.http.api_client import wait_until
from deploy.native.layout import ROOT, Layout
from tests.bench.support.second_door import second_door, tls_door

BASE = f"http://127.0.0.1:{os.environ.get('CDSS_PORT', '')}"
STOW = "/api/ris/dicom-web/studies"
MULTIPART = {"Content-Type": 'multipart/related; type="application/dicom"; boundary=B'}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def error(self) -> dict[str, str]:
        return json.loads(self.body)["error"]


def ask(
    url: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    url = url if url.startswith("http") else BASE + url
    request = urllib.request.Request(url, body, dict(headers or {}), method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return Answer(response.status, dict(response.headers), response.read())
    except urllib.error.HTTPError as error:
        return Answer(error.code, dict(error.headers), error.read())


def orthanc(path: str) -> Answer:
    pair = f"{os.environ['ORTHANC_USERNAME']}:{os.environ['ORTHANC_PASSWORD']}".encode()
    basic = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    return ask(os.environ["ORTHANC_URL"] + path, headers=basic)


@pytest.fixture
def layout() -> Layout:
    return Layout(Path(os.environ["CDSS_STATE_DIR"]).name)


@pytest.fixture
def instance(tmp_path: Path) -> tuple[Path, str]:
    """A small MR image of its own study, and its Study Instance UID."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    image = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    image.SOPClassUID, image.SOPInstanceUID = MRImageStorage, meta.MediaStorageSOPInstanceUID
    image.StudyInstanceUID, image.SeriesInstanceUID = generate_uid(), generate_uid()
    image.PatientID, image.PatientName = f"EDGE-{uuid4().hex[:8]}", "Edge^Test"
    image.Modality = "MR"
    path = tmp_path / "image.dcm"
    image.save_as(path, enforce_file_format=True)
    return path, image.StudyInstanceUID


def store(path: Path, calling: str, called: str = "NEURONOVA") -> int:
    command = ["storescu", "-aet", calling, "-aec", called, "127.0.0.1"]
    command += [os.environ["ORTHANC_DICOM_PORT"], str(path)]
    return subprocess.run(command, check=False, capture_output=True).returncode


def stored(study_instance_uid: str) -> bool:
    answer = orthanc(f"/dicom-web/studies?StudyInstanceUID={study_instance_uid}")
    return bool(json.loads(answer.body))


@pytest.mark.parametrize(("calling", "called"), [("UNKNOWN", "NEURONOVA"), ("SAMPLE_MOD", "OTHER")])
def test_c_store_of_a_stranger_is_refused(
    instance: tuple[Path, str], calling: str, called: str
) -> None:
    path, study = instance
    assert store(path, calling, called) != 0
    assert not stored(study)


def test_c_store_of_the_known_modality_arrives_and_its_sender_is_on_record(
    instance: tuple[Path, str], login
) -> None:
    path, study = instance
    series = dcmread(path).SeriesInstanceUID
    assert store(path, "SAMPLE_MOD") == 0
    assert stored(study)
    admin = login("admin").session
    logs = f"{BASE}/api/audit/logs/?action=series.receive&object_id={series}"
    [log] = wait_until(lambda: admin.get(logs).json()["results"], bool, what="the record")
    assert (log["source_ip"], log["detail"]["calling_ae_title"]) == ("127.0.0.1", "SAMPLE_MOD")


@pytest.mark.parametrize(
    "path",
    [
        "/_orthanc/system",
        "/_files/ai_seg/",
        "/_error",
        "/readyz",
        "/metrics",
        "/nothing.js",
    ],
)
def test_inner_places_are_not_there_from_outside(path: str) -> None:
    answer = ask(path)
    assert (answer.status, answer.error["code"]) == (404, "ERR_299")
    assert answer.error["request_id"] == answer.headers["X-Request-ID"]


def test_stow_without_a_token_stores_nothing(instance: tuple[Path, str]) -> None:
    path, study = instance
    part = b"--B\r\nContent-Type: application/dicom\r\n\r\n" + path.read_bytes() + b"\r\n--B--\r\n"
    forged = {"X-Original-Method": "GET", "X-Original-URI": "/", "Accept-Language": "en"}
    answer = ask(STOW, "POST", part, MULTIPART | forged)
    assert (answer.status, answer.error["code"]) == (401, "ERR_001")
    assert answer.error["message"] == "Please log in."
    assert not stored(study)


@pytest.mark.parametrize(
    ("method", "path", "size"),
    [
        ("POST", "emr/patients/", 11 << 20),
        ("POST", "acct/login/", 17 << 10),
        ("POST", "acct/token/refresh/", 17 << 10),
        ("PATCH", "acct/me/", 17 << 10),
    ],
)
def test_a_body_above_the_limit_is_refused_in_the_envelope(
    method: str, path: str, size: int
) -> None:
    answer = ask(f"/api/{path}", method, b"x" * size)
    assert (answer.status, answer.error["code"]) == (413, "ERR_104")
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_description_of_the_api_is_a_file_and_so_are_its_pages() -> None:
    described = ask("/api/schema/", headers={"Accept": "application/json"})
    assert json.loads(described.body)["info"]["title"] == "NeuroNova CDSS"
    assert ask("/api/schema/").body == (ROOT / "docs" / "openapi.yaml").read_bytes()
    for page in ("docs", "redoc"):
        answer = ask(f"/api/{page}/")
        assert (answer.status, answer.headers["Content-Type"]) == (200, "text/html")
        assert b"/api/docs/page.js" in answer.body
        assert "unsafe-inline" not in directive(answer, "script-src")
    assert ask("/static/openapi/openapi.json").status == 404


def directive(answer: Answer, name: str) -> str:
    policy = answer.headers["Content-Security-Policy"]
    return next(part for part in policy.split(";") if part.strip().startswith(name))


@pytest.mark.parametrize("path", ["acct/me/", "emr/patients/?page_size=1", "ris/studies/"])
def test_no_browser_keeps_an_answer(login, path: str) -> None:
    answer = login("doctor").session.get(f"{BASE}/api/{path}")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")


def test_strangers_in_a_crowd_wait_and_those_who_have_logged_in_do_not(login) -> None:
    doctor = login("doctor").session
    with ThreadPoolExecutor(16) as pool:
        strangers = pool.map(lambda _: ask("/api/ris/studies/"), range(300))
        known = pool.map(lambda _: doctor.get(f"{BASE}/api/acct/me/").status_code, range(60))
        answers = list(strangers)
    assert set(known) == {200}
    assert {answer.status for answer in answers} == {401, 429}
    refused = next(answer for answer in answers if answer.status == 429)
    assert (refused.error["code"], refused.headers["Retry-After"]) == ("ERR_006", "1")
    assert refused.headers["Cache-Control"] == "no-store"
    wait_until(
        lambda: ask("/api/ris/studies/"), lambda answer: answer.status == 401, what="a free place"
    )


def test_a_made_up_cookie_or_token_does_not_make_a_stranger_known() -> None:
    for headers in ({"Cookie": "a=b"}, {"Authorization": "Bearer x"}):

        def status(_: int, headers: Mapping[str, str] = headers) -> int:
            return ask("/api/ris/studies/", headers=headers).status

        with ThreadPoolExecutor(16) as pool:
            assert 429 in set(pool.map(status, range(200)))


def strangers(port: int, addresses: list[str]) -> list[int]:
    """Statuses for those for whom a proxy speaks."""
    url = f"http://127.0.0.1:{port}/api/ris/studies/"
    return [ask(url, headers={"X-Forwarded-For": address}).status for address in addresses]


@pytest.mark.parametrize(
    "network", ["2001:db8:1:2:%x::1", "2001:db8::%x:2:3:4", "2001:db8::5:%x:2:3:4"]
)
def test_the_addresses_of_one_ipv6_network_share_their_place(layout: Layout, network: str) -> None:
    with second_door(layout, {"TRUSTED_PROXY": "127.0.0.1"}) as port:
        answers = strangers(port, [network % number for number in range(1, 200)])
    assert answers[0] == 401
    assert 429 in answers


def test_addresses_of_other_networks_do_not(layout: Layout) -> None:
    addresses = [f"2001:db8:1:{number:x}::1" for number in range(16, 86)]
    addresses += [f"::ffff:192.0.2.{number}" for number in range(1, 61)]
    addresses += [f"192.0.2.{number}" for number in range(1, 61)]
    with second_door(layout, {"TRUSTED_PROXY": "127.0.0.1"}) as port:
        assert set(strangers(port, addresses)) == {401}


def test_tls_speaks_http_2(layout: Layout) -> None:
    with tls_door(layout) as port:
        command = ["curl", "--silent", "--insecure", "--output", "/dev/null"]
        command += ["--write-out", "%{http_version} %{http_code}"]
        url = f"https://127.0.0.1:{port}/api/acct/me/"
        done = subprocess.run([*command, url], check=True, capture_output=True, text=True)
    assert done.stdout == "2 401"


def test_what_nginx_says_of_a_server_that_is_down_is_kept_by_nobody(layout: Layout) -> None:
    with second_door(layout, {"DJANGO_PORT": "9"}) as port:
        answer = ask(f"http://127.0.0.1:{port}/api/acct/me/")
    assert (answer.status, answer.error["code"]) == (503, "ERR_501")
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_request_that_is_none_gets_an_envelope_too() -> None:
    with socket.create_connection(("127.0.0.1", int(os.environ["CDSS_PORT"]))) as connection:
        connection.sendall(b"GET /..%2f..%2fetc/passwd HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.settimeout(10)
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400")
    assert b'"code":"ERR_102"' in answer


def test_a_request_id_of_the_client_is_not_trusted() -> None:
    answer = ask("/healthz", headers={"X-Request-ID": "forged"})
    assert answer.status == 200
    assert answer.headers["X-Request-ID"] != "forged"


def test_the_access_log_holds_neither_query_nor_token() -> None:
    mark = uuid4().hex
    headers = {"Authorization": f"Bearer {mark}", "Referer": f"http://x/?{mark}", "Cookie": mark}
    request_id = ask(f"/api/ris/studies/?q={mark}", headers=headers).headers["X-Request-ID"]
    log = Path(os.environ["CDSS_STATE_DIR"]) / "log" / "nginx.log"
    text = wait_until(
        lambda: log.read_text(encoding="utf-8"), lambda text: request_id in text, what="the line"
    )
    assert mark not in text
    line = next(json.loads(line) for line in text.splitlines() if request_id in line)
    assert line["path"] == "/api/ris/studies/"


def test_security_headers_are_there_once() -> None:
    headers = ask("/api/acct/me/").headers
    for name in ("X-Content-Type-Options", "X-Frame-Options", "Content-Security-Policy"):
        assert name in headers
    assert headers["Server"] == "nginx"


def test_the_servers_behind_refuse_who_has_no_secret() -> None:
    assert ask(os.environ["ORTHANC_URL"] + "/system").status == 401
    assert ask(os.environ["HAPI_URL"] + "/metadata").status == 401
    wrong = {"Authorization": "Bearer " + "x" * len(os.environ["HAPI_TOKEN"])}
    assert ask(os.environ["HAPI_URL"] + "/metadata", headers=wrong).status == 401
    redis = urlsplit(os.environ["REDIS_URL"])
    with socket.create_connection((redis.hostname, redis.port)) as connection:
        connection.sendall(b"PING\r\n")
        assert connection.recv(64).startswith(b"-NOAUTH")


def test_conditional_writes_at_the_same_time_make_one_resource() -> None:
    headers = {
        "Authorization": f"Bearer {os.environ['HAPI_TOKEN']}",
        "Content-Type": "application/fhir+json",
        "X-Retry-On-Version-Conflict": "retry; max-retries=10",
    }
    for _ in range(5):
        key = f"urn:edge|{uuid4().hex}"
        system, _, value = key.partition("|")
        resource = {"resourceType": "Device", "identifier": [{"system": system, "value": value}]}
        url, body = f"{os.environ['HAPI_URL']}/Device?identifier={key}", json.dumps(resource)

        def put(_: int, url: str = url, body: str = body) -> int:
            return ask(url, "PUT", body.encode(), headers).status

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(put, range(8))) <= {200, 201}
        assert len(json.loads(ask(url, headers=headers).body)["entry"]) == 1


def own_address() -> str:
    """An address of this machine that is not the loopback's; no packet is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but the loopback's")
        return probe.getsockname()[0]


def test_from_outside_no_server_of_ours_can_be_reached() -> None:
    """All listen on the loopback alone, the archive with both of its ports."""
    address = own_address()
    ports = {name: int(port) for name, port in os.environ.items() if name.endswith("_PORT")}
    assert {"ORTHANC_PORT", "ORTHANC_DICOM_PORT", "REDIS_PORT", "CDSS_PORT"} <= ports.keys()
    assert [name for name, port in ports.items() if listens(address, port)] == []
    assert listens("127.0.0.1", ports["ORTHANC_PORT"])


def listens(address: str, port: int) -> bool:
    with socket.socket() as connection:
        connection.settimeout(5)
        return connection.connect_ex((address, port)) == 0
