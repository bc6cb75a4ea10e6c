from __future__ import annotations

import datetime
import itertools
import subprocess
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt
import pydicom
import pytest

from pacs.management.nifti_to_dicom import (
    SAMPLE_DATA,
    SAMPLES,
    Sample,
    load_axial_volume,
    write_series,
)

COLIN27, TUMOUR1 = SAMPLES
STUDY_DATE = datetime.date(2026, 1, 5)
RAS_FROM_LPS = np.array([-1, -1, 1])


def convert(sample: Sample, folder: Path, source: Path = SAMPLE_DATA) -> list[Path]:
    return write_series(
        sample, folder, accession_number="ACC-1", study_date=STUDY_DATE, source_folder=source
    )


def output_of(*command: str | Path) -> str:
    """What a dicom3tools validator says; it says little about its exit code."""
    report = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    return report.stdout + report.stderr


def voxels_by_ras(files: list[Path]) -> dict[tuple[float, ...], int]:
    """Every stored value under its patient position, from the DICOM attributes alone."""
    found = {}
    for dataset in map(pydicom.dcmread, files):
        row_direction = np.array(dataset.ImageOrientationPatient[:3], float)
        column_direction = np.array(dataset.ImageOrientationPatient[3:], float)
        between_rows, between_columns = map(float, dataset.PixelSpacing)
        for (row, column), value in np.ndenumerate(dataset.pixel_array):
            lps = (
                np.array(dataset.ImagePositionPatient, float)
                + row_direction * between_columns * column
                + column_direction * between_rows * row
            )
            found[tuple(np.round(lps * RAS_FROM_LPS, 3) + 0.0)] = int(value)
    return found


def write_nifti(path: Path, data: npt.NDArray[Any], affine: npt.NDArray[np.float64]) -> None:
    nib.save(nib.Nifti1Image(data, affine), path)


def made_up_sample(file_name: str) -> Sample:
    return Sample(
        "made-up", file_name, "P1", "Test^Case", STUDY_DATE, "O", "MRI", "T1", "Source: none."
    )


def rotation(x: float, y: float, z: float) -> npt.NDArray[np.float64]:
    result = np.eye(3)
    for axis, angle in enumerate((x, y, z)):
        plane = [i for i in range(3) if i != axis]
        turn = np.eye(3)
        turn[np.ix_(plane, plane)] = [
            [np.cos(angle), -np.sin(angle)],
            [np.sin(angle), np.cos(angle)],
        ]
        result = result @ turn
    return result


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_every_instance_is_valid_and_keeps_every_voxel(sample: Sample, tmp_path: Path) -> None:
    files = convert(sample, tmp_path)
    original = nib.Nifti1Image.from_filename(SAMPLE_DATA / sample.file_name)
    data = np.asanyarray(original.dataobj)
    assert len(files) == data.shape[2]
    for path in (files[0], files[len(files) // 2], files[-1]):
        report = output_of("dciodvfy", "-new", path)
        assert "MRImage" in report
        assert "Error" not in report, report
    for k in range(0, len(files), 12):
        dataset = pydicom.dcmread(files[k])
        pixels = dataset.pixel_array
        x, y, _ = np.array(dataset.ImagePositionPatient, float) * RAS_FROM_LPS
        i, j, slice_index, _ = np.rint(
            np.linalg.inv(original.affine) @ [x, y, float(dataset.ImagePositionPatient[2]), 1]
        ).astype(int)
        step = [round(v) for v in -np.sign(np.diag(original.affine)[:2])]
        expected = data[i :: step[0], j :: step[1], slice_index].T
        np.testing.assert_array_equal(pixels, expected)


def test_the_series_of_a_sample_is_one_consistent_study(tmp_path: Path) -> None:
    files = convert(TUMOUR1, tmp_path)
    assert output_of("dcentvfy", *files).strip() == ""
    dataset = pydicom.dcmread(files[7])
    assert (dataset.PatientID, str(dataset.PatientName)) == ("P2026-0002", "Carter^Emily")
    assert (dataset.AccessionNumber, dataset.StudyDate) == ("ACC-1", "20260105")
    assert dataset.PixelSpacing == [0.78125, 0.78125]
    assert dataset.SliceThickness == dataset.SpacingBetweenSlices == 6.5
    assert "pyradiomics" in dataset.ImageComments
    assert dataset.StudyInstanceUID.startswith("2.25.")
    assert len({pydicom.dcmread(path).SOPInstanceUID for path in files}) == len(files)


def test_the_copyright_line_of_colin27_travels_with_each_instance(tmp_path: Path) -> None:
    comments = pydicom.dcmread(convert(COLIN27, tmp_path)[100]).ImageComments
    assert "Copyright (C) 1993-2009 Louis Collins, McConnell Brain Imaging Centre" in comments


def test_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (convert(TUMOUR1, tmp_path / name) for name in ("a", "b"))
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
@pytest.mark.parametrize("flips", list(itertools.product((1, -1), repeat=3)))
def test_any_axis_order_and_direction_puts_each_voxel_where_it_was(
    axes: tuple[int, ...], flips: tuple[int, ...], tmp_path: Path
) -> None:
    data = np.random.default_rng(1).integers(-300, 3000, (4, 5, 3)).astype(np.int16)
    affine = np.eye(4)
    affine[:3, :3] = rotation(0.2, -0.15, 0.3) @ (np.diag([0.9, 1.1, 3.0]) * flips)[:, axes]
    affine[:3, 3] = [-31.5, 12.25, 7]
    write_nifti(tmp_path / "v.nii.gz", data, affine)
    files = convert(made_up_sample("v.nii.gz"), tmp_path / "out", source=tmp_path)
    expected = {
        tuple(np.round(nib.affines.apply_affine(affine, index), 3) + 0.0): int(value)
        for index, value in np.ndenumerate(data)
    }
    found = voxels_by_ras(files)
    assert len(found) == data.size
    for position, value in expected.items():
        nearest = min(
            found, key=lambda p: sum(abs(a - b) for a, b in zip(p, position, strict=True))
        )
        np.testing.assert_allclose(nearest, position, atol=2e-3)
        assert found[nearest] == value
    positions = [pydicom.dcmread(path).ImagePositionPatient[2] for path in files]
    assert positions == sorted(positions)


@pytest.mark.parametrize(
    ("values", "dtype", "stored"),
    [
        ([0, 7, 65535], np.int32, [0, 7, 65535]),
        ([-5, 0, 900], np.int16, [-5, 0, 900]),
        ([0.0, 3.0, 12.0], np.float32, [0, 3, 12]),
        ([0.0, 0.25, 1.0], np.float32, [0, 16384, 65535]),
    ],
)
def test_integers_are_kept_and_fractions_stretched(
    values: list[float], dtype: Any, stored: list[int], tmp_path: Path
) -> None:
    write_nifti(tmp_path / "v.nii", np.array(values, dtype).reshape(3, 1, 1), np.eye(4))
    pixels = load_axial_volume(tmp_path / "v.nii").pixels
    assert pixels.ravel().tolist() == stored[::-1]


def test_a_series_of_time_points_is_refused(tmp_path: Path) -> None:
    write_nifti(tmp_path / "v.nii", np.zeros((2, 2, 2, 2), np.uint8), np.eye(4))
    with pytest.raises(ValueError, match="three-dimensional"):
        load_axial_volume(tmp_path / "v.nii")


def test_progress_counts_every_file(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_series(
        TUMOUR1,
        tmp_path,
        accession_number="",
        study_date=STUDY_DATE,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(number, 25) for number in range(1, 26)]
