"""A modality at the live archive, by dcmtk's tools: worklist, images, rights, refusals."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pydicom
import pytest
from pydicom.uid import generate_uid

from common.http.api_client import ApiClient, wait_until
from pacs.tests.dicom_files import mr_image, part10

MR = "FLOW_MR"
STRANGER = "NOBODY"
PROMISED_S = 10


def scu(
    tool: str, *arguments: str, calling: str = MR, door: str = "ORTHANC_DICOM_PORT"
) -> subprocess.CompletedProcess[str]:
    port = os.environ[door]
    command = [tool, "-aet", calling, "-aec", "NEURONOVA", "127.0.0.1", port, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def worklist(folder: Path, *keys: str, calling: str = MR) -> list[pydicom.Dataset]:
    """The items that match; empty, too, where the question is refused."""
    place = folder / uuid4().hex
    place.mkdir()
    asked = [part for key in keys for part in ("-k", key)]
    more = ("-W", "-X", "-od", str(place), *asked)
    scu("findscu", *more, calling=calling, door="DICOM_QUERY_PORT")
    return [pydicom.dcmread(path, force=True) for path in sorted(place.glob("*.dcm"))]


@pytest.fixture(scope="module")
def node(login) -> Iterator[dict[str, Any]]:
    """A node that may ask for the worklist and send."""
    admin: ApiClient = login("admin")
    body = {
        "name": "MR of the flow",
        "ae_title": MR,
        "address": "127.0.0.1",
        "port": 11199,
        "may_worklist": True,
        "may_store": True,
        "modalities": ["MR"],
    }
    made = admin.post("ris/nodes/", json=body)
    wait_until(
        lambda: scu("echoscu").returncode, lambda code: code == 0, what="the archive knows the node"
    )
    yield made
    admin.session.delete(f"{admin.base_url}/api/ris/nodes/{made['id']}/")


@pytest.fixture
def order(login, studies) -> dict[str, Any]:
    doctor: ApiClient = login("doctor")
    patient = doctor.get("emr/patients/", patient_id="P2026-0001")["results"][0]
    body = {
        "patient": patient["id"],
        "job_role": "RIS",
        "job_type": "MR_BRAIN_CONTRAST",
        "priority": "urgent",
        "clinical_info": "조영 증강 확인",
    }
    return doctor.post("ocs/orders/", json=body)


def entry(login, order: dict[str, Any]) -> dict[str, Any]:
    rows = login("radiologist").get("ris/mwl/", page_size=200)["results"]
    return next((row for row in rows if row["order"] == order["id"]), {})


def send(order: dict[str, Any], folder: Path, **attributes: str) -> str:
    """One image of the order's patient from the modality; its Study Instance UID."""
    said = {
        "PatientID": "P2026-0001",
        "StudyInstanceUID": generate_uid(),
        "SeriesInstanceUID": generate_uid(),
        "AccessionNumber": order["accession_number"],
    } | attributes
    image = mr_image(**said, InstanceNumber=1, ImagePositionPatient=[0, 0, 0])
    path = folder / "image.dcm"
    path.write_bytes(part10(image))
    sent = scu("storescu", str(path))
    assert sent.returncode == 0, sent.stderr
    return said["StudyInstanceUID"]


def test_a_new_order_is_on_the_worklist_within_ten_seconds(login, node, order, tmp_path) -> None:
    begun = time.monotonic()
    number = order["accession_number"]
    keys = (
        f"AccessionNumber={number[:-3]}*",
        "PatientName",
        "PatientID=P2026-00?1",
        "StudyInstanceUID",
        "RequestedProcedurePriority",
        "ScheduledProcedureStepSequence[0].Modality=MR",
        f"ScheduledProcedureStepSequence[0].ScheduledStationAETitle={MR}",
        "ScheduledProcedureStepSequence[0].ScheduledProcedureStepStartDate=20200101-",
    )
    found = wait_until(
        lambda: [i for i in worklist(tmp_path, *keys) if i.AccessionNumber == number],
        bool,
        what="the item",
    )
    assert time.monotonic() - begun < PROMISED_S
    shown = associations(login, action="node.worklist", patient_id=str(order["patient"]["id"]))
    assert (shown[0]["object_id"], shown[0]["source_ip"]) == (MR, "127.0.0.1")
    refused = scu("findscu", "-W", "-k", "PatientName=*")
    assert "김민준" not in refused.stdout + refused.stderr, "the archive shows no worklist"
    assert str(found[0].PatientName) == "김민준"
    assert found[0].RequestedProcedurePriority == "HIGH"
    assert found[0].StudyInstanceUID == entry(login, order)["study_instance_uid"]
    other = "ScheduledProcedureStepSequence[0].Modality=CT"
    assert worklist(tmp_path, f"AccessionNumber={number}", other) == []


