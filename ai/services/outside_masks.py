"""Masks of other systems: DICOM SEG, RTSTRUCT and NIfTI on the grid of one series.

A file is read whole and checked before anything of it is used: it belongs to the patient, study and
frame of reference of the series, and lies on its grid.
"""

from __future__ import annotations

import gzip
import io
import math
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import nibabel as nib
import numpy as np
import numpy.typing as npt
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError
from nibabel.wrapstruct import WrapStructError
from pydicom import Dataset, dcmread
from pydicom.errors import InvalidDicomError

from ai.manifest import NOT_STATED, CodeSpec, SegmentAlgorithm
from ai.services.contours import filled
from ai.services.outside_codes import algorithm_type, code_of, identifications
from common.errors import BusinessError, ErrorCode, InvalidInput
from pacs.index.geometry import SeriesGeometry

SEG = "1.2.840.10008.5.1.4.1.1.66.4"
LABELMAP_SEG = "1.2.840.10008.5.1.4.1.1.66.7"
RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"

MAX_NUMBER = 255
PLACE_TOLERANCE_MM = 0.1
DIRECTION_TOLERANCE = 1e-3
OFF_SLICE = 0.25
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_DICOM_ERRORS = (
    *(AttributeError, LookupError, ValueError, TypeError, ArithmeticError, RuntimeError),
    *(InvalidDicomError, OSError, EOFError, MemoryError),
    *(struct.error, zlib.error, np.linalg.LinAlgError),
)
"""All that pydicom, numpy and the decoders raise for a damaged file."""
_NIFTI_ERRORS = (*_DICOM_ERRORS, ImageFileError, HeaderDataError, WrapStructError)

Mask = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Belonging:
    """What a file must belong to."""

    patient_id: str
    study_instance_uid: str
    frame_of_reference_uid: str
    geometry: SeriesGeometry


@dataclass(frozen=True, slots=True)
class OutsideSegment:
    """One segment as the file names it; codes that it lacks are None."""

    number: int
    label: str
    category: CodeSpec | None = None
    type: CodeSpec | None = None
    algorithm: SegmentAlgorithm = NOT_STATED


@dataclass(frozen=True, slots=True)
class OutsideMask:
    """A mask by the segment numbers of the file. ``origin``: what the file says of itself."""

    mask: Mask
    segments: tuple[OutsideSegment, ...]
    origin: dict[str, str]
    notes: tuple[str, ...] = field(default=())


def series_named(content: bytes) -> set[str]:
    """The series of images that a SEG or RTSTRUCT was made for; a NIfTI names none.

    Raises InvalidInput.
    """
    if not is_dicom(content):
        return set()
    named: set[str] = set()
    dataset = _dataset(content)
    _reader(dataset)
    try:
        for element in dataset.iterall():
            if element.keyword in ("ReferencedSeriesSequence", "RTReferencedSeriesSequence"):
                named |= {str(item.get("SeriesInstanceUID", "")) for item in element.value}
    except _DICOM_ERRORS:
        raise unreadable("an attribute of the file is missing or malformed") from None
    return named - {""}


def is_dicom(content: bytes) -> bool:
    return content[128:132] == b"DICM"


def read(content: bytes, belonging: Belonging) -> OutsideMask:
    """Raises InvalidInput (unreadable), BusinessError (belongs to something else)."""
    try:
        return _read(content, belonging)
    except _DICOM_ERRORS:
        raise unreadable("an attribute of the file is missing or malformed") from None


def _read(content: bytes, belonging: Belonging) -> OutsideMask:
    if not is_dicom(content):
        return _nifti(content, belonging.geometry)
    dataset = _dataset(content)
    read_mask = _reader(dataset)
    _check_owner(dataset, belonging)
    return read_mask(dataset, belonging)


def _reader(dataset: Dataset) -> Callable[[Dataset, Belonging], OutsideMask]:
    """Of this kind of object. Raises InvalidInput: of another kind, or it ends before its mask."""
    kind = str(dataset.get("SOPClassUID", ""))
    known = {SEG: _seg, LABELMAP_SEG: _seg, RTSTRUCT: _rtstruct}
    if kind and kind not in known:
        raise unreadable("the DICOM object is neither a Segmentation nor an RT Structure Set")
    if not kind or ("ROIContourSequence" if kind == RTSTRUCT else "PixelData") not in dataset:
        raise unreadable("the file is damaged: it ends before its mask")
    return known[kind]


