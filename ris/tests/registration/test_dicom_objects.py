"""The objects of an accepted registration, valid by an independent tool."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime

import numpy as np
import pydicom
import pytest
from pydicom import Dataset
from pydicom.uid import MRImageStorage, generate_uid

from pacs.index.geometry import SeriesGeometry
from ris.registration.dicom_objects import RegistrationFacts, build_registration, build_resampled

TRANSFORM = [[0.0, -1.0, 0.0, 4.5], [1.0, 0.0, 0.0, -2.25], [0.0, 0.0, 1.0, 7.0], [0, 0, 0, 1]]


def headers(slices: int) -> list[Dataset]:
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    found = []
    for number in range(slices):
        header = Dataset()
        header.PatientName, header.PatientID = "시험^환자", "P1"
        header.PatientBirthDate, header.PatientSex = "19700101", "O"
        header.StudyInstanceUID, header.SeriesInstanceUID = study, series
        header.StudyDate = header.StudyTime = header.AccessionNumber = header.StudyID = ""
        header.ReferringPhysicianName = ""
        header.SpecificCharacterSet = "ISO_IR 192"
        header.FrameOfReferenceUID, header.Modality = frame, "MR"
        header.SOPClassUID, header.SOPInstanceUID = MRImageStorage, generate_uid()
        header.ScanningSequence, header.SequenceVariant = "GR", "SP"
        header.ScanOptions, header.MRAcquisitionType, header.EchoTrainLength = "", "3D", 1
        header.EchoTime, header.RepetitionTime, header.PixelSpacing = "3.9", "8", [1, 1]
        header.ImageType = ["ORIGINAL", "PRIMARY", "M"]
        header.SliceLocation, header.PatientPosition = number, "HFS"
        header.RequestAttributesSequence, header.PerformedProcedureStepID = [Dataset()], "7"
        found.append(header)
    return found


@pytest.fixture
def facts() -> RegistrationFacts:
    at = datetime(2026, 3, 2, 10, 2, tzinfo=UTC)
    return RegistrationFacts(7, headers(3), headers(2), TRANSFORM, 0.31, "박도윤", at)


def check(dataset: Dataset, path, recognised: str) -> list[str]:
    """What dciodvfy calls an error in the object, which it has to recognise."""
    dataset.save_as(path, enforce_file_format=True)
    told = subprocess.run(  # noqa: S603
        ["dciodvfy", path],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    ).stderr.splitlines()
    assert recognised in told, told
    return [line for line in told if line.startswith("Error")]


def test_the_spatial_registration_maps_moving_to_fixed(facts, tmp_path):
    made = build_registration(facts)
    assert made.FrameOfReferenceUID == facts.fixed[0].FrameOfReferenceUID
    assert made.StudyInstanceUID == facts.fixed[0].StudyInstanceUID
    fixed, moving = made.RegistrationSequence
    assert moving.FrameOfReferenceUID == facts.moving[0].FrameOfReferenceUID
    matrix = moving.MatrixRegistrationSequence[0].MatrixSequence[0]
    values = [float(v) for v in matrix.FrameOfReferenceTransformationMatrix]
    np.testing.assert_allclose(np.reshape(values, (4, 4)), TRANSFORM)
    assert [i.ReferencedSOPInstanceUID for i in fixed.ReferencedImageSequence] == [
        header.SOPInstanceUID for header in facts.fixed
    ]
    other = made.StudiesContainingOtherReferencedInstancesSequence[0]
    assert other.StudyInstanceUID == facts.moving[0].StudyInstanceUID
    assert check(made, tmp_path / "reg.dcm", "SpatialRegistration") == []


def test_the_resampled_series_lies_on_the_grid_of_the_fixed_one(facts, tmp_path):
    positions = np.array([[10.0, 20.0, 30.0 + 2 * step] for step in range(3)])
    affine = np.diag([-0.5, -0.5, 2.0, 1.0])
    affine[:3, 3] = [-10.0, -20.0, 30.0]
    geometry = SeriesGeometry(("1.2", "1.3", "1.4"), 4, 6, (2.0, 0.5, 0.5), positions, affine)
    values = np.arange(72, dtype=np.int16).reshape(3, 4, 6) - 30
    made = list(build_resampled(facts, geometry, values, slope=0.5, intercept=100.0))
    image = made[1]
    assert [float(v) for v in image.ImagePositionPatient] == [10.0, 20.0, 32.0]
    assert [float(v) for v in image.ImageOrientationPatient] == [1, 0, 0, 0, 1, 0]
    assert (image.FrameOfReferenceUID, image.StudyInstanceUID) == (
        facts.fixed[0].FrameOfReferenceUID,
        facts.fixed[0].StudyInstanceUID,
    )
    assert image.ImageType == ["DERIVED", "SECONDARY", "M", "RESAMPLED"]
    assert "SliceLocation" not in image
    assert not {"RequestAttributesSequence", "PerformedProcedureStepID"} & {*image.dir()}
    assert check(image, tmp_path / "image.dcm", "MRImage") == []
    read = pydicom.dcmread(tmp_path / "image.dcm")
    np.testing.assert_array_equal(read.pixel_array, values[1])
