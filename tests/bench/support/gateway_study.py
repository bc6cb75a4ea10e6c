"""The studies that are measured with, made of the sample head: slices of 512 x 512 or smaller."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice

import numpy as np
import requests
from pydicom.dataset import Dataset

from common.http.api_client import ApiClient, wait_until
from deploy.native.layout import ROOT
from pacs.management.nifti_to_dicom import (
    SAMPLE_DATA,
    SAMPLES,
    AxialVolume,
    load_axial_volume,
    sample_uid,
    series_instances,
)

SLICES, SIZE = 155, 512
NOISE = 16
"""Levels of 3,000 that are noise in a single scan; the sample itself is the mean of 27."""
BATCH = 200
MRN = "GATEWAY-BENCH"


@dataclass(frozen=True)
class BenchStudy:
    """``frames`` are paths below the DICOMweb root, one per slice."""

    study: str
    series: str
    frames: list[str]
    frame_bytes: int


def _volume(noise_levels: int, size: int) -> AxialVolume:
    """The real head, twice as fine in the plane, with as much noise on it; then ``size`` of it."""
    head = load_axial_volume(SAMPLE_DATA / SAMPLES[0].file_name)
    fine = head.pixels[:SLICES].repeat(2, axis=1).repeat(2, axis=2)[:, :SIZE, :SIZE]
    pixels = np.zeros((SLICES, SIZE, SIZE), np.uint16)
    pixels[:, : fine.shape[1], : fine.shape[2]] = fine * np.uint16(12)
    noise = np.random.default_rng(27).integers(0, noise_levels, pixels.shape, dtype=np.uint16)
    step = SIZE // size
    return AxialVolume((pixels + noise)[:, ::step, ::step], head.affine)


def _instances(name: str, slices: int, noise_levels: int, size: int) -> Iterator[Dataset]:
    """The head, and above it the head again, each time with noise of its own."""
    sample = replace(SAMPLES[0], name=name, patient_id=MRN, patient_name="Bench^Gateway")
    today = datetime.date(2026, 1, 1)
    head = list(
        series_instances(_volume(noise_levels, size), sample, accession_number="", study_date=today)
    )
    spacing, random = float(head[0].SpacingBetweenSlices), np.random.default_rng(28)
    for index in range(slices):
        instance = deepcopy(head[index % SLICES])
        if index >= SLICES:
            instance.SOPInstanceUID = sample_uid(sample, "instance", str(index + 1))
            instance.InstanceNumber = index + 1
            *place, height = instance.ImagePositionPatient
            instance.ImagePositionPatient = [*place, height + index // SLICES * SLICES * spacing]
            pixels = np.frombuffer(instance.PixelData, np.uint16)
            noise = random.integers(0, noise_levels, pixels.shape, dtype=np.uint16)
            instance.PixelData = (pixels - pixels % noise_levels + noise).tobytes()
        yield instance


def _patient(doctor: ApiClient) -> None:
    patient = {
        "patient_id": MRN,
        "full_name": "Bench Gateway",
        "birth_date": SAMPLES[0].patient_birth_date.isoformat(),
        "gender": "F",
    }
    doctor.call("POST", "emr/patients/", json=patient, also={409})


def _uploaded(doctor: ApiClient, instances: Iterator[Dataset]) -> tuple[str, str, list[str]]:
    """Study, series and instances, once the index has them all and says that they are."""
    study, series, sops = "", "", list[str]()
    while batch := list(islice(instances, BATCH)):
        files = []
        for instance in batch:
            study, series = str(instance.StudyInstanceUID), str(instance.SeriesInstanceUID)
            sops.append(str(instance.SOPInstanceUID))
            content = BytesIO()
            instance.save_as(content, enforce_file_format=True)
            files.append(("files", (f"{len(sops)}.dcm", content.getvalue())))
        doctor.call("POST", "ris/upload/dicom/", files=files)
    wait_until(
        lambda: doctor.status(f"ris/studies/{study}/"),
        lambda status: status == 200,
        what="the study in the index",
    )
    wait_until(
        lambda: doctor.get(f"ris/studies/{study}/"),
        lambda found: bool(found["stable_at"]) and found["instance_count"] == len(sops),
        what="a study that is complete",
    )
    return study, series, sops


@contextmanager
def bench_study(
    base_url: str,
    *,
    name: str = "bench-gateway",
    slices: int = SLICES,
    noise_levels: int = NOISE,
    size: int = SIZE,
) -> Iterator[BenchStudy]:
    """Uploaded over the API, and taken out of the archive again."""
    doctor = ApiClient.logged_in(base_url, "doctor", "doctor123")
    _patient(doctor)
    study, series, sops = _uploaded(doctor, _instances(name, slices, noise_levels, size))
    root = f"/studies/{study}/series/{series}/instances"
    try:
        yield BenchStudy(study, series, [f"{root}/{sop}/frames/1" for sop in sops], size * size * 2)
    finally:
        _remove(study)


def _remove(study_instance_uid: str) -> None:
    archive = requests.Session()
    archive.auth = (os.environ["ORTHANC_USERNAME"], os.environ["ORTHANC_PASSWORD"])
    url = os.environ["ORTHANC_URL"]
    for entry in archive.post(f"{url}/tools/lookup", data=study_instance_uid, timeout=60).json():
        archive.delete(f"{url}{entry['Path']}", timeout=60).raise_for_status()
    # at once: it may be most of what the index knows, which nobody forgets unasked
    find = (sys.executable, ROOT / "manage.py", "find_deletions", "--force")
    subprocess.run(find, check=True, stdout=subprocess.DEVNULL)
