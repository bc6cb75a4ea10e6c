"""Two records of one person become one, in the index, at the gateway and in the FHIR record."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from ai.management.main_job import MainJob
from common.http.api_client import wait_until
from pacs.management.nifti_to_dicom import SAMPLES, write_series
from tests.flows.conftest import upload
from tests.flows.test_main_job import fhir


@pytest.fixture(scope="module")
def pair(login):
    """Two new patients who are one person: (duplicate, stays)."""

    def register(name: str) -> dict[str, object]:
        patient = {"full_name": name, "birth_date": "1968-09-14", "gender": "F"}
        mrn = f"MERGE-{uuid4().hex[:8]}"
        return login("doctor").post("emr/patients/", json=patient | {"patient_id": mrn})

    return register("Merge Twice"), register("Merge Once")


def send(login, folder, patient_id: str, name: str) -> str:
    """Images that carry this MRN; the study, once the index has it."""
    sample = replace(SAMPLES[1], name=name, patient_id=patient_id, patient_name="Merge^Twice")
    files = write_series(sample, folder, accession_number="", study_date=date(2026, 3, 2))
    study = upload(login("radiologist"), files).json()["studies"][0]["study_instance_uid"]
    doctor = login("doctor")
    wait_until(lambda: doctor.status(f"ris/studies/{study}/"), lambda s: s == 200, what="study")
    return str(study)


def subject(study: str) -> dict[str, str]:
    """The identifier of the patient to whom FHIR says the study belongs."""
    found = fhir(
        "ImagingStudy", identifier=f"urn:dicom:uid|urn:oid:{study}", _include="ImagingStudy:subject"
    )
    kinds = {e["resource"]["resourceType"]: e["resource"] for e in found["entry"]}
    return dict(kinds["Patient"]["identifier"][0])


def replaced(known: dict[str, str]) -> bool:
    """Whether FHIR says of the record that another one replaces it."""
    [entry] = fhir("Patient", identifier=f"{known['system']}|{known['value']}")["entry"]
    links = entry["resource"].get("link", [])
    return [link["type"] for link in links] == ["replaced-by"]


def test_a_published_study_moves_to_the_record_that_stays_and_back(login, base_url, pair, tmp_path):
    duplicate, stays = pair
    doctor, admin, mrn = login("doctor"), login("admin"), str(duplicate["patient_id"])
    study = send(login, tmp_path / "first", mrn, mrn)
    job = MainJob(base_url, print, study)
    job.run()
    assert job.job["publication"]["status"] == "PUBLISHED"
    known = subject(study)

    def owner(uid: str) -> object:
        return doctor.get(f"ris/studies/{uid}/")["patient"]["patient_id"]

    wanted = {"survivor": stays["id"], "duplicate": duplicate["id"], "reason": "registered twice"}
    merge = doctor.post("emr/merges/", json=wanted)["id"]
    admin.post(f"emr/merges/{merge}/confirm/")
    assert owner(study) == stays["patient_id"]
    assert doctor.status(f"emr/patients/{duplicate['id']}/") == 409
    later = send(login, tmp_path / "later", mrn, f"{mrn}-later")
    assert owner(later) == stays["patient_id"]
    wait_until(
        lambda: subject(study)["value"],
        lambda it: it == stays["patient_id"],
        what="FHIR to follow",
    )
    wait_until(lambda: replaced(known), bool, what="FHIR to link the record")

    admin.post(f"emr/merges/{merge}/undo/")
    assert owner(study) == mrn
    wait_until(lambda: owner(later), lambda it: it == mrn, what="the later images to go back")
    wait_until(lambda: subject(study), lambda it: it == known, what="FHIR to part them")
    wait_until(lambda: not replaced(known), bool, what="FHIR to drop the link")