def unreadable(what: str) -> InvalidInput:
    return InvalidInput(ErrorCode.IMPORT_UNREADABLE, what, "file")


def mismatch(what: str) -> BusinessError:
    return BusinessError(ErrorCode.IMPORT_MISMATCH, what, "file")


def _dataset(content: bytes) -> Dataset:
    try:
        return dcmread(io.BytesIO(content))
    except _DICOM_ERRORS:
        raise unreadable("the file is not a whole DICOM object") from None


def _check_owner(dataset: Dataset, belonging: Belonging) -> None:
    patient = str(dataset.get("PatientID", "") or "").strip()
    if patient != belonging.patient_id:
        raise mismatch("the file is of another patient than the study")
    if str(dataset.get("StudyInstanceUID", "")) != belonging.study_instance_uid:
        raise mismatch("the file is of another study")


def _check_frame(uids: set[str], belonging: Belonging) -> None:
    if uids != {belonging.frame_of_reference_uid}:
        raise mismatch("the file has another frame of reference than the series")


def _origin(dataset: Dataset, kind: str, author: str) -> dict[str, str]:
    device = " ".join(
        str(dataset.get(keyword, "") or "") for keyword in ("Manufacturer", "ManufacturerModelName")
    )
    told = {"kind": kind, "author": str(dataset.get(author, "") or ""), "device": device.strip()}
    return {name: value for name, value in told.items() if value}


# --- DICOM Segmentation ---


def _seg(dataset: Dataset, belonging: Belonging) -> OutsideMask:
    geometry = belonging.geometry
    _check_frame({str(dataset.get("FrameOfReferenceUID", ""))}, belonging)
    if (dataset.Rows, dataset.Columns) != (geometry.rows, geometry.columns):
        raise mismatch(
            f"the file has frames of {dataset.Rows} x {dataset.Columns} pixels, "
            f"the series images of {geometry.rows} x {geometry.columns}"
        )
    named = (_seg_segment(item) for item in dataset.SegmentSequence)
    segments = tuple(each for each in named if each.number > 0)  # 0: the background of a LABELMAP
    _check_numbers([each.number for each in segments])
    groups = dataset.PerFrameFunctionalGroupsSequence
    if len(groups) > len(geometry.slices) * max(1, len(segments)):
        raise unreadable("the file has more frames than the series has slices for each segment")
    places = [_slice_of(dataset, group, geometry) for group in groups]
    frames = dataset.pixel_array.reshape(len(groups), geometry.rows, geometry.columns)
    mask = np.zeros(geometry.shape, np.uint8)
    kind = str(dataset.get("SegmentationType", ""))
    for frame, group, place in zip(frames, groups, places, strict=True):
        if kind == "LABELMAP":
            if frame.max() > MAX_NUMBER:
                raise unreadable(f"a voxel has a segment number above {MAX_NUMBER}")
            _lay(mask[place], frame.astype(np.uint8), frame > 0)
        else:
            inside = frame >= dataset.MaximumFractionalValue / 2 if kind == "FRACTIONAL" else frame
            number = _segment_number(dataset, group)
            _check_numbers([number])
            _lay(mask[place], np.uint8(number), inside.astype(bool))
    notes = ("fractional values from one half count as inside",) if kind == "FRACTIONAL" else ()
    return OutsideMask(mask, segments, _origin(dataset, "SEG", "ContentCreatorName"), notes)


def _check_numbers(numbers: list[int]) -> None:
    if any(not 1 <= number <= MAX_NUMBER for number in numbers):
        raise unreadable(f"a segment has a number outside 1 to {MAX_NUMBER}")
    if len(set(numbers)) < len(numbers):
        raise unreadable("two segments have the same number")


def _lay(target: Mask, values: Any, inside: npt.NDArray[np.bool_]) -> None:
    if target[inside].any():
        raise unreadable("two segments share a voxel, which a mask here cannot hold")
    target[inside] = values[inside] if np.ndim(values) else values


