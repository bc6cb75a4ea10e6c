"""Real clients through the gateway: the same bytes as the archive itself, for who may have them."""

from __future__ import annotations

import http.client
import json
import os
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import urlsplit

import pytest
import requests
from dicomweb_client.api import DICOMwebClient
from pydicom import dcmread

from common.http.api_client import wait_until
from pacs.tests.dicom_files import mr_image, part10
from tests.flows.images import unique_patient_id

PATIENT = "P2026-0002"
SLICES = 25
STORED_FRAMES = 'multipart/related; type="application/octet-stream"'
ANY_FRAMES = f"{STORED_FRAMES}; transfer-syntax=*"
GATEWAY = "/api/ris/dicom-web"
DICOM_JSON = {"Accept": "application/dicom+json"}


@dataclass(frozen=True)
class Volume:
    """The MR series of the sample study; ``path`` is relative to the gateway's root."""

    study: str
    series: str
    instances: list[str]

    @property
    def path(self) -> str:
        return f"studies/{self.study}/series/{self.series}"

    def instance(self, number: int = 0) -> str:
        return f"{self.path}/instances/{self.instances[number]}"


@pytest.fixture(scope="module")
def doctor(login):
    return login("doctor")


@pytest.fixture(scope="module")
def volume(doctor, studies):
    tree = doctor.get(f"ris/studies/{studies[PATIENT]}/")
    series = next(s for s in tree["series"] if s["modality"] == "MR")["series_instance_uid"]
    instances = doctor.get(f"ris/series/{series}/")["instances"]
    return Volume(studies[PATIENT], series, [i["sop_instance_uid"] for i in instances])


@pytest.fixture(scope="module")
def gateway(doctor):
    """``gateway(path, …)``: GET below the gateway's root as the doctor."""

    def ask(path, accept="*/*", method="GET", client=doctor):
        url = f"{client.base_url}{GATEWAY}/{path}"
        return client.session.request(method, url, headers={"Accept": accept}, timeout=60)

    return ask


@pytest.fixture(scope="module")
def archive():
    """The same of Orthanc itself."""
    session = requests.Session()
    session.auth = (os.environ["ORTHANC_USERNAME"], os.environ["ORTHANC_PASSWORD"])

    def ask(path, accept="*/*"):
        url = f"{os.environ['ORTHANC_URL']}/dicom-web/{path}"
        return session.get(url, headers={"Accept": accept}, timeout=60)

    return ask


@pytest.fixture(scope="module")
def web(doctor):
    headers = {"Authorization": doctor.session.headers["Authorization"]}
    return DICOMwebClient(f"{doctor.base_url}{GATEWAY}", headers=headers)


def parts(response):
    """(Content-Type, bytes) of each part of a multipart answer."""
    boundary = response.headers["Content-Type"].partition("boundary=")[2].strip('"').encode()
    found = []
    for part in response.content.split(b"--" + boundary)[1:-1]:
        head, _, body = part.partition(b"\r\n\r\n")
        lines = [line for line in head.splitlines() if line.lower().startswith(b"content-type")]
        found.append((lines[0].partition(b":")[2].strip().decode(), body[:-2]))
    return found


def test_every_frame_has_the_archives_bytes(gateway, archive, volume):
    """Of those that are asked for as they are stored."""
    assert len(volume.instances) == SLICES
    for number in range(SLICES):
        path = f"{volume.instance(number)}/frames/1"
        ours, theirs = gateway(path, STORED_FRAMES), archive(path, ANY_FRAMES)
        assert ours.status_code == 200, ours.text
        assert ours.headers["Content-Type"].startswith("multipart/related; type=")
        assert "charset" not in ours.headers["Content-Type"]
        assert parts(ours) == parts(theirs)
        assert len(parts(ours)[0][1]) == 256 * 256 * 2


@pytest.mark.parametrize(
    ("suffix", "accept"),
    [
        ("", "*/*"),
        ("", 'multipart/related; type="application/dicom"'),
        ("/frames/1", "*/*"),
    ],
)
def test_multipart_retrievals_equal_the_archives(gateway, archive, volume, suffix, accept):
    path = volume.instance() + suffix
    assert parts(gateway(path, accept)) == parts(archive(path))