def test_it_is_gone_when_its_images_have_arrived(login, node, order, tmp_path) -> None:
    wait_until(lambda: entry(login, order), lambda row: row.get("state") == "listed", what="listed")
    study = send(order, tmp_path)
    row = wait_until(
        lambda: entry(login, order), lambda row: row["state"] == "removed", what="the images"
    )
    assert row["reason"] == "arrived"
    assert worklist(tmp_path, f"AccessionNumber={order['accession_number']}") == []
    assert login("doctor").get(f"ris/studies/{study}/")["order"]["id"] == order["id"]


def test_images_under_the_assigned_uid_are_of_the_order_without_its_number(
    login, node, order, tmp_path
) -> None:
    uid = wait_until(lambda: entry(login, order), bool, what="the item")["study_instance_uid"]
    assert send(order, tmp_path, StudyInstanceUID=uid, AccessionNumber="") == uid
    row = wait_until(
        lambda: entry(login, order), lambda row: row["state"] == "removed", what="the images"
    )
    assert row["reason"] == "arrived"


def test_a_cancelled_order_is_gone(login, node, order, tmp_path) -> None:
    key = f"AccessionNumber={order['accession_number']}"
    wait_until(lambda: worklist(tmp_path, key), bool, what="the item")
    login("doctor").post(f"ocs/orders/{order['id']}/cancel/", json={"reason": "entered twice"})
    wait_until(lambda: worklist(tmp_path, key), lambda found: not found, what="its end")
    assert entry(login, order)["reason"] == "cancelled"


def associations(login, **query: str) -> list[dict[str, Any]]:
    return login("admin").get("audit/logs/", object_type="application_entity", **query)["results"]


def test_an_unknown_ae_title_is_refused_and_recorded(login, node, order, tmp_path) -> None:
    stranger = f"X{uuid4().hex[:8]}"
    assert scu("echoscu", calling=stranger).returncode != 0
    assert worklist(tmp_path, "PatientName=*", calling=stranger) == []
    logs = wait_until(
        lambda: associations(login, action="association.refuse", object_id=stranger),
        lambda found: len(found) == 2,
        what="the record of both doors",
    )
    for said in logs:
        assert (said["source_ip"], said["outcome"]) == ("127.0.0.1", "denied")
        assert said["detail"]["reason"] == "unknown_ae_title"
    assert associations(login, action="association.open", object_id=MR)


def test_rights_end_and_a_restarted_archive_learns_its_nodes_again(
    login, stack, node, order, tmp_path
) -> None:
    admin: ApiClient = login("admin")
    key = f"AccessionNumber={order['accession_number']}"
    wait_until(lambda: worklist(tmp_path, key), bool, what="the item")
    stack.kill("orthanc")
    stack.wait_running("orthanc")
    wait_until(lambda: scu("echoscu").returncode, lambda code: code == 0, what="its nodes again")
    changed = admin.session.patch(
        f"{admin.base_url}/api/ris/nodes/{node['id']}/",
        json={"may_worklist": False},
        headers={"If-Match": '"1"'},
    )
    assert changed.status_code == 200
    wait_until(lambda: worklist(tmp_path, key), lambda found: not found, what="the refusal")
    assert scu("echoscu").returncode == 0
    wait_until(
        lambda: associations(login, action="association.refuse", object_id=MR),
        lambda logs: "not_allowed" in [log["detail"]["reason"] for log in logs],
        what="the record",
    )