def _seg_segment(item: Dataset) -> OutsideSegment:
    return OutsideSegment(
        number=int(item.SegmentNumber),
        label=str(item.SegmentLabel)[:64],
        category=code_of(item, "SegmentedPropertyCategoryCodeSequence"),
        type=code_of(item, "SegmentedPropertyTypeCodeSequence"),
        algorithm=SegmentAlgorithm(
            algorithm_type(item.get("SegmentAlgorithmType")),
            str(item.get("SegmentAlgorithmName", "") or "")[:64],
            tuple(identifications(item)),
        ),
    )


def _segment_number(dataset: Dataset, group: Dataset) -> int:
    sequence = _functional(dataset, group, "SegmentIdentificationSequence")
    return int(sequence.ReferencedSegmentNumber)


def _functional(dataset: Dataset, group: Dataset, keyword: str) -> Dataset:
    shared = dataset.get("SharedFunctionalGroupsSequence")
    for place in (group, *(shared or ())):
        if place.get(keyword):
            found: Dataset = place[keyword].value[0]
            return found
    raise KeyError(keyword)


def _slice_of(dataset: Dataset, group: Dataset, geometry: SeriesGeometry) -> int:
    """Which slice of the series a frame lies on, exactly."""
    where = _functional(dataset, group, "PlanePositionSequence").ImagePositionPatient
    turned = _functional(dataset, group, "PlaneOrientationSequence").ImageOrientationPatient
    spacing = _functional(dataset, group, "PixelMeasuresSequence").PixelSpacing
    lps = _LPS_TO_RAS @ geometry.affine
    axes = lps[:3, :2] / np.linalg.norm(lps[:3, :2], axis=0)
    if not np.allclose(np.asarray(turned, float), axes.T.ravel(), atol=DIRECTION_TOLERANCE):
        raise mismatch("the frames of the file are turned against the images")
    if not np.allclose(np.asarray(spacing, float), geometry.spacing[1:], rtol=DIRECTION_TOLERANCE):
        raise mismatch("the pixels of the file have another size than those of the images")
    far = np.linalg.norm(geometry.positions - np.asarray(where, float), axis=1)
    nearest = int(far.argmin())
    if far[nearest] > PLACE_TOLERANCE_MM:
        raise mismatch(f"a frame of the file lies {far[nearest]:.1f} mm beside every image")
    return nearest


# --- RT Structure Set ---


def _rtstruct(dataset: Dataset, belonging: Belonging) -> OutsideMask:
    """The structures as 1, 2, 3, … in the order of the file: a ROI Number may be any integer."""
    geometry = belonging.geometry
    names = {int(roi.ROINumber): roi for roi in dataset.StructureSetROISequence}
    if len(names) < len(dataset.StructureSetROISequence):
        raise unreadable("two structures have the same number")
    _check_frame({str(roi.ReferencedFrameOfReferenceUID) for roi in names.values()}, belonging)
    mask, notes = np.zeros(geometry.shape, np.uint8), []
    segments: list[OutsideSegment] = []
    for drawn in dataset.ROIContourSequence:
        roi = names[int(drawn.ReferencedROINumber)]
        contours = drawn.get("ContourSequence") or ()
        if not contours:
            notes.append(f"a structure without contours was left out: {roi.ROINumber}")
            continue
        inside = _rasterised(contours, geometry)
        number = len(segments) + 1
        if number > MAX_NUMBER:
            raise unreadable(f"the file has more than {MAX_NUMBER} structures")
        _lay(mask, np.uint8(number), inside)
        made = SegmentAlgorithm(algorithm_type(roi.get("ROIGenerationAlgorithm")))
        label = str(roi.get("ROIName", ""))[:64]
        segments.append(OutsideSegment(number, label, algorithm=made))
    origin = _origin(dataset, "RTSTRUCT", "OperatorsName")
    return OutsideMask(mask, tuple(segments), origin, tuple(notes))


