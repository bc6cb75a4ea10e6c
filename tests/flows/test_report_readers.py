"""200 readers type and sign at once while the server is killed: no report and no word is lost."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
import requests
from pydicom import dcmread

from common.http.api_client import wait_until
from pacs.tests.dicom_files import mr_image, part10
from tests.flows.conftest import PASSWORDS, thorough, upload

READERS, SAVES = 200, 4
PATIENT = "P2026-0001"
ANSWER_S, PATIENCE_S, PAUSE_S = 20, 300, 0.5
UNANSWERED = range(500, 600)


@pytest.fixture
def written_on(login, sample_files, tmp_path):
    """Studies of one image each, as many as readers, of a known patient."""
    like = dcmread(sample_files[PATIENT][0], stop_before_pixels=True)
    names = ("PatientID", "PatientName", "PatientBirthDate", "PatientSex")
    same = {name: like.get(name) for name in names}
    files, uids = [], []
    for number in range(READERS):
        image = mr_image(**same, StudyDescription=f"reader {number}")
        files.append(tmp_path / f"{number}.dcm")
        files[-1].write_bytes(part10(image))
        uids.append(image.StudyInstanceUID)
    client = login("radiologist")
    for begin in range(0, READERS, 50):
        assert upload(client, files[begin : begin + 50]).status_code == 201
    wait_until(
        lambda: client.get("ris/studies/", patient_id=PATIENT, page_size=1)["count"],
        lambda count: count >= READERS,
        what="the studies in the index",
        timeout_s=120,
    )
    return uids


class Reader:
    """Saves as the page does: one request at a time, again until the server answers."""

    def __init__(self, client, study):
        self.client, self.study = client, study
        self.session = requests.Session()
        self.session.headers.update(client.session.headers)
        self.confirmed: dict[str, str] = {}
        self.retries = 0

    def send(self, method, path, body, version=None):
        tag = {} if version is None else {"If-Match": f'"{version}"'}
        url, end = f"{self.client.base_url}/api/ris/{path}", time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = self.session.request(method, url, json=body, headers=tag, timeout=ANSWER_S)
            except requests.RequestException:
                answer = None
            if answer is not None and answer.status_code not in (*UNANSWERED, 429):
                return answer
            assert time.monotonic() < end, "the server did not come back"
            self.retries += 1
            time.sleep(PAUSE_S)

    def step(self, method, path, body, version, done):
        """A retry may find that the answer alone was lost: then what it asked for is there."""
        answer = self.send(method, path, body, version)
        if answer.status_code == 409:
            answer = self.send("GET", f"reports/{self.id}/", None)
            assert done(answer.json()), answer.text
        assert answer.status_code == 200, answer.text
        return answer.json()

    def write(self, begun: Event):
        body = {"study_instance_uid": self.study, "template": "general", "language": "en"}
        answer = self.send("POST", "reports/", body)
        if answer.status_code == 409:  # begun, and the answer lost
            self.id = int(answer.json()["error"]["detail"].split()[-1])
        else:
            assert answer.status_code == 201, answer.text
            self.id = answer.json()["id"]
        report, version = f"reports/{self.id}/", 1
        begun.set()
        for number in range(SAVES):
            text = {"findings": f"{self.study} {number}", "impression": f"as typed {number}"}
            saved = self.step(
                "PATCH",
                report,
                {"sections": text},
                version,
                lambda now, text=text: text.items() <= now["sections"].items(),
            )
            version, self.confirmed = saved["version"], text
        self.step(
            "POST",
            f"{report}sign/",
            {"password": PASSWORDS["radiologist"]},
            version,
            lambda now: now["status"] == "signed",
        )
        return self


@thorough
def test_no_report_of_200_readers_is_lost_when_the_server_is_killed(login, written_on, stack):
    client, begun = login("radiologist"), Event()
    with ThreadPoolExecutor(READERS) as pool:
        writing = [pool.submit(Reader(client, uid).write, begun) for uid in written_on]
        assert begun.wait(60)
        for _ in range(2):
            time.sleep(5)
            stack.kill("django")
            stack.wait_running("django")
        readers = [one.result() for one in writing]
    assert sum(reader.retries for reader in readers) > 0, "nobody noticed the kill"
    for reader in readers:
        found = client.get(f"ris/reports/{reader.id}/")
        assert (found["status"], found["in_force"]) == ("signed", True)
        assert reader.confirmed.items() <= found["sections"].items()
        versions = client.get(f"ris/reports/{reader.id}/versions/", page_size=50)["results"]
        assert [one["number"] for one in versions] == [*range(found["version"], 0, -1)]
