"""The main job over HTTP, on the real components, down to the voxels and the resources."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import subprocess
from typing import Any

import numpy as np
import pydicom
import pytest
import requests

from ai.management.main_job import MainJob
from ai.services.dicom_seg import read_labelmap
from common.http.api_client import ApiCallFailed, wait_until
from tests.flows.conftest import verify_audit

COLIN, TUMOUR = "P2026-0001", "P2026-0002"


@pytest.fixture(scope="module")
def played(studies, base_url) -> MainJob:
    job = MainJob(base_url, print, studies[COLIN])
    job.run()
    return job


@pytest.fixture(scope="module")
def seg(played, login) -> pydicom.Dataset:
    state = played.job["publication"]["seg"]
    answer = login("doctor").call(
        "GET",
        f"ris/dicom-web/studies/{played.study_instance_uid}/series/{state['series_instance_uid']}"
        f"/instances/{state['sop_instance_uid']}",
        headers={"Accept": 'multipart/related; type="application/dicom"'},
    )
    boundary = answer.headers["Content-Type"].split("boundary=")[1].split(";")[0].strip('"')
    part = answer.content.split(b"--" + boundary.encode())[1]
    return pydicom.dcmread(io.BytesIO(part.split(b"\r\n\r\n", 1)[1][:-2]), force=True)


def fhir(path: str, **params: str) -> dict[str, Any]:
    answer = requests.get(
        f"{os.environ['HAPI_URL']}/{path}",
        params=params,
        headers={"Authorization": f"Bearer {os.environ['HAPI_TOKEN']}"},
        timeout=30,
    )
    answer.raise_for_status()
    return answer.json()


def test_the_job_is_published_with_each_step_in_its_timeline(played):
    job = played.job
    assert job["status"] == "COMPLETED"
    assert job["review_status"] == "APPROVED"
    assert job["publication"]["status"] == "PUBLISHED"
    steps = [entry["step"] for entry in job["timeline"]]
    assert steps == [
        "requested",
        "processing",
        "completed",
        "approved",
        "seg_stored",
        "seg_seen",
        "published",
    ]


def test_the_volume_is_a_brain(played):
    (brain,) = played.job["result"]["measurements"]
    assert brain["label"] == "Brain"
    assert 1200 < brain["volume_ml"] < 2000


def test_the_seg_has_voxel_for_voxel_the_approved_mask(played, seg, login):
    doctor = login("doctor")
    base = f"ai/segmentations/{played.job['segmentation']}/versions/2/"
    grid = doctor.get(base)
    raw = doctor.call("GET", f"{base}labelmap/").content
    approved = np.frombuffer(raw, np.uint8).reshape(
        len(grid["slices"]), grid["rows"], grid["columns"]
    )
    archived = read_labelmap(seg, grid["slices"], grid["rows"], grid["columns"])
    np.testing.assert_array_equal(archived, approved)
    assert approved.any()


def test_the_seg_says_who_and_how(played, seg):
    segment = seg.SegmentSequence[0]
    assert segment.SegmentAlgorithmType == "SEMIAUTOMATIC"
    assert segment.SegmentedPropertyTypeCodeSequence[0].CodeValue == "12738006"
    assert segment.SegmentedPropertyTypeCodeSequence[0].CodingSchemeDesignator == "SCT"
    assert str(seg.PatientID) == COLIN
    assert str(seg.ContentCreatorName) != ""
    assert len(seg.PerFrameFunctionalGroupsSequence) < 181, "frames only where there is mask"


def test_dciodvfy_finds_no_error(seg, tmp_path):
    path = tmp_path / "seg.dcm"
    seg.save_as(path)
    checked = subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False)
    errors = [line for line in checked.stderr.splitlines() if line.startswith("Error")]
    assert errors == []
    assert "Segmentation" in checked.stderr


def test_fhir_resources_are_found_by_search(played, studies):
    study = fhir("ImagingStudy", identifier=f"urn:dicom:uid|urn:oid:{studies[COLIN]}")
    assert study["total"] == 1
    resource = study["entry"][0]["resource"]
    assert {s["modality"]["code"] for s in resource["series"]} == {"MR", "SEG", "SR", "OT"}
    reports = fhir("DiagnosticReport", **{"subject.identifier": COLIN, "_count": "50"})
    ids = [entry["resource"]["id"] for entry in reports["entry"]]
    report_id = played.job["publication"]["fhir"]["diagnostic_report"]
    assert report_id in ids
    report = fhir(f"DiagnosticReport/{report_id}")
    order = fhir(report["basedOn"][0]["reference"])
    assert report["status"] == ("final" if order["status"] != "active" else "preliminary")
    assert report["imagingStudy"][0]["reference"].endswith(resource["id"])
    observation = fhir(report["result"][0]["reference"])
    assert observation["valueQuantity"]["code"] == "mL"
    provenances = fhir("Provenance", target=f"DiagnosticReport/{report_id}")
    assert provenances.get("total", 0) >= 1


def test_every_resource_of_the_publication_validates(played):
    report_id = played.job["publication"]["fhir"]["diagnostic_report"]
    queue, seen = [f"DiagnosticReport/{report_id}"], {}
    for entry in fhir("Provenance", target=f"DiagnosticReport/{report_id}")["entry"]:
        queue.append(f"Provenance/{entry['resource']['id']}")
    while queue:
        reference = queue.pop()
        if reference in seen:
            continue
        seen[reference] = fhir(reference)
        queue += re.findall(r"'reference': '(\w+/[^']+)'", str(seen[reference]))
    kinds = {reference.partition("/")[0] for reference in seen}
    assert {"Device", "Endpoint", "Patient", "Practitioner", "ServiceRequest"} < kinds
    for resource in seen.values():
        assert "text" in resource, resource["resourceType"]
        answer = requests.post(
            f"{os.environ['HAPI_URL']}/{resource['resourceType']}/$validate",
            json=resource,
            headers={"Authorization": f"Bearer {os.environ['HAPI_TOKEN']}"},
            timeout=60,
        )
        issues = answer.json()["issue"]
        assert [i for i in issues if i["severity"] in ("error", "fatal")] == []


def test_the_doctor_is_alerted(played, login):
    kinds = {n["kind"] for n in login("doctor").get("alert/notifications/")["results"]}
    assert {"ai_completed", "published"} <= kinds


def test_approving_twice_changes_nothing(played, login):
    with pytest.raises(ApiCallFailed, match="ERR_402"):
        login("doctor").post(f"ai/jobs/{played.job['id']}/review/", json={"decision": "approve"})


@pytest.mark.parametrize(("username", "hidden"), [("patient", TUMOUR), ("external", COLIN)])
def test_another_patients_user_sees_none_of_it(played, studies, login, username, hidden):
    person = login(username)
    uid = studies[hidden]
    listed = person.get("ris/studies/")["results"]
    assert listed
    assert uid not in [row["study_instance_uid"] for row in listed]
    series = login("doctor").get(f"ris/studies/{uid}/")["series"][0]["series_instance_uid"]
    for path in (
        f"ris/studies/{uid}/",
        f"ris/studies/{uid}/preview/",
        f"ris/series/{series}/preview/",
        f"ris/dicom-web/studies/{uid}/metadata",
        f"ris/dicom-web/studies/{uid}/series/{series}",
        f"ris/dicom-web/studies/{uid}/series",
    ):
        answer = person.session.get(f"{person.base_url}/api/{path}", timeout=30)
        assert answer.status_code == 404, path
    qido = person.get("ris/dicom-web/studies", StudyInstanceUID=uid)
    assert qido == []


def test_every_pixel_left_a_trace(played, login):
    """By itself, or in the burst of its series."""
    series, doctor, admin = played.job["series_instance_uid"], login("doctor"), login("admin")
    uid = doctor.get(f"ris/series/{series}/")["instances"][0]["sop_instance_uid"]
    study = f"studies/{played.study_instance_uid}"
    doctor.call("GET", f"ris/dicom-web/{study}/series/{series}/instances/{uid}/frames/1")

    def traces():
        rows = admin.get("audit/logs/", sop_instance_uid=uid, actor_username="doctor")["results"]
        return [r for r in rows if r["until"] or r["detail"].get("route") == "wado-frames"]

    trace = wait_until(traces, bool, what="the record of the frame")[0]
    assert (trace["outcome"], trace["permission"]) == ("ok", "view_dicom")
    verified = verify_audit(admin)
    assert (verified["intact"], verified["breaks"]) == (True, [])


FORBIDDEN = {
    "app": (
        "UPDATE audit_auditlog SET outcome = 'ok'",
        "DELETE FROM audit_auditlog",
        "DROP TABLE audit_auditlog",
        "INSERT INTO audit_auditseal (seq, log_id, digest) VALUES (0, 1, '')",
        "UPDATE audit_auditseal SET digest = ''",
        "TRUNCATE audit_auditseal",
        "UPDATE audit_audithead SET number = 0",
        "INSERT INTO audit_auditverdict (check_asked_id, state) VALUES (1, 'done')",
        "UPDATE audit_auditverdict SET break_count = 0",
        "UPDATE audit_auditcopy SET number = 0",
    ),
    "seal": (
        "INSERT INTO audit_auditlog (action) VALUES ('forged')",
        "UPDATE audit_auditlog SET outcome = 'ok'",
        "DELETE FROM audit_auditlog",
        "UPDATE audit_auditseal SET digest = ''",
        "DELETE FROM audit_auditseal",
        "UPDATE audit_auditcursor SET last_id = '0-0'",
        "SELECT * FROM emr_patient",
    ),
}


@pytest.mark.parametrize("account", FORBIDDEN)
def test_no_account_can_both_write_and_seal_and_none_changes_records(stack, account):
    import MySQLdb

    where = stack.settings
    name = {"app": "DATABASE_PASSWORD", "seal": "DATABASE_SEAL_PASSWORD"}[account]
    database = MySQLdb.connect(
        host="127.0.0.1",
        port=int(where["MARIADB_PORT"]),
        user=f"cdss_{account}",
        password=where[name],
        database="cdss_db",
    )
    cursor = database.cursor()
    cursor.execute("SELECT COUNT(*) FROM audit_auditlog")
    assert cursor.fetchone()[0] > 0
    for statement in FORBIDDEN[account]:
        with pytest.raises(MySQLdb.OperationalError, match="command denied"):
            cursor.execute(statement)


@pytest.fixture(scope="module")
def lesion(played, sample_files, login) -> int:
    """A ball of 10 mm, 40 mm to the left of the scanner's middle: drawn, saved and approved."""
    doctor = login("doctor")
    segment = {
        "number": 1,
        "label": "Lesion",
        "category": {
            "value": "49755003",
            "scheme": "SCT",
            "meaning": "Morphologically Altered Structure",
        },
        "type": {"value": "108369006", "scheme": "SCT", "meaning": "Neoplasm"},
    }
    study, series = played.study_instance_uid, played.job["series_instance_uid"]
    of_series = {"study_instance_uid": study, "series_instance_uid": series}
    begun = doctor.post("ai/segmentations/", json=of_series | {"segments": [segment]})
    images = {}
    for path in sample_files[COLIN]:
        image = pydicom.dcmread(path, stop_before_pixels=True)
        images[str(image.SOPInstanceUID)] = image
    brain = doctor.get(f"ai/segmentations/{played.job['segmentation']}/versions/2/")
    planes = [in_ball(images[uid], (40.0, 0.0, 20.0), 10.0) for uid in brain["slices"]]
    mask = np.stack(planes).astype(np.uint8)
    meta = {"segmentation": begun["id"], "base_version": 0}
    meta |= {name: brain[name] for name in ("slices", "rows", "columns")}
    doctor.post(
        f"segmentation/{study}/save/",
        data={"meta": json.dumps(meta)},
        files={"labelmap": ("labelmap.gz", gzip.compress(mask.tobytes(), 1))},
    )
    approved_and_published(doctor, begun["job"], version=1)
    return begun["job"]


