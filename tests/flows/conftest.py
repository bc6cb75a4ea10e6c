"""The live stack of bin/test: its address, its people, its processes, the sample images."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import MySQLdb
import pydicom
import pytest
import requests

from common.http.api_client import ApiClient, wait_until
from deploy.native.layout import ROOT, Layout
from deploy.native.stack import Stack
from pacs.dicom.uids import derived_uid
from pacs.management.nifti_to_dicom import SAMPLES, write_series
from tests.flows.images import StudyQuestions

PASSWORDS = {
    "admin": "admin123",
    "doctor": "doctor123",
    "radiologist": "radiologist123",
    "labtech": "labtech123",
    "nurse": "nurse123",
    "patient": "patient123",
    "external": "external123",
}
EVERYTHING = bool(os.environ.get("CDSS_TEST_THOROUGH"))
thorough = pytest.mark.skipif(not EVERYTHING, reason="one of the longest: bin/test --thorough")
STEP = 4
ACCESSION = {"P2026-0001": "RIS2026-0001", "P2026-0002": "RIS2026-0002"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those marked ``last`` come last."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    marker = item.get_closest_marker("last")
    return marker.args[0] if marker else 0


class LiveStack(Stack):
    """The running processes, with a hand on their switches, and their database."""

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout)
        self._killed: dict[str, int] = {}

    def pid(self, name: str) -> int:
        return self.supervisor.processes()[name].pid

    def kill(self, name: str) -> None:
        """SIGKILL the process and its children; supervisord starts it again."""
        self._killed[name] = self.pid(name)
        os.killpg(os.getpgid(self._killed[name]), signal.SIGKILL)

    def stop_one(self, name: str) -> None:
        self.supervisor._rpc.stopProcess(name)

    def start_one(self, name: str) -> None:
        self.supervisor._rpc.startProcess(name)

    def wait_running(self, name: str) -> None:
        """Until it runs; after a kill, the process that came in its place."""
        wait_until(
            lambda: self.supervisor.processes()[name],
            lambda found: found.state == "RUNNING" and found.pid != self._killed.get(name),
            what=name,
        )

    @contextmanager
    def database(self) -> Iterator[Any]:
        """A cursor in the stack's database, as its owner."""
        url = urlsplit(self.settings["DATABASE_OWNER_URL"])
        connection = MySQLdb.connect(
            host=url.hostname,
            port=url.port,
            user=url.username,
            password=url.password,
            database=url.path.lstrip("/"),
            charset="utf8mb4",
            autocommit=True,
        )
        with connection, connection.cursor() as cursor:
            yield cursor

    def number(self, question: str, *values: object) -> Any:
        """The first value of the first row."""
        with self.database() as cursor:
            cursor.execute(question, values)
            return cursor.fetchone()[0]


@pytest.fixture(scope="session")
def base_url() -> str:
    return f"http://127.0.0.1:{os.environ['CDSS_PORT']}"


@pytest.fixture(scope="session", autouse=True)
def stack() -> LiveStack:
    """Started anew, with the data of no earlier run; bin/test ends it."""
    name = Path(os.environ["CDSS_STATE_DIR"]).name
    command = ["/usr/bin/python3", "-E", "-m", "deploy.native", "stack", "start", "--fresh"]
    started = subprocess.run(
        [*command, "--name", name], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert started.returncode == 0, f"{started.stdout}\n{started.stderr}"
    return LiveStack(Layout(name))


@pytest.fixture(scope="session")
def login(stack: LiveStack, base_url: str) -> Callable[[str], ApiClient]:
    """``login("doctor")``: the API client of a test user."""
    clients: dict[str, ApiClient] = {}

    def get(username: str) -> ApiClient:
        if username not in clients:
            clients[username] = ApiClient.logged_in(base_url, username, PASSWORDS[username])
        return clients[username]

    return get


def verify_audit(admin: ApiClient) -> Any:
    """Have the record verified; what was found."""
    admin.post("audit/verify/")
    return wait_until(
        lambda: admin.get("audit/verify/"),
        lambda check: check["state"] in ("done", "failed"),
        what="the verification of the audit record",
    )


@pytest.fixture(scope="session")
def ask_studies(login: Callable[[str], ApiClient]) -> StudyQuestions:
    return StudyQuestions(login)


@pytest.fixture(scope="session")
def sample_files(
    stack: LiveStack, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Path]]:
    """The two sample volumes as DICOM files, by patient.

    For the browser the first has every fourth slice: drawing takes minutes in software. The whole
    head is for ``bin/test --thorough``.
    """
    found = {}
    for sample in SAMPLES:
        folder = tmp_path_factory.mktemp(sample.patient_id)
        found[sample.patient_id] = write_series(
            sample,
            folder,
            accession_number=ACCESSION[sample.patient_id],
            study_date=date(2026, 3, 2),
        )
    if stack.layout.name == "web" and not EVERYTHING:
        first = SAMPLES[0].patient_id
        found[first] = [_of_a_shorter_series(path) for path in found[first][::STEP]]
    return found


def _of_a_shorter_series(path: Path) -> Path:
    """The slice as one of a study of its own, whose slices are STEP times as far apart."""
    data = pydicom.dcmread(path)
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        data[keyword].value = derived_uid("shorter", data[keyword].value)
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    data.SpacingBetweenSlices = STEP * data.SpacingBetweenSlices
    data.save_as(path, enforce_file_format=True)
    return path


def upload(client: ApiClient, files: list[Path], **fields: str) -> requests.Response:
    """POST files to the upload API, whatever it answers."""
    handles = [path.open("rb") for path in files]
    try:
        return client.session.post(
            f"{client.base_url}/api/ris/upload/dicom/",
            files=[
                ("files", (path.name, handle)) for path, handle in zip(files, handles, strict=True)
            ],
            data=fields,
            timeout=300,
        )
    finally:
        for handle in handles:
            handle.close()


@pytest.fixture(scope="session")
def studies(login, sample_files) -> Iterator[dict[str, str]]:
    """Both sample studies in the archive and the index; patient → Study Instance UID."""
    found = {}
    for patient_id, files in sample_files.items():
        answer = upload(login("radiologist"), files)
        assert answer.status_code == 201, answer.text
        found[patient_id] = answer.json()["studies"][0]["study_instance_uid"]
    for patient_id, uid in found.items():
        wait_until(
            lambda patient_id=patient_id: login("doctor").get(
                "ris/studies/", patient_id=patient_id
            )["results"],
            lambda rows, uid=uid: uid in [row["study_instance_uid"] for row in rows],
            what="study in the index",
        )
        wait_until(
            lambda uid=uid: login("doctor").get(f"ris/studies/{uid}/"),
            lambda study, patient_id=patient_id: (
                sum(s["instances"] for s in study["series"]) >= len(sample_files[patient_id])
            ),
            what="all instances in the index",
        )
    yield found
