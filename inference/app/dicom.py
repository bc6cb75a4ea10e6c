"""One DICOM file in, its slices out: what a model needs of it and nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import numpy.typing as npt
from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError
from pydicom.pixels.utils import pixel_array

from app.errors import InputRefused

_OF_ALL = (
    "SOPInstanceUID",
    "FrameOfReferenceUID",
    "PatientID",
    "PatientAge",
    "PatientBirthDate",
    "StudyDate",
)
"""What an Enhanced image says of all its frames."""
_MACROS = (
    "PixelMeasuresSequence",
    "PlanePositionSequence",
    "PlaneOrientationSequence",
    "PixelValueTransformationSequence",
    "MREchoSequence",
)
"""Functional groups of which something is read."""


@dataclass(frozen=True)
class Slice:
    """A single-frame image, or a frame of a multi-frame one, with its place in the patient.

    Attributes:
        name: the SOP Instance UID; of a frame with `/frames/` and its number, from 1.
        pixels: stored values (rows, columns); value = stored * slope + intercept
            (0028,1053) and (0028,1052).
        position: centre of the first pixel, mm, LPS (0020,0032).
        orientation: direction along a row, then along a column, LPS (0020,0037).
        spacing: mm between rows, between columns (0028,0030).
        echo_time: ms (0018,0081), of an Enhanced image (0018,9082); None where absent.
        age_years: at the time of the study, None where unknown.
        file_sha256: of the DICOM file, in hexadecimal digits.
    """

    name: str
    sop_instance_uid: str
    frame_of_reference_uid: str
    patient_id: str
    pixels: npt.NDArray[np.generic]
    slope: float
    intercept: float
    position: tuple[float, ...]
    orientation: tuple[float, ...]
    spacing: tuple[float, ...]
    echo_time: float | None
    age_years: int | None
    file_sha256: str


def read_slices(data: bytes) -> list[Slice]:
    """Parse and decode one DICOM file: an image, or a multi-frame image of functional groups.

    Raises:
        InputRefused: not a MONOCHROME2 image whose slices have a position, or undecodable.
    """
    try:
        dataset = dcmread(BytesIO(data))
    except (InvalidDicomError, EOFError) as error:
        raise InputRefused("The series holds a file that is not DICOM.") from error
    try:
        _check_kind(dataset)
        sha256 = hashlib.sha256(data).hexdigest()
        if "PerFrameFunctionalGroupsSequence" in dataset:
            return _frames(dataset, sha256)
        return [_slice(dataset, str(dataset.SOPInstanceUID), _decode(dataset), sha256)]
    except InputRefused:
        raise
    except Exception as error:
        uid = dataset.get("SOPInstanceUID", "unknown")
        raise InputRefused(f"Instance {uid} has a missing or malformed attribute.") from error


def _frames(dataset: Dataset, sha256: str) -> list[Slice]:
    """Of an Enhanced image (PS3.3 C.7.6.16): each frame as if it were an image of its own."""
    shared = next(iter(dataset.get("SharedFunctionalGroupsSequence") or ()), Dataset())
    groups = dataset.PerFrameFunctionalGroupsSequence
    pixels = _decode(dataset).reshape(-1, dataset.Rows, dataset.Columns)
    if len(pixels) != len(groups):
        raise InputRefused(f"Instance {dataset.SOPInstanceUID} has other frames than it describes.")
    slices = []
    for number, (group, plane) in enumerate(zip(groups, pixels, strict=True), 1):
        frame = Dataset()
        frame.update({dataset[word].tag: dataset[word] for word in _OF_ALL if word in dataset})
        for macro in _MACROS:
            for item in (group.get(macro) or shared.get(macro) or ())[:1]:
                frame.update(item)
        name = f"{dataset.SOPInstanceUID}/frames/{number}"
        slices.append(_slice(frame, name, plane, sha256))
    return slices


def _slice(dataset: Dataset, name: str, pixels: npt.NDArray[np.generic], file_sha256: str) -> Slice:
    echo_time = dataset.get("EffectiveEchoTime", dataset.get("EchoTime"))
    return Slice(
        name=name,
        sop_instance_uid=str(dataset.SOPInstanceUID),
        frame_of_reference_uid=str(dataset.get("FrameOfReferenceUID", "")),
        patient_id=str(dataset.get("PatientID", "")).strip(),
        pixels=pixels,
        slope=float(dataset.get("RescaleSlope", 1)),
        intercept=float(dataset.get("RescaleIntercept", 0)),
        position=_numbers(dataset, "ImagePositionPatient", 3),
        orientation=_numbers(dataset, "ImageOrientationPatient", 6),
        spacing=_numbers(dataset, "PixelSpacing", 2),
        echo_time=None if echo_time is None else float(echo_time),
        age_years=_age_years(dataset),
        file_sha256=file_sha256,
    )


def _check_kind(dataset: Dataset) -> None:
    uid = dataset.SOPInstanceUID
    if "PixelData" not in dataset:
        raise InputRefused(f"Instance {uid} is not an image with pixel data.")
    frames = int(dataset.get("NumberOfFrames", None) or 1)
    if frames > 1 and "PerFrameFunctionalGroupsSequence" not in dataset:
        raise InputRefused(
            f"Instance {uid} has {frames} frames and does not say where each of them lies."
        )
    if dataset.get("PhotometricInterpretation") != "MONOCHROME2":
        raise InputRefused(
            f"Instance {uid} is {dataset.get('PhotometricInterpretation')}; "
            "only greyscale images (MONOCHROME2) are read."
        )


def _decode(dataset: Dataset) -> npt.NDArray[np.generic]:
    try:
        return pixel_array(dataset)
    except Exception as error:
        syntax = dataset.file_meta.TransferSyntaxUID.name
        raise InputRefused(
            f"Instance {dataset.SOPInstanceUID} cannot be decoded ({syntax})."
        ) from error


def _numbers(dataset: Dataset, keyword: str, count: int) -> tuple[float, ...]:
    values = tuple(float(value) for value in dataset.get(keyword) or ())
    if len(values) != count or not np.isfinite(values).all():
        raise InputRefused(f"Instance {dataset.SOPInstanceUID} lacks a valid {keyword}.")
    return values


def _age_years(dataset: Dataset) -> int | None:
    age = str(dataset.get("PatientAge", "") or "")
    if len(age) == 4 and age[:3].isdigit():
        return int(age[:3]) if age[3] == "Y" else 0
    birth, study = (str(dataset.get(key, "") or "") for key in ("PatientBirthDate", "StudyDate"))
    if len(birth) == len(study) == 8 and (birth + study).isdigit():
        return (int(study) - int(birth)) // 10_000
    return None
