"""The worklist driven end to end by a client that knows the standard alone (PS3.18 chapter 11).

It knows the address, a token, and the code of the model; ``dicomweb-client`` has no worklist, so it
fetches the input and the output only. What a doctor does, the review, is done by the REST API.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from dicomweb_client.api import DICOMwebClient
from pydicom.uid import generate_uid
from websockets.sync.client import ClientConnection, connect

from tests.flows.conftest import verify_audit

COLIN = "P2026-0001"
AE_TITLE = "FOREIGN_AE"
DICOM_JSON = "application/dicom+json"
SEG, SEG_LABELMAP = "1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"


def element(vr: str, *values: Any) -> dict[str, Any]:
    return {"vr": vr, "Value": list(values)} if values else {"vr": vr}


def value(data_set: dict[str, Any], *tags: str) -> Any:
    """Of nested first items; None if one has none."""
    found: Any = data_set
    for tag in tags:
        found = next(iter(found.get(tag, {}).get("Value", [])), None)
        if found is None:
            return None
    return found


class WorklistClient:
    """The transactions of chapter 11, one method each."""

    def __init__(self, base: str, authorization: str) -> None:
        self.base, self.authorization = base, authorization
        self.session = requests.Session()
        self.session.headers.update({"Authorization": authorization, "Accept": DICOM_JSON})

    def ask(self, method: str, path: str, body: Any = None, **params: str) -> requests.Response:
        return self.session.request(
            method,
            f"{self.base}/workitems{path}",
            data=None if body is None else json.dumps(body),
            headers={} if body is None else {"Content-Type": DICOM_JSON},
            params=params,
            timeout=60,
        )

    def create(self, body: dict[str, Any], uid: str) -> requests.Response:
        return self.ask("POST", f"?{uid}", body)

    def retrieve(self, uid: str) -> dict[str, Any]:
        response = self.ask("GET", f"/{uid}")
        assert response.status_code == 200, response.text
        assert response.headers["Content-Type"].startswith(DICOM_JSON)
        [found] = response.json()
        return dict(found)

    def subscribe(self, uid: str) -> str:
        """The address of the notification connection."""
        response = self.ask("POST", f"/{uid}/subscribers/{AE_TITLE}")
        assert response.status_code == 201, response.text
        return response.headers["Content-Location"]

    def listen(self, address: str) -> ClientConnection:
        return connect(address, additional_headers={"Authorization": self.authorization})


def reports(socket: ClientConnection, until: Callable[[dict[str, Any]], bool]) -> list[Any]:
    """Those that come, up to the one that is waited for."""
    found, deadline = [], time.monotonic() + 300
    while True:
        found.append(json.loads(socket.recv(timeout=deadline - time.monotonic())))
        if until(found[-1]):
            return found


def is_state(state: str, uid: str) -> Callable[[dict[str, Any]], bool]:
    return lambda report: value(report, "00741000") == state and value(report, "00001000") == uid


def is_progress(uid: str) -> Callable[[dict[str, Any]], bool]:
    return lambda report: value(report, "00001002") == 3 and value(report, "00001000") == uid


@pytest.fixture(scope="module")
def client(base_url, login) -> WorklistClient:
    token = login("doctor").session.headers["Authorization"]
    return WorklistClient(f"{base_url}/api/ai/ups-rs", token)


@pytest.fixture(scope="module")
def web(base_url, client) -> DICOMwebClient:
    headers = {"Authorization": client.authorization}
    return DICOMwebClient(f"{base_url}/api/ris/dicom-web", headers=headers)


@pytest.fixture(scope="module")
def request_of(studies, web) -> Callable[[str], dict[str, Any]]:
    """``request_of(label)``: a new workitem for the MR series that QIDO-RS finds."""
    [series, *_] = web.search_for_series(studies[COLIN], search_filters={"Modality": "MR"})

    def make(label: str) -> dict[str, Any]:
        model = {
            "00080100": element("SH", "brain_extraction"),
            "00080102": element("SH", "99NEURONOVA"),
            "00080104": element("LO", "Brain extraction"),
        }
        images = {
            "0040E020": element("CS", "DICOM"),
            "0020000D": element("UI", studies[COLIN]),
            "0020000E": element("UI", series["0020000E"]["Value"][0]),
        }
        return {
            "00741000": element("CS", "SCHEDULED"),
            "00741200": element("CS", "MEDIUM"),
            "00741204": element("LO", label),
            "00741202": element("LO", "Foreign"),
            "00741210": element("SQ"),
            "00741216": element("SQ"),
            "00404005": element("DT", time.strftime("%Y%m%d%H%M%S")),
            "00404018": element("SQ", model),
            "00404021": element("SQ", images),
            "00404041": element("CS", "READY"),
            "00100020": element("LO", COLIN),
        }

    return make


@pytest.fixture(scope="module")
def socket(client) -> Iterator[ClientConnection]:
    """Opened for a subscription to the worklist."""
    with client.listen(client.subscribe("1.2.840.10008.5.1.4.34.5")) as opened:
        time.sleep(2)  # it knows what was before
        yield opened


@pytest.fixture(scope="module")
def done(client, socket, request_of, login) -> tuple[str, list[Any]]:
    """A workitem from its creation to COMPLETED, and what was told on the way."""
    uid = str(generate_uid())
    created = client.create(request_of("End to end"), uid)
    assert created.status_code == 201, created.text
    assert created.headers["Location"].endswith(f"/workitems/{uid}")
    analysed = reports(socket, is_progress(uid))
    doctor = login("doctor")
    [job] = [j for j in doctor.get("ai/jobs/")["results"] if j["status"] == "COMPLETED"][:1]
    doctor.post(f"ai/jobs/{job['id']}/review/", json={"decision": "approve"})
    return uid, [*analysed, *reports(socket, is_state("COMPLETED", uid))]


def test_each_state_is_told_in_its_order(done):
    uid, told = done
    mine = [report for report in told if value(report, "00001000") == uid]
    states = [value(report, "00741000") for report in mine if value(report, "00001002") == 1]
    assert states == ["SCHEDULED", "IN PROGRESS", "COMPLETED"]
    progress = [value(report, "00741002", "00741004") for report in mine]
    assert 100 in progress


def test_the_output_is_fetched_by_dicomweb(done, client, web, studies):
    found = client.retrieve(done[0])
    assert value(found, "00741000") == "COMPLETED"
    outputs = value(found, "00741216")["00404033"]["Value"]
    [seg] = [o for o in outputs if value(o, "00081199", "00081150") in (SEG, SEG_LABELMAP)]
    instance = value(seg, "00081199", "00081155")
    got = web.retrieve_instance(value(seg, "0020000D"), value(seg, "0020000E"), instance)
    assert got.Modality == "SEG"
    assert (got.SOPInstanceUID, got.StudyInstanceUID) == (instance, studies[COLIN])
    assert str(got.PatientID) == COLIN
    address = value(seg, "0040E025", "00081190")
    answer = client.session.get(
        address, headers={"Accept": 'multipart/related; type="application/dicom"'}, timeout=60
    )
    assert answer.status_code == 200
    kinds = {value(output, "00081199", "00081150") for output in outputs}
    assert len(kinds) >= 2, "the report of the SEG too"


def test_it_says_whose_it_is_and_by_what_it_was_requested(done, client):
    found = client.retrieve(done[0])
    assert value(found, "00100020") == COLIN
    assert value(found, "0040A370", "00080050") == "RIS2026-0001"
    assert value(found, "00741204") == "End to end"


def test_what_is_done_is_not_cancelled(done, client):
    answer = client.ask("POST", f"/{done[0]}/cancelrequest", {})
    assert answer.status_code == 409
    assert "already COMPLETED" in answer.headers["Warning"]


def test_another_is_cancelled_before_it_ends(done, client, socket, request_of):
    uid = str(generate_uid())
    assert client.create(request_of("To be cancelled"), uid).status_code == 201
    body = {"00741238": element("LT", "No longer needed")}
    assert client.ask("POST", f"/{uid}/cancelrequest", body).status_code == 202
    [*_, report] = reports(socket, is_state("CANCELED", uid))
    assert value(report, "00741238") == "No longer needed"
    found = client.retrieve(uid)
    assert value(found, "00741000") == "CANCELED"
    assert value(found, "00741002", "00741238") == "No longer needed"


def test_both_are_found_by_a_search(done, client):
    answer = client.ask("GET", "", WorklistLabel="Foreign", PatientID=COLIN)
    assert answer.status_code == 200
    states = {value(one, "00741204"): value(one, "00741000") for one in answer.json()}
    assert states == {"End to end": "COMPLETED", "To be cancelled": "CANCELED"}
    nothing = client.ask("GET", "", WorklistLabel="Foreign", ProcedureStepState="SCHEDULED")
    assert (nothing.status_code, nothing.content) == (204, b"")


@pytest.mark.parametrize("username", ["nurse", "patient", "external"])
def test_without_the_right_nothing_is_there(done, client, login, base_url, username):
    token = login(username).session.headers["Authorization"]
    other = WorklistClient(client.base, token)
    assert other.ask("GET", f"/{done[0]}").status_code == 403
    assert other.ask("GET", "").status_code == 403


def test_each_access_is_on_record(done, login):
    admin = login("admin")
    for action in ("ai_job.create", "ai_workitem.read", "ai_workitem.report"):
        rows = admin.get("audit/logs/", action=action, actor_username="doctor")["results"]
        assert rows, action
        assert rows[0]["patient_id"] is not None
    assert verify_audit(admin)["breaks"] == []


def test_the_subscription_ends(done, client):
    everything = "/1.2.840.10008.5.1.4.34.5/subscribers/" + AE_TITLE
    assert client.ask("POST", f"{everything}/suspend").status_code == 200
    assert client.ask("DELETE", everything).status_code == 200
    assert client.ask("POST", f"{everything}/suspend").status_code == 404