def in_ball(image: pydicom.Dataset, middle: tuple[float, float, float], radius: float) -> Any:
    """Whether each pixel lies within ``radius`` mm of a place in LPS."""
    row, column = np.reshape(image.ImageOrientationPatient, (2, 3)).astype(float)
    down, along = map(float, image.PixelSpacing)
    places = (
        np.array(image.ImagePositionPatient, float)
        + np.arange(image.Columns)[None, :, None] * along * row
        + np.arange(image.Rows)[:, None, None] * down * column
    )
    return ((places - middle) ** 2).sum(axis=-1) < radius**2


def approved_and_published(doctor, job: int, **body: int) -> dict[str, Any]:
    doctor.post(f"ai/jobs/{job}/review/", json={"decision": "approve", **body})
    found = wait_until(
        lambda: doctor.get(f"ai/jobs/{job}/"),
        lambda found: found["publication"]["status"] in ("PUBLISHED", "FAILED"),
        what="publication",
    )
    assert found["publication"]["status"] == "PUBLISHED"
    return found


def test_the_approved_lesion_is_measured_to_the_midline_of_the_approved_brain(
    played, lesion, login
):
    doctor = login("doctor")
    body = {"patient": played.job["patient"], "model_type": "M1"}
    asked = doctor.post("ai/jobs/", json=body)
    job = wait_until(
        lambda: doctor.get(f"ai/jobs/{asked['id']}/"),
        lambda job: job["status"] in ("COMPLETED", "FAILED"),
        what="rule",
    )
    sources = {fact["name"]: fact["source"]["id"] for fact in job["facts"]}
    assert sources == {"mask": str(lesion), "brain_mask": str(played.job["id"])}
    [found] = [one for one in job["result"]["quantities"] if one["id"] == "midline-distance"]
    assert (found["value"], found["unit"]) == (pytest.approx(30, abs=2), "mm")
    assert "on the patient's left" in str(job["result"]["statements"])
    published = approved_and_published(doctor, asked["id"])["publication"]["fhir"]
    report = fhir(f"DiagnosticReport/{published['diagnostic_report']}")
    results = [fhir(one["reference"]) for one in report["result"]]
    [observation] = [one for one in results if "midline" in one["code"]["text"]]
    assert observation["valueQuantity"]["value"] == pytest.approx(found["value"], rel=1e-5)
    assert observation["valueQuantity"]["code"] == "mm"
