"""The sample volumes as DICOM: NIfTI to a classic single-frame MR series (PS3.3 A.4).

Pure and deterministic: the same sample gives the same bytes and the same UIDs on every machine, so
loading it twice stores nothing twice.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt
from nibabel import orientations
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage
from pydicom.valuerep import format_number_as_ds

SAMPLE_DATA = Path(__file__).resolve().parents[2] / "sample_data"
UID_NAMESPACE = uuid.UUID("6f1c2a52-6a0e-5f5b-9d0a-3c5d8f0b7e21")
RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Sample:
    """A redistributable volume and the invented patient it is loaded for."""

    name: str
    file_name: str
    patient_id: str
    patient_name: str
    patient_birth_date: datetime.date
    patient_sex: str
    study_description: str
    series_description: str
    notice: str


SAMPLES = (
    Sample(
        name="colin27",
        file_name="colin27_t1.nii.gz",
        patient_id="P2026-0001",
        patient_name="Kim^Minjun",
        patient_birth_date=datetime.date(1974, 3, 2),
        patient_sex="M",
        study_description="MRI brain",
        series_description="T1 3D 1 mm",
        notice="Source: Colin27 average brain. Copyright (C) 1993-2009 Louis Collins, McConnell "
        "Brain Imaging Centre, Montreal Neurological Institute, McGill University. Free use, "
        "provided that this notice appears in all copies; no warranty. Synthetic patient.",
    ),
    Sample(
        name="tumour1",
        file_name="tumour1_t1c.nii.gz",
        patient_id="P2026-0002",
        patient_name="Carter^Emily",
        patient_birth_date=datetime.date(1968, 9, 14),
        patient_sex="F",
        study_description="MRI brain with contrast",
        series_description="T1 post contrast axial",
        notice="Source: brain1 of pyradiomics. Copyright 2017 Harvard Medical School, "
        "BSD-3-Clause; no warranty. Synthetic patient.",
    ),
)


@dataclass(frozen=True, slots=True)
class AxialVolume:
    """Stored values and their place in the patient, LPS, mm.

    ``pixels`` is (slices, rows, columns), uint16 or int16, slices from inferior to superior.
    ``affine`` (4, 4) maps (column, row, slice) to LPS.
    """

    pixels: npt.NDArray[Any]
    affine: npt.NDArray[np.float64]

    @property
    def directions(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Unit vectors of increasing column and increasing row: Image Orientation (Patient)."""
        return _unit(self.affine[:3, 0]), _unit(self.affine[:3, 1])

    @property
    def pixel_spacing(self) -> tuple[float, float]:
        """(between rows, between columns), mm: the order of Pixel Spacing (0028,0030)."""
        return float(np.linalg.norm(self.affine[:3, 1])), float(np.linalg.norm(self.affine[:3, 0]))

    @property
    def slice_spacing(self) -> float:
        """Distance of neighbouring slices along the normal, mm."""
        return abs(float(self.affine[:3, 2] @ np.cross(*self.directions)))


def sample_uid(sample: Sample, *parts: str) -> UID:
    """A UID under 2.25 (PS3.5 B.2) that depends on nothing but its names."""
    return UID(f"2.25.{uuid.uuid5(UID_NAMESPACE, '/'.join((sample.name, *parts))).int}")


def load_axial_volume(path: Path) -> AxialVolume:
    """Read a NIfTI file into the voxel order of an axial DICOM series.

    Axes are only swapped and flipped, never resampled, so an oblique volume stays oblique.

    Raises:
        ValueError: not three-dimensional, a voxel is not finite, or rows and columns are not
            perpendicular, which DICOM cannot express.
    """
    image = nib.Nifti1Image.from_filename(path)
    if len(image.shape) != 3:
        raise ValueError("the volume must be three-dimensional")
    image = _reoriented(image, "LPS")
    affine = RAS_TO_LPS @ image.affine
    if abs(_unit(affine[:3, 0]) @ _unit(affine[:3, 1])) > 1e-4:
        raise ValueError("rows and columns must be perpendicular")
    return AxialVolume(_stored_values(np.asanyarray(image.dataobj).transpose(2, 1, 0)), affine)


def series_instances(
    volume: AxialVolume, sample: Sample, *, accession_number: str, study_date: datetime.date
) -> Iterator[Dataset]:
    """Yield the MR Image instances, inferior to superior, Instance Number from 1."""
    common = _series_attributes(volume, sample)
    common.AccessionNumber = accession_number
    for keyword in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"):
        setattr(common, keyword, study_date.strftime("%Y%m%d"))
    normal = np.cross(*volume.directions)
    for index, pixels in enumerate(volume.pixels):
        position = volume.affine[:3, 3] + index * volume.affine[:3, 2]
        instance = Dataset()
        instance.update(common)
        instance.SOPInstanceUID = sample_uid(sample, "instance", str(index + 1))
        instance.InstanceNumber = index + 1
        instance.ImagePositionPatient = _decimal_strings(*position)
        instance.SliceLocation = _decimal_strings(float(position @ normal))[0]
        instance.add_new("PixelData", "OW", pixels.astype(pixels.dtype.newbyteorder("<")).tobytes())
        instance.file_meta = FileMetaDataset()
        instance.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        yield instance


