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


def test_a_published_study_moves_to_the_record_that_stays(login, base_url, pair, tmp_path):
    duplicate, stays = pair
    doctor, mrn = login("doctor"), str(duplicate["patient_id"])
    sample = replace(SAMPLES[1], name=mrn, patient_id=mrn)
    files = write_series(sample, tmp_path, accession_number="", study_date=date(2026, 3, 2))
    study = upload(login("radiologist"), files).json()["studies"][0]["study_instance_uid"]
    wait_until(
        lambda: doctor.status(f"ris/studies/{study}/"), lambda status: status == 200, what="study"
    )
    job = MainJob(base_url, print, study)
    job.run()
    assert job.job["publication"]["status"] == "PUBLISHED"

    login("admin").call(
        "POST",
        f"emr/patients/{duplicate['id']}/merge/",
        json={"into": stays["id"]},
        headers={"If-Match": str(duplicate["version"])},
    )
    assert doctor.get(f"ris/studies/{study}/")["patient"]["patient_id"] == stays["patient_id"]
    assert doctor.status(f"emr/patients/{duplicate['id']}/") == 404

    def subject() -> str:
        """The MRN of the patient to whom FHIR says the study belongs."""
        found = fhir(
            "ImagingStudy",
            identifier=f"urn:dicom:uid|urn:oid:{study}",
            _include="ImagingStudy:subject",
        )
        kinds = {e["resource"]["resourceType"]: e["resource"] for e in found["entry"]}
        return kinds["Patient"]["identifier"][0]["value"]

    wait_until(subject, lambda found: found == stays["patient_id"], what="FHIR to follow")