def ask(tool: str, *keys: str, more: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """A question to the server of queries; its level is STUDY."""
    asked = [part for key in ("QueryRetrieveLevel=STUDY", *keys) for part in ("-k", key)]
    place = ("-aet", MR, "-aec", "NEURONOVA", "127.0.0.1", os.environ["DICOM_QUERY_PORT"])
    command = [tool, "-S", *more, *place, *asked]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def found(*keys: str) -> str:
    answer = ask("findscu", "StudyInstanceUID", "PatientName", *keys)
    return answer.stdout + answer.stderr


def give(login, node: dict[str, Any], **rights: bool | str) -> None:
    admin: ApiClient = login("admin")
    [now] = [n for n in admin.get("ris/nodes/")["results"] if n["id"] == node["id"]]
    place = f"{admin.base_url}/api/ris/nodes/{node['id']}/"
    tag = {"If-Match": f'"{now["version"]}"'}
    assert admin.session.patch(place, json=rights, headers=tag).status_code == 200


def test_studies_are_found_and_retrieved_by_the_rights_of_the_node(
    login, node, studies, sample_files, tmp_path
) -> None:
    uid, key = studies["P2026-0001"], "PatientID=P2026-00?1"
    images = len(sample_files["P2026-0001"])
    assert "Calling AE Title Not Recognized" in found(key)
    give(login, node, may_find=True)
    assert uid in found(key)
    assert uid not in found("PatientID=P2026-0002")
    wanted = f"StudyInstanceUID={uid}"
    got = tmp_path / "got"
    got.mkdir()
    ask("getscu", wanted, more=("-od", str(got)))
    assert list(got.iterdir()) == []
    give(login, node, may_move=True)
    ask("getscu", wanted, more=("-od", str(got)))
    assert len(list(got.iterdir())) == images
    moved = tmp_path / "moved"
    moved.mkdir()
    with storescp(moved):
        ask("movescu", wanted, more=("-aem", "ANOTHER"))
        assert list(moved.iterdir()) == []
        ask("movescu", wanted, more=("-aem", MR))
        assert len(list(moved.iterdir())) == images
    key_file, certificate = self_signed(tmp_path)
    give(login, node, tls=True, tls_check="certificate", tls_certificate=certificate.read_text())
    encrypted = tmp_path / "encrypted"
    encrypted.mkdir()
    with storescp(encrypted, str(key_file), str(certificate)):
        ask("movescu", wanted, more=("-aem", MR))
        assert len(list(encrypted.iterdir())) == images
        assert login("admin").post(f"ris/nodes/{node['id']}/echo/")["outcome"] == "ok"
        give(login, node, tls_certificate="")
        assert login("admin").post(f"ris/nodes/{node['id']}/echo/")["outcome"] == "certificate"
        ask("movescu", wanted, more=("-aem", MR))
        assert len(list(encrypted.iterdir())) == images, "nobody vouches for the certificate"
    give(login, node, tls=False)
    logs = login("admin").get("audit/logs/", object_id=uid, action="node.move")["results"]
    assert logs[0]["detail"]["calling_ae_title"] == MR
    assert logs[0]["patient_id"] is not None


def test_a_restricted_patient_does_not_exist_for_a_node(
    login, stack, node, studies, tmp_path
) -> None:
    uid = studies["P2026-0002"]
    give(login, node, may_find=True, may_move=True)
    assert uid in found("PatientID=P2026-0002")
    restrict = "UPDATE emr_patient SET restricted = %s WHERE patient_id = 'P2026-0002'"
    with stack.database() as cursor:
        cursor.execute(restrict, [1])
        try:
            assert uid not in found("PatientID=*")
            ask("getscu", f"StudyInstanceUID={uid}", more=("-od", str(tmp_path)))
            assert list(tmp_path.iterdir()) == []
        finally:
            cursor.execute(restrict, [0])


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A key, and its certificate."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=node"]
    command += ["-keyout", str(key), "-out", str(certificate), "-days", "1"]
    subprocess.run(command, check=True, capture_output=True)
    return key, certificate


@contextmanager
def storescp(folder: Path, *tls: str) -> Iterator[None]:
    encrypted = ("+tls", *tls, "-ic") if tls else ()
    listener = subprocess.Popen(["storescp", *encrypted, "-od", str(folder), "11199"])
    try:
        time.sleep(0.5)
        yield
    finally:
        listener.terminate()
        listener.wait()


def test_a_connection_is_tested_by_the_archive(login, node, tmp_path) -> None:
    admin: ApiClient = login("admin")
    silent = admin.post(f"ris/nodes/{node['id']}/echo/")
    assert silent["outcome"] == "refused"
    with storescp(tmp_path):
        answer = wait_until(
            lambda: admin.post(f"ris/nodes/{node['id']}/echo/"),
            lambda said: said["outcome"] == "ok",
            what="the echo",
        )
        assert answer["milliseconds"] < 5000
