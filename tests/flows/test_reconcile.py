"""Images of the wrong patient, studies split and put together, what a patient brought: all through
nginx and the archive.
"""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path
from uuid import uuid4

import pikepdf
import pydicom
import pytest
import requests
from PIL import Image
from pydicom.uid import generate_uid

from common.http.api_client import wait_until
from pacs.tests.dicom_files import mr_image, part10
from tests.flows.conftest import upload

FIELDS = {"description": "외부 소견서", "date": "2026-01-05"}


@pytest.fixture
def patient(login):
    row = {"full_name": "Reconcile Case", "birth_date": "1970-02-03", "gender": "F"}
    return login("doctor").post(
        "emr/patients/", json=row | {"patient_id": f"REC-{uuid4().hex[:8]}"}
    )


@pytest.fixture
def send(login, patient, tmp_path):
    """Images of the patient, one series each, in one study of which the doctor sees ``seen``."""

    def make(*names, seen=None):
        study = generate_uid()
        same = {"PatientID": patient["patient_id"], "StudyInstanceUID": study}
        images = [mr_image(**same, PatientName=name) for name in names]
        files = [tmp_path / f"{image.SOPInstanceUID}.dcm" for image in images]
        for path, image in zip(files, images, strict=True):
            path.write_bytes(part10(image))
        assert upload(login("radiologist"), files).status_code == 201
        if seen is not False:
            wait_for(login, study, len(images))
        return images

    return make


def wait_for(login, study, instances):
    path = f"ris/studies/{study}/"
    wait_until(
        lambda: login("doctor").call("GET", path, also=(404,)).json(),
        lambda found: found.get("instance_count") == instances,
        what=f"{instances} images in the index",
    )


def places(image, study=None):
    """Where the gateway has its pixels and what is made of them."""
    study = study or image.StudyInstanceUID
    series = f"ris/dicom-web/studies/{study}/series/{image.SeriesInstanceUID}"
    instance = f"{series}/instances/{image.SOPInstanceUID}"
    return [
        f"{instance}/frames/1",
        f"{instance}/rendered",
        f"{series}/metadata",
        f"ris/dicom-web/studies/{study}/metadata",
    ]


def statuses(client, paths):
    return {client.status(path) for path in paths}


def test_a_study_of_the_wrong_patient_is_gone_at_once_and_comes_back(login, patient, send):
    (image,) = send("RECONCILE^CASE")
    doctor, reader, paths = login("doctor"), login("radiologist"), places(image)
    for _ in range(3):  # the last ones from nginx's caches
        assert statuses(doctor, paths) == {200}
    reader.call("POST", f"ris/studies/{image.StudyInstanceUID}/quarantine/")
    for client in (doctor, reader, login("admin")):
        assert statuses(client, paths) == {404}
    [row] = reader.get("ris/unmatched/", study_instance_uid=image.StudyInstanceUID)["results"]
    assert row["reason"] == "wrong_patient"
    match = {"patient_id": patient["patient_id"]}
    reader.post(f"ris/unmatched/{image.StudyInstanceUID}/match/", json=match)
    assert statuses(doctor, paths) == {200}


def test_images_that_name_another_person_are_on_hold(login, send):
    images = send("Smith^John", seen=False)
    uid, reader = images[0].StudyInstanceUID, login("radiologist")
    [row] = wait_until(
        lambda: reader.get("ris/unmatched/", study_instance_uid=uid)["results"],
        bool,
        what="the study on hold",
    )
    assert (row["reason"], row["quarantine"]["differences"]) == ("identity", ["name"])
    assert statuses(login("doctor"), places(images[0])) == {404}