def write_series(
    sample: Sample,
    folder: Path,
    *,
    accession_number: str,
    study_date: datetime.date,
    source_folder: Path = SAMPLE_DATA,
    progress: Progress | None = None,
) -> list[Path]:
    """Write the sample's series to ``folder``, one file per slice, one slice in memory at a time.

    ``progress(done, total)`` is called after each file. Returns the files, inferior to superior.
    """
    volume = load_axial_volume(source_folder / sample.file_name)
    folder.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []
    for instance in series_instances(
        volume, sample, accession_number=accession_number, study_date=study_date
    ):
        path = folder / f"{instance.InstanceNumber:04d}.dcm"
        instance.save_as(path, enforce_file_format=True)
        files.append(path)
        if progress is not None:
            progress(len(files), len(volume.pixels))
    return files


def _reoriented(image: nib.Nifti1Image, axes: str) -> nib.Nifti1Image:
    current = orientations.io_orientation(image.affine)
    wanted = orientations.axcodes2ornt(tuple(axes))
    change = orientations.ornt_transform(current, wanted)
    reoriented: nib.Nifti1Image = image.as_reoriented(change)
    return reoriented


def _series_attributes(volume: AxialVolume, sample: Sample) -> Dataset:
    common = Dataset()
    common.SpecificCharacterSet = "ISO_IR 192"
    common.PatientID = sample.patient_id
    common.PatientName = sample.patient_name
    common.PatientBirthDate = sample.patient_birth_date.strftime("%Y%m%d")
    common.PatientSex = sample.patient_sex
    common.PatientIdentityRemoved = "YES"
    common.DeidentificationMethod = "Public research volume under an invented identity"
    common.StudyInstanceUID = sample_uid(sample, "study")
    common.StudyID = "1"
    common.StudyDescription = sample.study_description
    common.ReferringPhysicianName = ""
    common.SeriesInstanceUID = sample_uid(sample, "series")
    common.SeriesNumber = 1
    common.SeriesDescription = sample.series_description
    common.Modality = "MR"
    common.BodyPartExamined = "BRAIN"
    common.PatientPosition = "HFS"
    common.Manufacturer = "NeuroNova"
    common.ManufacturerModelName = "NeuroNova sample data"
    common.FrameOfReferenceUID = sample_uid(sample, "frame-of-reference")
    common.PositionReferenceIndicator = ""
    common.SOPClassUID = MRImageStorage
    common.ImageType = ["DERIVED", "PRIMARY", "OTHER"]
    common.DerivationDescription = f"Converted from NIfTI ({sample.file_name}), not resampled"
    common.ImageComments = sample.notice
    for keyword in ("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime"):
        setattr(common, keyword, "090000")
    common.update(_acquisition_attributes())
    common.update(_pixel_attributes(volume))
    return common


def _acquisition_attributes() -> Dataset:
    """MR Image module (PS3.3 C.8.3.1): what NIfTI does not tell stays empty (Type 2)."""
    acquisition = Dataset()
    acquisition.ScanningSequence = "RM"
    acquisition.SequenceVariant = "NONE"
    acquisition.ScanOptions = ""
    acquisition.MRAcquisitionType = ""
    acquisition.RepetitionTime = None
    acquisition.EchoTime = None
    acquisition.EchoTrainLength = None
    acquisition.AcquisitionNumber = 1
    return acquisition


def _pixel_attributes(volume: AxialVolume) -> Dataset:
    pixels = Dataset()
    _, pixels.Rows, pixels.Columns = volume.pixels.shape
    pixels.SamplesPerPixel = 1
    pixels.PhotometricInterpretation = "MONOCHROME2"
    pixels.BitsAllocated = 16
    pixels.BitsStored = 16
    pixels.HighBit = 15
    pixels.PixelRepresentation = int(volume.pixels.dtype == np.int16)
    pixels.PixelSpacing = _decimal_strings(*volume.pixel_spacing)
    pixels.SliceThickness = _decimal_strings(volume.slice_spacing)[0]
    pixels.SpacingBetweenSlices = pixels.SliceThickness
    row_direction, column_direction = volume.directions
    pixels.ImageOrientationPatient = _decimal_strings(*row_direction, *column_direction)
    center, width = _window(volume.pixels)
    pixels.WindowCenter = center
    pixels.WindowWidth = width
    return pixels


def _stored_values(data: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Keep integers as they are; stretch anything else over the 16 bits (MR has no unit)."""
    if not np.isfinite(data).all():
        raise ValueError("a voxel is not finite")
    low, high = data.min(), data.max()
    if np.array_equal(data, np.rint(data)):
        for dtype in (np.uint16, np.int16):
            if np.iinfo(dtype).min <= low and high <= np.iinfo(dtype).max:
                return data.astype(dtype)
    scale = 65535 / (float(high) - float(low))
    return np.rint((data.astype(np.float64) - float(low)) * scale).astype(np.uint16)


def _window(pixels: npt.NDArray[Any]) -> tuple[int, int]:
    """Window Center and Width from the 1st to the 99th percentile of what is not background."""
    foreground = pixels[pixels > pixels.min()]
    if not foreground.size:
        return int(pixels.min()), 1
    low, high = np.percentile(foreground, [1, 99])
    return round((low + high) / 2), max(1, round(high - low))


def _unit(vector: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return vector / np.linalg.norm(vector)


def _decimal_strings(*values: float) -> list[str]:
    """DS (PS3.5 6.2): at most 16 characters, and no negative zero."""
    return [format_number_as_ds(float(value) + 0.0) for value in values]
