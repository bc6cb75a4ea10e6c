"""A model that measures and makes no mask, from the request to the Observation in FHIR."""

from __future__ import annotations

from uuid import uuid4

import pytest
from pydicom.uid import PositronEmissionTomographyImageStorage, generate_uid

from common.http.api_client import wait_until
from pacs.tests.dicom_files import mr_image, part10
from tests.flows.conftest import upload
from tests.flows.test_main_job import fhir

SLICES = 6
HOT_VOXELS = 151
"""Of the 256 values 0 to 255, those of at least 41 % of the largest."""
VOLUME_ML = SLICES * HOT_VOXELS * 3 / 1000


@pytest.fixture(scope="module")
def study(login, tmp_path_factory):
    """A PET series of 1 x 1 x 3 mm voxels, of a patient of its own."""
    mrn, folder = f"PET-{uuid4().hex[:8]}", tmp_path_factory.mktemp("pet")
    patient = {"full_name": "Pet Case", "birth_date": "1968-09-14", "gender": "F"}
    login("doctor").post("emr/patients/", json=patient | {"patient_id": mrn})
    study_uid, series_uid, frame_uid = generate_uid(), generate_uid(), generate_uid()
    files = []
    for number in range(SLICES):
        image = mr_image(
            PatientID=mrn,
            Modality="PT",
            SOPClassUID=PositronEmissionTomographyImageStorage,
            StudyInstanceUID=study_uid,
            SeriesInstanceUID=series_uid,
            FrameOfReferenceUID=frame_uid,
            InstanceNumber=number + 1,
            ImagePositionPatient=[0, 0, 3 * number],
        )
        files.append(folder / f"{number}.dcm")
        files[-1].write_bytes(part10(image))
    assert upload(login("radiologist"), files).status_code == 201
    wait_until(
        lambda: login("doctor").get("ris/studies/", patient_id=mrn)["results"],
        lambda rows: rows and rows[0]["study_instance_uid"] == study_uid,
        what="study in the index",
    )
    wait_until(
        lambda: login("doctor").get(f"ris/studies/{study_uid}/")["series"],
        lambda series: sum(one["instances"] for one in series) == SLICES,
        what="all instances in the index",
    )
    return study_uid, mrn


@pytest.fixture(scope="module")
def analysed(study, login):
    doctor = login("doctor")
    body = {"study_instance_uid": study[0], "model_type": "uptake_volume"}
    asked = doctor.post("ai/jobs/", json=body)
    return wait_until(
        lambda: doctor.get(f"ai/jobs/{asked['id']}/"),
        lambda job: job["status"] in ("COMPLETED", "FAILED"),
        what="AI job",
    )


def test_the_model_is_offered_for_this_patient_alone(study, login):
    doctor = login("doctor")
    offered = doctor.get("ai/models/available/", patient_id=study[1])
    suits = [model["id"] for model in offered if model["suitable_series"]]
    assert suits == ["uptake_volume"]
    others = {model["id"] for model in doctor.get("ai/models/")}
    assert others >= {"brain_extraction", "head_mask", "lesion_assist", "uptake_volume"}


def test_the_job_completes_with_its_measurement(analysed):
    assert analysed["status"] == "COMPLETED", analysed["error"]
    assert analysed["segmentation"] is None
    result = analysed["result"]
    (quantity,) = result["quantities"]
    assert quantity["value"] == pytest.approx(VOLUME_ML)
    assert (quantity["label"], quantity["unit"]) == ("Uptake volume", "mL")
    assert (result["measurements"], result["classes"], result["preview_png"]) == ([], [], "")


def test_approval_reaches_fhir_without_a_seg(analysed, study, login):
    doctor = login("doctor")
    path = f"ai/jobs/{analysed['id']}/"
    doctor.post(f"{path}review/", json={"decision": "approve", "comment": "plausible"})
    job = wait_until(
        lambda: doctor.get(path),
        lambda found: found["publication"]["status"] in ("PUBLISHED", "FAILED"),
        what="publication",
    )
    assert job["publication"]["status"] == "PUBLISHED"
    assert job["publication"]["seg"] is None
    steps = [entry["step"] for entry in job["timeline"]]
    assert steps == ["requested", "processing", "completed", "approved", "published"]
    series = doctor.get(f"ris/studies/{study[0]}/")["series"]
    assert [one["modality"] for one in series] == ["PT"]

    report = fhir(f"DiagnosticReport/{job['publication']['fhir']['diagnostic_report']}")
    (reference,) = report["result"]
    observation = fhir(reference["reference"])
    assert observation["valueQuantity"]["value"] == pytest.approx(VOLUME_ML)
    assert observation["valueQuantity"]["code"] == "mL"
    assert observation["code"]["text"] == "Uptake volume"


def test_a_result_without_a_mask_can_be_rejected(study, login):
    doctor = login("doctor")
    body = {"study_instance_uid": study[0], "model_type": "uptake_volume"}
    path = f"ai/jobs/{doctor.post('ai/jobs/', json=body)['id']}/"
    wait_until(
        lambda: doctor.get(path), lambda job: job["status"] == "COMPLETED", what="second AI job"
    )
    doctor.post(f"{path}review/", json={"decision": "reject", "comment": "wrong series"})
    job = doctor.get(path)
    assert (job["review_status"], job["publication"]["status"]) == ("REJECTED", "NONE")