def test_a_study_is_split_and_put_together_again(login, send):
    kept, moved = send("Case^Reconcile", "Case^Reconcile")
    doctor, reader = login("doctor"), login("radiologist")
    assert statuses(doctor, places(moved)) == {200}

    def move(source, into=""):
        body = {"series": [moved.SeriesInstanceUID], "into": into}
        [asked] = reader.post(f"ris/studies/{source}/series-moves/", json=body)
        target = asked["into_study_instance_uid"]
        wait_until(
            lambda: reader.call("GET", f"ris/studies/{target}/series-moves/", also=[404]).json(),
            lambda found: "results" in found and all(row["done_at"] for row in found["results"]),
            what="the series to move",
        )
        return target

    whole = str(kept.StudyInstanceUID)
    split = move(whole)
    assert statuses(doctor, places(moved, split)) == {200}
    assert statuses(doctor, places(moved)[:3]) == {404}
    wait_for(login, whole, 1)
    move(split, whole)
    assert statuses(doctor, places(moved)) == {200}
    assert doctor.status(f"ris/studies/{split}/") == 404
    wait_for(login, whole, 2)
    file = archived(moved.SOPInstanceUID)
    former = [item.ModifiedAttributesSequence[0] for item in file.OriginalAttributesSequence]
    assert [one.StudyInstanceUID for one in former] == [whole, split]
    assert file.PixelData == moved.PixelData
    wait_until(
        lambda: reader.get("ris/unmatched/", study_instance_uid=split)["results"],
        lambda rows: rows == [],
        what="the former copies to leave the list when their deletion is heard of",
    )


def archived(sop_instance_uid):
    """The one file that the archive has of the instance."""
    url = os.environ["ORTHANC_URL"]
    with requests.Session() as archive:
        archive.auth = (os.environ["ORTHANC_USERNAME"], os.environ["ORTHANC_PASSWORD"])

        def lookup():
            return archive.post(f"{url}/tools/lookup", data=sop_instance_uid, timeout=10).json()

        [found] = wait_until(lookup, lambda all_of: len(all_of) == 1, what="one file")
        content = archive.get(f"{url}/instances/{found['ID']}/file", timeout=10).content
    return pydicom.dcmread(io.BytesIO(content))


def bring(client, files: dict[str, bytes], **fields) -> requests.Response:
    return client.session.post(
        f"{client.base_url}/api/ris/upload/documents/",
        files=[("files", (name, content)) for name, content in files.items()],
        data=FIELDS | fields,
        timeout=120,
    )


def pdf(pages: int) -> bytes:
    made, buffer = pikepdf.new(), io.BytesIO()
    for _ in range(pages):
        made.add_blank_page()
    made.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    made.save(buffer)
    return buffer.getvalue()


def test_what_a_patient_brought_is_in_the_archive_and_read_again(login, patient, tmp_path):
    doctor, png = login("doctor"), io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(png, "PNG")
    of = {"patient_id": patient["patient_id"]}
    answer = bring(doctor, {"page.png": png.getvalue(), "letter.pdf": pdf(200)}, **of)
    assert answer.status_code == 201, answer.text
    files = answer.json()["files"]
    for file in files:
        path = Path(tmp_path / file["sop_instance_uid"])
        archived(file["sop_instance_uid"]).save_as(path)
        checked = subprocess.run(["dciodvfy", path], capture_output=True, text=True, check=False)
        assert "Error" not in checked.stderr, checked.stderr
    study = answer.json()["studies"][0]["study_instance_uid"]
    wait_for(login, study, 2)
    series = {one["modality"]: one for one in doctor.get(f"ris/studies/{study}/")["series"]}
    assert doctor.status(f"ris/series/{series['OT']['series_instance_uid']}/preview/") == 200
    read = doctor.call("GET", f"ris/series/{series['DOC']['series_instance_uid']}/document/")
    assert read.headers["Content-Type"] == "application/pdf"
    assert "sandbox" in read.headers["Content-Security-Policy"]
    with pikepdf.open(io.BytesIO(read.content)) as clean:
        assert (len(clean.pages), "/OpenAction" in clean.Root) == (200, False)
    assert bring(login("nurse"), {"page.png": png.getvalue()}, **of).status_code == 403
    assert bring(doctor, {"page.png": b"%PDF-1.7 none"}, **of).json()["error"]["code"] == "ERR_141"