def _rasterised(contours: Sequence[Dataset], geometry: SeriesGeometry) -> npt.NDArray[np.bool_]:
    lps_to_index = np.linalg.inv(_LPS_TO_RAS @ geometry.affine)
    by_slice: dict[int, list[npt.NDArray[np.float64]]] = {}
    for contour in contours:
        if contour.ContourGeometricType not in ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR"):
            kind = str(contour.ContourGeometricType)[:20]
            raise unreadable(f"a contour is {kind}; only CLOSED_PLANAR ones enclose a region")
        points = np.asarray(contour.ContourData, float).reshape(-1, 3)
        index = points @ lps_to_index[:3, :3].T + lps_to_index[:3, 3]
        places = np.round(index[:, 2])
        if (np.abs(index[:, 2] - places) > OFF_SLICE).any() or np.ptp(places) > 0:
            raise mismatch("a contour does not lie on an image of the series")
        if not 0 <= places[0] < len(geometry.slices):
            raise mismatch("a contour lies beyond the images of the series")
        by_slice.setdefault(int(places[0]), []).append(index[:, 1::-1])
    inside = np.zeros(geometry.shape, bool)
    for place, drawn in by_slice.items():
        inside[place] = filled(drawn, geometry.rows, geometry.columns)
    return inside


# --- NIfTI ---


def _nifti(content: bytes, geometry: SeriesGeometry) -> OutsideMask:
    voxels, affine = _nifti_voxels(content, geometry)
    if not np.isfinite(affine).all() or np.linalg.matrix_rank(affine[:3, :3]) < 3:
        raise unreadable("the NIfTI does not say where its voxels lie")
    turn = nib.orientations.ornt_transform(
        nib.orientations.io_orientation(affine), nib.orientations.io_orientation(geometry.affine)
    )
    turned = affine @ nib.orientations.inv_ornt_aff(turn, voxels.shape)
    voxels = nib.orientations.apply_orientation(voxels, turn)
    if voxels.shape != geometry.shape[::-1]:
        raise mismatch(f"the file has {voxels.shape} voxels, the series {geometry.shape[::-1]}")
    corners = np.array(np.meshgrid(*[(0, size - 1) for size in voxels.shape])).reshape(3, -1)
    places = np.vstack([corners, np.ones(corners.shape[1])])
    off = np.linalg.norm(((turned - geometry.affine) @ places)[:3], axis=0).max()
    if off > PLACE_TOLERANCE_MM:
        raise mismatch(f"the grid of the file lies up to {off:.1f} mm beside that of the series")
    if voxels.dtype.kind not in "iuf":
        raise unreadable("the voxels are no labels: they are no numbers")
    numbers = np.unique(voxels)
    if not np.isfinite(voxels).all() or (numbers != np.round(numbers)).any():
        raise unreadable("the voxels are no labels: they are not whole numbers")
    if numbers[0] < 0 or numbers[-1] > 255:
        raise unreadable("the labels do not lie in 0 to 255")
    mask = np.ascontiguousarray(voxels.transpose(2, 1, 0)).astype(np.uint8)
    segments = tuple(OutsideSegment(int(n), f"Label {int(n)}") for n in numbers if n > 0)
    note = "a NIfTI does not say of which patient it is: only its grid was compared"
    return OutsideMask(mask, segments, {"kind": "NIfTI"}, (note,))


def _nifti_voxels(
    content: bytes, geometry: SeriesGeometry
) -> tuple[npt.NDArray[Any], npt.NDArray[np.float64]]:
    voxels = math.prod(geometry.shape)
    limit = voxels * 8 + 65536
    try:
        if content[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
                content = file.read(limit + 1)
        if len(content) > limit:
            raise mismatch("the file has more voxels than the series")
        image = nib.Nifti1Image.from_bytes(content)
        size = image.header.get_data_shape()
        if math.prod(size) != voxels:
            raise mismatch(f"the file has {size} voxels, the series {geometry.shape[::-1]}")
        data = np.asanyarray(image.dataobj)
    except _NIFTI_ERRORS:
        raise unreadable("the file is neither DICOM nor a whole NIfTI") from None
    while data.ndim > 3 and data.shape[-1] == 1:
        data = data[..., 0]
    if data.ndim != 3:
        raise unreadable(f"the NIfTI has {data.ndim} dimensions, not three")
    if image.header["sform_code"] == 0 and image.header["qform_code"] == 0:
        raise unreadable("the NIfTI does not say where its voxels lie")
    return data, np.asarray(image.affine, float)