def test_bulk_data_equals_the_archives(gateway, archive, volume):
    path = f"{volume.instance()}/bulk/7fe00010"
    ((_, ours),), ((_, theirs),) = parts(gateway(path)), parts(archive(path))
    assert ours == theirs


@pytest.mark.parametrize("accept", ["image/jpeg", "image/png"])
def test_a_picture_is_ours_kept_by_its_parameters_and_decided_each_time(
    gateway, volume, stack, login, accept
):
    path = f"{volume.instance(SLICES // 2)}/rendered?viewport=64,{60 + len(accept)}"
    first = gateway(path, accept)
    assert first.headers["Content-Type"] == accept, first.text
    kept = sum(1 for file in (stack.layout.data / "frames").rglob("*") if file.is_file())
    again = gateway(path, accept)
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["Cache-Control"] == "private, no-cache"
    found = sum(1 for file in (stack.layout.data / "frames").rglob("*") if file.is_file())
    assert found == kept, "nginx had it"
    assert gateway(f"{path}&window=9,9,linear", accept).content != first.content
    refused = gateway(path, accept, client=login("nurse"))
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "ERR_005")


def test_metadata_equals_the_archives_and_leads_back_to_us(gateway, archive, volume):
    ours = gateway(f"{volume.path}/metadata", "application/dicom+json")
    assert ours.headers["Content-Type"] == "application/dicom+json"
    ours, theirs = ours.json(), archive(f"{volume.path}/metadata").json()
    assert len(ours) == SLICES
    for answer in (ours, theirs):
        answer.sort(key=lambda one: one["00080018"]["Value"])
    for mine, other in zip(ours, theirs, strict=True):
        uri = mine.pop("7FE00010")["BulkDataURI"]
        other.pop("7FE00010")
        mine.pop("00083002", None)  # which the archive cannot know
        assert f"{GATEWAY}/{volume.path}/instances/" in uri
        assert mine == other
    path = urlsplit(uri).path.partition(f"{GATEWAY}/")[2]
    assert len(parts(gateway(path))[0][1]) == 256 * 256 * 2


def test_searching_studies_equals_the_archives(gateway, archive, volume):
    query = f"studies?StudyInstanceUID={volume.study}&includefield=00081030"
    (ours,), (theirs,) = gateway(query).json(), archive(query).json()
    for tag in ("00080020", "00080030", "00080050", "00100010", "00100020", "00100030"):
        assert ours[tag] == theirs[tag], tag
    for tag in ("00100040", "0020000D", "00200010"):
        assert ours[tag] == theirs[tag], tag
    assert urlsplit(ours["00081190"]["Value"][0]).path == f"{GATEWAY}/studies/{volume.study}"


def test_dicomweb_client_works_unchanged(web, volume):
    uids = (volume.study, volume.series, volume.instances[0])
    found = web.search_for_studies(search_filters={"PatientID": PATIENT, "ModalitiesInStudy": "MR"})
    assert volume.study in [study["0020000D"]["Value"][0] for study in found]
    series = web.search_for_series(volume.study, fields=["SeriesDate"])
    assert volume.series in [row["0020000E"]["Value"][0] for row in series]
    rows = web.search_for_instances(volume.study, volume.series, limit=3, offset=1)
    assert len(rows) == 3
    assert len(web.retrieve_series_metadata(volume.study, volume.series)) == SLICES
    instance = web.retrieve_instance(*uids)
    assert instance.SOPInstanceUID == uids[2]
    assert len(web.retrieve_series(volume.study, volume.series)) == SLICES
    (frame,) = web.retrieve_instance_frames(*uids, frame_numbers=[1])
    assert frame == instance.PixelData
    assert web.retrieve_instance_rendered(*uids)[:2] == b"\xff\xd8"


def test_what_dicomweb_client_stores_is_answered_with_our_address(web, login):
    image = dcmread(BytesIO(part10(mr_image(PatientID=unique_patient_id()))))
    answer = web.store_instances([image])
    assert not answer.get("FailedSOPSequence")
    stored = answer.ReferencedSOPSequence[0]
    assert stored.ReferencedSOPInstanceUID == image.SOPInstanceUID
    assert f"{GATEWAY}/studies/{image.StudyInstanceUID}" in stored.RetrieveURL
    wait_until(
        lambda: login("radiologist").get(
            "ris/unmatched/", study_instance_uid=image.StudyInstanceUID
        )["count"],
        lambda count: count == 1,
        what="the stored study in the index",
    )


