"""Real volumes as in-memory DICOM series, cut in any direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt
from pydicom import Dataset, FileMetaDataset, dcmread
from pydicom.dataset import FileDataset
from pydicom.uid import (
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    MRImageStorage,
    RLELossless,
    generate_uid,
)

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"
AXIAL = ((0, 1), (1, 1), (2, 1))
RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass
class Series:
    """DICOM files of one series by SOP Instance UID, and where each came from."""

    files: dict[str, bytes] = field(default_factory=dict)
    uid: str = field(default_factory=generate_uid)


def load_sample(name: str) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.float64]]:
    """Voxels [x, y, z] in closest-canonical RAS and their affine."""
    image = nib.as_closest_canonical(nib.load(SAMPLES / name))
    return np.asarray(image.dataobj).astype(np.int16), image.affine


def make_series(
    voxels: npt.NDArray[Any],
    affine_ras: npt.NDArray[np.float64],
    *,
    axes: Sequence[tuple[int, int]] = AXIAL,
    **attributes: Any,  # noqa: ANN401
) -> Series:
    """Cut voxels [x, y, z] into slices.

    Args:
        axes: for DICOM column, row and slice index: (voxel axis, +1 or -1 direction).
        attributes: DICOM keywords set on every instance; None leaves one out.
    """
    order = [axis for axis, _ in axes]
    turned = voxels.transpose(order)
    affine = RAS_TO_LPS @ affine_ras
    affine = np.column_stack([affine[:, order], affine[:, 3]])
    for index, (_, direction) in enumerate(axes):
        if direction < 0:
            affine[:, 3] += affine[:, index] * (turned.shape[index] - 1)
            affine[:, index] *= -1
            turned = np.flip(turned, index)
    series = Series()
    study_uid, frame_uid = generate_uid(), generate_uid()
    for number in range(turned.shape[2]):
        dataset = _instance(turned[:, :, number].T, affine, number)
        dataset.StudyInstanceUID, dataset.FrameOfReferenceUID = study_uid, frame_uid
        dataset.SeriesInstanceUID = series.uid
        for keyword, value in attributes.items():
            if value is None:
                delattr(dataset, keyword)
            else:
                setattr(dataset, keyword, value)
        series.files[dataset.SOPInstanceUID] = to_bytes(dataset)
    return series


def as_enhanced(series: Series) -> Series:
    """The same slices as the frames of one Enhanced MR image, the last one first."""
    images = [dcmread(BytesIO(data)) for data in series.files.values()][::-1]
    made = images[0]
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = EnhancedMRImageStorage
    made.NumberOfFrames = len(images)
    made.PixelData = b"".join(image.PixelData for image in images)
    shared = Dataset()
    shared.PixelMeasuresSequence = [_macro(PixelSpacing=made.PixelSpacing)]
    shared.PlaneOrientationSequence = [_macro(ImageOrientationPatient=made.ImageOrientationPatient)]
    shared.MREchoSequence = [_macro(EffectiveEchoTime=float(made.EchoTime))]
    made.SharedFunctionalGroupsSequence = [shared]
    made.PerFrameFunctionalGroupsSequence = [
        _macro(
            PlanePositionSequence=[_macro(ImagePositionPatient=image.ImagePositionPatient)],
            PixelValueTransformationSequence=[
                _macro(
                    RescaleSlope=image.get("RescaleSlope", 1),
                    RescaleIntercept=image.get("RescaleIntercept", 0),
                )
            ],
        )
        for image in images
    ]
    for keyword in ("PixelSpacing", "ImageOrientationPatient", "ImagePositionPatient", "EchoTime"):
        delattr(made, keyword)
    for keyword in ("RescaleSlope", "RescaleIntercept"):
        made.pop(keyword, None)
    return Series({made.SOPInstanceUID: to_bytes(made)}, series.uid)


def _macro(**values: Any) -> Dataset:  # noqa: ANN401
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, value)
    return item


def _instance(
    pixels: npt.NDArray[Any], affine_lps: npt.NDArray[np.float64], number: int
) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = MRImageStorage
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = MRImageStorage
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.PatientName, dataset.PatientID = "Kim^Minjun", "P2026-0001"
    dataset.PatientBirthDate, dataset.StudyDate = "19740302", "20260105"
    dataset.Modality, dataset.InstanceNumber, dataset.EchoTime = "MR", number + 1, "10"
    spacing = np.linalg.norm(affine_lps[:3, :2], axis=0)
    directions = affine_lps[:3, :2] / spacing
    dataset.ImageOrientationPatient = [f"{value:.9g}" for value in directions.T.ravel()]
    position = affine_lps[:3, 3] + number * affine_lps[:3, 2]
    dataset.ImagePositionPatient = [f"{value:.9g}" for value in position]
    dataset.PixelSpacing = [f"{spacing[1]:.9g}", f"{spacing[0]:.9g}"]
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 1
    dataset.PixelData = np.ascontiguousarray(pixels.astype(np.int16)).tobytes()
    return dataset


def to_bytes(dataset: Dataset) -> bytes:
    """The DICOM file."""
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


COMPRESSED = (JPEG2000Lossless, RLELossless)
