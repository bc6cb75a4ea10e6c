"""What the Segmentation tests share: made-up sources, masks, and the validator."""

from __future__ import annotations

import datetime
import io
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt
import pydicom
from pydicom.dataset import Dataset

from ai.manifest import CodeSpec
from ai.services.dicom_seg import (
    AlgorithmSpec,
    SegmentSpec,
    build_segmentation,
    network_algorithm,
)

SEG_UID, SERIES_UID = "2.25.10", "2.25.11"
STUDY_UID, SOURCE_SERIES_UID, FRAME_OF_REFERENCE_UID = "2.25.1", "2.25.2", "2.25.3"
MR, ENHANCED_MR, SEG = (
    "1.2.840.10008.5.1.4.1.1.4",
    "1.2.840.10008.5.1.4.1.1.4.1",
    "1.2.840.10008.5.1.4.1.1.66.4",
)
CREATED_AT = datetime.datetime(2026, 1, 5, 10, 30, 15)  # noqa: DTZ001
ABNORMAL = CodeSpec("49755003", "SCT", "Morphologically Abnormal Structure")
TYPES = {
    "Brain": CodeSpec("12738006", "SCT", "Brain"),
    "Neoplasm": CodeSpec("108369006", "SCT", "Neoplasm"),
    "Necrosis": CodeSpec("6574001", "SCT", "Necrosis"),
    "Edema": CodeSpec("79654002", "SCT", "Edema"),
}
EVEN, ODD = (8, 12), (7, 9)
"""Rows x columns divisible by 8, and not."""
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
OBLIQUE = (0.96, 0.2, -0.195959, -0.172, 0.9736, 0.15)


NETWORK = network_algorithm("AUTOMATIC", "Brain extraction", "1.0.2")


def segment(
    number: int,
    name: str = "Neoplasm",
    color: str | None = "#e6194b",
    algorithm: AlgorithmSpec = NETWORK,
) -> SegmentSpec:
    tracking = f"F{number}", f"2.25.9{number}"
    return SegmentSpec(number, name, ABNORMAL, TYPES[name], *tracking, color, algorithm)


SEGMENTS = [segment(1), segment(2, "Necrosis"), segment(3, "Edema", None)]


def orthonormal(orientation: Sequence[float]) -> list[float]:
    row = np.array(orientation[:3]) / np.linalg.norm(orientation[:3])
    column = np.array(orientation[3:]) - row * (row @ np.array(orientation[3:]))
    return [*row, *(column / np.linalg.norm(column))]


def mr_series(
    rows: int,
    columns: int,
    offsets: Sequence[float],
    *,
    orientation: Sequence[float] = AXIAL,
    tilt: float = 0.0,
) -> list[Dataset]:
    """MR headers without pixels at ``offsets`` mm along the normal; ``tilt`` shears the stack."""
    directions = orthonormal(orientation)
    normal = np.cross(directions[:3], directions[3:])
    series = []
    for number, offset in enumerate(offsets, 1):
        instance = Dataset()
        instance.SOPClassUID = MR
        instance.SOPInstanceUID = f"2.25.100{number}"
        instance.StudyInstanceUID = STUDY_UID
        instance.SeriesInstanceUID = SOURCE_SERIES_UID
        instance.FrameOfReferenceUID = FRAME_OF_REFERENCE_UID
        instance.PatientID, instance.PatientName = "P1", "Test^Case"
        instance.PatientBirthDate, instance.PatientSex = "19700101", "F"
        instance.StudyDate, instance.StudyTime = "20260104", "080000"
        instance.AccessionNumber, instance.StudyID = "A1", "1"
        instance.ReferringPhysicianName = ""
        instance.Modality, instance.Manufacturer = "MR", "Maker"
        instance.Rows, instance.Columns = rows, columns
        instance.PixelSpacing, instance.SliceThickness = [0.9, 0.8], 2
        instance.SpacingBetweenSlices = 2
        instance.ImageOrientationPatient = [round(v, 9) for v in directions]
        position = (
            np.array([-50, -60, 10]) + normal * offset + np.array(directions[3:]) * tilt * offset
        )
        instance.ImagePositionPatient = [round(float(v), 6) for v in position]
        series.append(instance)
    return series


def enhanced_mr(rows: int, columns: int, frames: int) -> Dataset:
    image = mr_series(rows, columns, [0])[0]
    image.SOPClassUID = ENHANCED_MR
    image.NumberOfFrames = frames
    shared, measures, orientation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = image.PixelSpacing, image.SliceThickness
    orientation.ImageOrientationPatient = image.ImageOrientationPatient
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    image.SharedFunctionalGroupsSequence = [shared]
    groups = []
    for index in range(frames):
        group, position = Dataset(), Dataset()
        position.ImagePositionPatient = [-50, -60, 10 + 2 * index]
        group.PlanePositionSequence = [position]
        groups.append(group)
    image.PerFrameFunctionalGroupsSequence = groups
    for keyword in ("PixelSpacing", "SliceThickness", "SpacingBetweenSlices"):
        delattr(image, keyword)
    del image.ImageOrientationPatient, image.ImagePositionPatient
    return image


def mask(slices: int, rows: int, columns: int, labels: int = 3) -> npt.NDArray[np.uint8]:
    values = np.random.default_rng(7).integers(0, labels + 1, (slices, rows, columns))
    values[slices // 2] = 0
    return values.astype(np.uint8)


def build(sources: Sequence[Dataset], labelmap: npt.NDArray[Any], **changes: Any) -> Dataset:
    arguments: dict[str, Any] = {
        "source_datasets": sources,
        "labelmap": labelmap,
        "segments": SEGMENTS,
        "series_instance_uid": SERIES_UID,
        "sop_instance_uid": SEG_UID,
        "series_number": 900,
        "instance_number": 1,
        "series_description": "Segmentation Brain extraction",
        "content_description": "AI mask, unedited",
        "content_creator_name": "Lee^Seoyeon",
        "created_at": CREATED_AT,
    }
    return build_segmentation(**(arguments | changes))


def stored(seg: Dataset) -> bytes:
    buffer = io.BytesIO()
    seg.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def reread(seg: Dataset) -> Dataset:
    return pydicom.dcmread(io.BytesIO(stored(seg)))


def complaints(seg: Dataset, folder: Path) -> list[str]:
    path = folder / "seg.dcm"
    path.write_bytes(stored(seg))
    report = subprocess.run(  # noqa: S603
        ["dciodvfy", "-new", path],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Segmentation" in report.stderr.splitlines(), report.stderr
    return [line for line in report.stderr.splitlines() if line.startswith("Error")]


def uids(sources: Sequence[Dataset]) -> list[str]:
    return [source.SOPInstanceUID for source in sources]


def read_with_dcmqi(seg: Dataset, folder: Path) -> dict[int, nib.Nifti1Image]:
    """What dcmqi's segimage2itkimage makes of it: one image per segment, label = file name."""
    (folder / "seg.dcm").write_bytes(stored(seg))
    tool = Path(sys.executable).parent / "segimage2itkimage"
    subprocess.run(  # noqa: S603
        [tool, "--inputDICOM", folder / "seg.dcm", "--outputDirectory", folder, "-t", "nii"],
        check=True,
        capture_output=True,
    )
    return {
        int(path.name.split(".")[0]): nib.Nifti1Image.from_filename(path)
        for path in folder.glob("*.nii.gz")
    }