def test_head_answers_like_get_without_a_body(gateway, volume):
    for path in (
        "studies",
        volume.path,
        f"{volume.path}/metadata",
        f"{volume.instance()}/frames/1",
        f"{volume.instance()}/rendered",
    ):
        answer = gateway(path, method="HEAD")
        assert (answer.status_code, answer.content) == (200, b""), path
        kind = gateway(path).headers["Content-Type"].partition(";")[0]
        assert answer.headers["Content-Type"].partition(";")[0] == kind


def test_previews_are_png(doctor, volume):
    for path in (
        f"studies/{volume.study}/preview/",
        f"series/{volume.series}/preview/",
        f"instances/{volume.instances[0]}/preview/",
    ):
        answer = doctor.call("GET", f"ris/{path}")
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.content.startswith(b"\x89PNG")


@pytest.mark.parametrize("username", ["nurse", "labtech"])
def test_pixels_need_the_right_to_pixels(gateway, login, volume, username):
    answer = gateway(f"{volume.instance()}/frames/1", client=login(username))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ERR_005")


def test_nobody_gets_nothing(base_url, volume):
    for path in ("studies", volume.path, f"{volume.instance()}/frames/1"):
        answer = requests.get(f"{base_url}{GATEWAY}/{path}", timeout=30)
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "ERR_001")


@pytest.mark.parametrize(
    "path",
    [
        "/_orthanc/system",
        "/_orthanc/dicom-web/studies",
        "//_orthanc/system",
        "/%5forthanc/system",
        "/api/../_orthanc/system",
        f"{GATEWAY}/../../../_orthanc/system",
        f"{GATEWAY}/studies/..",
        f"{GATEWAY}/studies/%2e%2e/instances",
        f"{GATEWAY}//studies",
        f"{GATEWAY}/studies;x=1",
        f"{GATEWAY}/STUDIES",
        f"{GATEWAY}/studies/1.2%00",
        f"{GATEWAY}/studies/1.2%0d%0aX-Accel-Redirect:%20/_orthanc/system",
        f"{GATEWAY}/series/",
        f"{GATEWAY}/studies/{{study}}/archive",
        f"{GATEWAY}/studies/{{study}}%2f..%2f..%2f..%2fsystem",
        f"{GATEWAY}/{{instance}}/frames/{'1,' * 1500}1",
        f"{GATEWAY}/{{instance}}/frames/{'1,' * 3500}1",
        f"{GATEWAY}/{{instance}}/frames/{'1,' * 100000}1",
        f"{GATEWAY}/{{instance}}/frames/0",
        f"{GATEWAY}/{{instance}}/frames/2",
    ],
)
def test_refused_paths_on_the_wire(doctor, volume, path):
    """Sent as written: no client tidies them up."""
    address = urlsplit(doctor.base_url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    headers = {
        "Authorization": doctor.session.headers["Authorization"],
        "X-Accel-Redirect": "/_orthanc/system",
        "X-Original-URI": f"{GATEWAY}/studies",
    }
    path = path.format(study=volume.study, instance=volume.instance())
    connection.putrequest("GET", path, skip_host=False)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert 400 <= answer.status < 500
    assert answer.getheader("Content-Type") == "application/json"
    assert json.loads(body)["error"]["code"].startswith("ERR_")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_methods_that_change_never_reach_the_archive(gateway, volume, method):
    for path in ("studies", f"studies/{volume.study}", volume.path):
        answer = gateway(path, method=method)
        assert (answer.status_code, answer.json()["error"]["code"]) == (405, "ERR_106")
    assert gateway(volume.path, method="POST").status_code == 405


def test_what_the_archive_refuses_is_answered_in_our_words(gateway, volume):
    answer = gateway(f"{volume.instance()}/bulk/00420011")
    assert answer.status_code in (400, 404)
    assert answer.json()["error"]["code"].startswith("ERR_")
