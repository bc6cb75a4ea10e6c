"""The study that the gateway is measured with: 155 slices of 512 x 512, made of the sample."""

from __future__ import annotations

import datetime
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import requests

from common.http.api_client import ApiClient, wait_until
from ris.management.nifti_to_dicom import (
    SAMPLE_DATA,
    SAMPLES,
    AxialVolume,
    load_axial_volume,
    series_instances,
)

SLICES, SIZE = 155, 512
MRN = "GATEWAY-BENCH"


@dataclass(frozen=True)
class BenchStudy:
    """``frames`` are paths below the DICOMweb root, one per slice."""

    study: str
    series: str
    frames: list[str]
    frame_bytes: int = SIZE * SIZE * 2


def _volume() -> AxialVolume:
    """The real head, twice as fine in the plane, with the noise that a scanner has."""
    head = load_axial_volume(SAMPLE_DATA / SAMPLES[0].file_name)
    fine = head.pixels[:SLICES].repeat(2, axis=1).repeat(2, axis=2)[:, :SIZE, :SIZE]
    pixels = np.zeros((SLICES, SIZE, SIZE), np.uint16)
    pixels[:, : fine.shape[1], : fine.shape[2]] = fine * np.uint16(12)
    noise = np.random.default_rng(27).integers(0, 16, pixels.shape, dtype=np.uint16)
    return AxialVolume(pixels + noise, head.affine)


def _patient(doctor: ApiClient) -> None:
    patient = {
        "patient_id": MRN,
        "full_name": "Bench Gateway",
        "birth_date": "1970-01-01",
        "gender": "F",
    }
    doctor.call("POST", "emr/patients/", json=patient, also={409})


@contextmanager
def bench_study(base_url: str) -> Iterator[BenchStudy]:
    """Uploaded over the API, and taken out of the archive again."""
    doctor = ApiClient.logged_in(base_url, "doctor", "doctor123")
    _patient(doctor)
    sample = replace(SAMPLES[0], name="bench-gateway", patient_id=MRN, patient_name="Bench^Gateway")
    today = datetime.date(2026, 1, 1)
    made = list(series_instances(_volume(), sample, accession_number="", study_date=today))
    uids = (str(made[0].StudyInstanceUID), str(made[0].SeriesInstanceUID))
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for instance in made:
            path = Path(folder) / f"{instance.InstanceNumber}.dcm"
            instance.save_as(path, enforce_file_format=True)
            files.append(("files", (path.name, path.read_bytes())))
        doctor.call("POST", "ris/upload/dicom/", files=files)
    wait_until(
        lambda: doctor.status(f"ris/studies/{uids[0]}/"),
        lambda status: status == 200,
        what="the study in the index",
    )
    wait_until(
        lambda: doctor.get(f"ris/studies/{uids[0]}/"),
        lambda found: bool(found["stable_at"]),
        what="a study that is complete",
    )
    root = f"/studies/{uids[0]}/series/{uids[1]}/instances"
    try:
        yield BenchStudy(*uids, [f"{root}/{i.SOPInstanceUID}/frames/1" for i in made])
    finally:
        _remove(uids[0])


def _remove(study_instance_uid: str) -> None:
    archive = requests.Session()
    archive.auth = (os.environ["ORTHANC_USERNAME"], os.environ["ORTHANC_PASSWORD"])
    url = os.environ["ORTHANC_URL"]
    for entry in archive.post(f"{url}/tools/lookup", data=study_instance_uid, timeout=60).json():
        archive.delete(f"{url}{entry['Path']}", timeout=60).raise_for_status()
