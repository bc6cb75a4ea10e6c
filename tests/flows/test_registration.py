"""Two series of one patient, registered, accepted and stored, on the real archive and service."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import numpy as np
import pydicom
import pytest

from common.http.api_client import wait_until
from pacs.dicom.uids import derived_uid
from pacs.management.nifti_to_dicom import SAMPLES, write_series
from tests.flows.conftest import upload

UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID")
TURN, TILT = np.radians([9, 6])
PLACE = np.array(
    [
        [np.cos(TURN), -np.sin(TURN), 0, 11],
        [np.sin(TURN), np.cos(TURN), 0, -7],
        [0, 0, 1, 14],
        [0, 0, 0, 1],
    ]
) @ [
    [1, 0, 0, 0],
    [0, np.cos(TILT), -np.sin(TILT), 0],
    [0, np.sin(TILT), np.cos(TILT), 0],
    [0, 0, 0, 1],
]
"""Where the second study lies, seen from the first: LPS, mm."""


def elsewhere(path: Path, folder: Path) -> Path:
    """The slice as one of another study, in another place and another frame of reference."""
    data = pydicom.dcmread(path)
    for keyword in UIDS:
        data[keyword].value = derived_uid("elsewhere", data[keyword].value)
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    axes = np.reshape([float(v) for v in data.ImageOrientationPatient], (2, 3)) @ PLACE[:3, :3].T
    position = PLACE[:3, :3] @ [float(v) for v in data.ImagePositionPatient] + PLACE[:3, 3]
    data.ImageOrientationPatient = [f"{v:.9f}" for v in axes.ravel()]
    data.ImagePositionPatient = [f"{v:.6f}" for v in position]
    data.save_as(folder / path.name, enforce_file_format=True)
    return folder / path.name


@pytest.fixture(scope="module")
def pair(login, tmp_path_factory):
    """Study and series of both, the second being the first in another place."""
    mrn = f"FUSION-{uuid4().hex[:8]}"
    born = {"full_name": "Fusion Both", "birth_date": "1968-09-14", "gender": "F"}
    login("doctor").post("emr/patients/", json=born | {"patient_id": mrn})
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    sample = replace(SAMPLES[1], name=mrn, patient_id=mrn, patient_name="Both^Fusion")
    files = write_series(sample, first, accession_number="", study_date=date(2026, 3, 2))
    found = []
    for sent in (files, [elsewhere(path, second) for path in files]):
        uid = upload(login("radiologist"), sent).json()["studies"][0]["study_instance_uid"]
        study = wait_until(
            lambda uid=uid: login("doctor").call("GET", f"ris/studies/{uid}/", also=[404]).json(),
            lambda it: sum(s["instances"] for s in it.get("series", [])) == len(files),
            what="the images in the index",
        )
        found.append((uid, study["series"][0]["series_instance_uid"]))
    return found


@pytest.fixture(scope="module")
def stored(login, pair):
    """The registration, accepted and in the archive."""
    doctor = login("doctor")
    (_, fixed), (_, moving) = pair
    made = doctor.post("ris/registrations/", json={"fixed_series": fixed, "moving_series": moving})
    path = f"ris/registrations/{made['id']}/"
    ended = wait_until(
        lambda: doctor.get(path),
        lambda row: row["status"] in ("done", "failed"),
        what="the registration",
    )
    assert ended["status"] == "done", ended
    picture = {"path": f"{path}preview/", "headers": {"Accept": "image/png"}}
    assert doctor.call("GET", **picture).content.startswith(b"\x89PNG")
    tag = {"If-Match": f'"{ended["version"]}"'}
    body = {"reason": "compared side by side"}
    accepted = doctor.post(f"{path}accept/", json=body, headers=tag)
    assert (accepted["status"], accepted["resampled_series"]) == ("accepted", "")
    assert doctor.call("GET", **picture, also=[404]).status_code == 404
    return wait_until(
        lambda: doctor.get(path), lambda row: row["stored_at"], what="the objects in the archive"
    )


def instances(login, study: str, series: str) -> list[pydicom.Dataset]:
    """All of the series, as the gateway gives them."""
    answer = login("doctor").call(
        "GET",
        f"ris/dicom-web/studies/{study}/series/{series}",
        headers={"Accept": 'multipart/related; type="application/dicom"'},
    )
    boundary = answer.headers["Content-Type"].split("boundary=")[1].split(";")[0].strip('"')
    parts = answer.content.split(b"--" + boundary.encode())[1:-1]
    return [
        pydicom.dcmread(io.BytesIO(part.split(b"\r\n\r\n", 1)[1][:-2]), force=True)
        for part in parts
    ]


def test_the_place_is_found_and_its_error_is_told(stored):
    corners = np.array([[x, y, z, 1] for x in (-60, 60) for y in (-60, 60) for z in (-60, 60)]).T
    wrong = (np.array(stored["transform"]) - np.linalg.inv(PLACE)) @ corners
    off = float(np.linalg.norm(wrong[:3], axis=0).max())
    assert off < 2.0
    assert stored["flagged"] or stored["error_mm"] < 2.0


def test_the_archive_has_the_spatial_registration(login, pair, stored):
    (study, fixed), (other, moving) = pair
    doctor = login("doctor")
    [uid] = wait_until(
        lambda: [
            one["series_instance_uid"]
            for one in doctor.get(f"ris/studies/{study}/")["other_objects"]
            if one["modality"] == "REG"
        ],
        bool,
        what="the Spatial Registration in the index",
    )
    [made] = instances(login, study, uid)
    frames = [
        instances(login, *one)[0].FrameOfReferenceUID for one in ((study, fixed), (other, moving))
    ]
    items = {item.FrameOfReferenceUID: item for item in made.RegistrationSequence}
    assert [*items] == frames
    matrix = items[frames[1]].MatrixRegistrationSequence[0].MatrixSequence[0]
    values = np.reshape(matrix.FrameOfReferenceTransformationMatrix, (4, 4)).astype(float)
    np.testing.assert_allclose(values, stored["transform"], atol=1e-6)


def test_the_resampled_series_lies_over_the_fixed_one(login, pair, stored):
    (study, fixed), _ = pair
    doctor = login("doctor")
    wait_until(
        lambda: [s["series_instance_uid"] for s in doctor.get(f"ris/studies/{study}/")["series"]],
        lambda found: stored["resampled_series"] in found,
        what="the resampled series in the index",
    )

    def stack(series: str) -> list[pydicom.Dataset]:
        return sorted(instances(login, study, series), key=lambda d: d.ImagePositionPatient[2])

    below, above = stack(fixed), stack(stored["resampled_series"])
    for one, other in zip(below, above, strict=True):
        for keyword in ("FrameOfReferenceUID", "PatientID", "Rows", "Columns"):
            assert one[keyword].value == other[keyword].value
        np.testing.assert_allclose(one.ImagePositionPatient, other.ImagePositionPatient, atol=1e-3)
    middle = len(below) // 2
    pixels = [each.pixel_array.astype(float) for each in (below[middle], above[middle])]
    assert np.corrcoef(pixels[0].ravel(), pixels[1].ravel())[0, 1] > 0.98


def test_a_prior_is_scrolled_through_it(login, pair, stored):
    (study, _), (other, _) = pair
    [link] = login("doctor").get(f"ris/studies/{study}/hanging/", prior=other)["links"]
    assert link["registration"] == stored["id"]
    np.testing.assert_allclose(np.reshape(link["matrix"], (4, 4)), stored["transform"])
