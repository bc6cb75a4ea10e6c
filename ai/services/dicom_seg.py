"""A labelmap as a DICOM Segmentation, and back (PS3.3 A.51, C.8.20).

The representation is BINARY, or FRACTIONAL with the values 0 and 255 where rows x columns is not
divisible by 8: docs/adr/0003-seg-representation.md says why.
"""

from __future__ import annotations

import datetime
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import highdicom as hd
import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.tag import Tag
from pydicom.valuerep import DA, DT, TM

from ai.manifest import CodeSpec
from ai.services.dicom_codes import resolve_category, resolve_code
from common.errors import BusinessError, ErrorCode

MANUFACTURER = "NeuroNova"
MODEL_NAME = "NeuroNova CDSS"
SERIAL_NUMBER = "NEURONOVA-CDSS"
SOFTWARE_VERSION = "1.0"
UID_NAMESPACE = uuid.UUID("0d5b8a0c-8d5e-5a39-8f0b-7a2f64c2d9b4")

IDENTITY = ("PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime")
"""Kept from highdicom, which repeats their values in warnings and errors, and copied afterwards."""
_TYPE_2 = ("PatientID", "AccessionNumber", "StudyID", "SliceThickness")
_ORIENTATION_TOLERANCE = 1e-4


class SegmentationError(ValueError):
    """The mask or its source cannot become a Segmentation. ``reason`` is a stable word."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class AlgorithmSpec:
    """How a segment was made: Segment Algorithm Type (0062,0008) and Name (0062,0009).

    ``name`` is empty of what a person drew alone. ``version``, where it is known, is for the
    report. ``identification``: items of Segmentation Algorithm Identification Sequence (0062,0007)
    in DICOM JSON.
    """

    type: str
    name: str = ""
    version: str = ""
    identification: Sequence[Mapping[str, Any]] = ()


MANUAL = AlgorithmSpec("MANUAL")


def network_algorithm(kind: str, name: str, version: str) -> AlgorithmSpec:
    """Of a trained model, whose family is Artificial Intelligence (PS3.16 CID 7162)."""
    items = hd.AlgorithmIdentificationSequence(
        name=name, version=version, family=codes.cid7162.ArtificialIntelligence
    )
    return AlgorithmSpec(kind, name, version, [item.to_json_dict() for item in items])


@dataclass(frozen=True, slots=True)
class SegmentSpec:
    """One segment: its label in the mask, what it is, and the identity of the finding.

    ``tracking_id`` and ``tracking_uid`` stay the same over all versions. ``color`` is #rrggbb.
    ``algorithm`` says how it was made.
    """

    number: int
    label: str
    category: CodeSpec
    property_type: CodeSpec
    tracking_id: str
    tracking_uid: str
    color: str | None = None
    algorithm: AlgorithmSpec = MANUAL


def build_segmentation(
    *,
    source_datasets: Sequence[Dataset],
    labelmap: npt.NDArray[np.uint8],
    segments: Sequence[SegmentSpec],
    series_instance_uid: str,
    sop_instance_uid: str,
    series_number: int,
    instance_number: int,
    series_description: str,
    content_description: str,
    content_creator_name: str,
    created_at: datetime.datetime,
) -> Dataset:
    """Build the Segmentation of one approved version; the same arguments give the same bytes.

    Args:
        source_datasets: headers of the source series, in any order; Pixel Data is not needed. Or
            one multi-frame image (Enhanced MR).
        labelmap: (slices, rows, columns), slices in the order of ``source_datasets`` (frames, for
            a multi-frame source); 0 is background, other values are segment numbers.
        segments: numbered 1, 2, 3, … (PS3.3 C.8.20.2). One without voxels is described, frameless.
        content_creator_name: the approver, a DICOM person name.
        created_at: in the hospital's local time, as DICOM dates are.

    Raises:
        BusinessError: SEGMENTATION_EMPTY, no voxel is marked.
        CodeError: a segment's code is not a known SNOMED CT concept with that meaning.
        SegmentationError: mask and source do not fit, or the source has no usable geometry (mixed
            orientations, two slices at one place, no Frame of Reference).
    """
    _check_labelmap(labelmap, segments)
    headers = plain_headers(source_datasets)
    fractional = labelmap[0].size % 8 != 0
    descriptions = [_description(segment) for segment in segments]
    try:
        seg = hd.seg.Segmentation(
            source_images=headers,
            # highdicom scales a single-segment array in place
            pixel_array=labelmap.copy(),
            segmentation_type="FRACTIONAL" if fractional else "BINARY",
            fractional_type="OCCUPANCY",
            segment_descriptions=descriptions,
            series_instance_uid=series_instance_uid,
            series_number=series_number,
            series_description=series_description[:64],
            sop_instance_uid=sop_instance_uid,
            instance_number=instance_number,
            manufacturer=MANUFACTURER,
            manufacturer_model_name=MODEL_NAME,
            device_serial_number=SERIAL_NUMBER,
            software_versions=SOFTWARE_VERSION,
            content_label="SEGMENTATION",
            content_description=content_description,
            specific_character_set="ISO_IR 192",
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise SegmentationError("source_unsuitable", str(error)) from error
    copy_identity(seg, source_datasets[0])
    seg.ContentCreatorName = content_creator_name
    fix_times_and_uids(seg, created_at)
    return seg


def read_labelmap(
    seg: Dataset, sop_instance_uids: Sequence[str], rows: int, columns: int
) -> npt.NDArray[np.uint8]:
    """The labelmap (slices, rows, columns) of a Segmentation, slices in the order of the UIDs.

    A multi-frame source is named by its UID repeated once per frame.

    Raises:
        SegmentationError: other dimensions, a frame of an instance that is not listed, or two
            segments in one voxel.
    """
    if (seg.Rows, seg.Columns) != (rows, columns):
        raise SegmentationError("shape_mismatch", f"the frames are {seg.Rows} x {seg.Columns}")
    slots: dict[tuple[str, int], int] = {}
    seen: Counter[str] = Counter()
    for slot, uid in enumerate(sop_instance_uids):
        seen[uid] += 1
        slots[uid, seen[uid]] = slot
    labelmap = np.zeros((len(sop_instance_uids), rows, columns), np.uint8)
    threshold = seg.get("MaximumFractionalValue", 1) / 2
    frames = seg.pixel_array.reshape(-1, rows, columns)
    for frame, groups in zip(frames, seg.PerFrameFunctionalGroupsSequence, strict=True):
        source = groups.DerivationImageSequence[0].SourceImageSequence[0]
        key = (source.ReferencedSOPInstanceUID, int(source.get("ReferencedFrameNumber", 1)))
        if key not in slots:
            raise SegmentationError("unknown_source", f"{key[0]} is not in the source series")
        target, mask = labelmap[slots[key]], frame > threshold
        if target[mask].any():
            raise SegmentationError("overlap", "two segments share a voxel")
        target[mask] = _segment_number(seg, groups)
    return labelmap


def _check_labelmap(labelmap: npt.NDArray[Any], segments: Sequence[SegmentSpec]) -> None:
    if labelmap.dtype != np.uint8 or labelmap.ndim != 3:
        raise SegmentationError("shape_mismatch", "the labelmap must be uint8, three-dimensional")
    if [segment.number for segment in segments] != list(range(1, len(segments) + 1)):
        raise SegmentationError("segment_numbers", "segments must be numbered 1, 2, 3, …")
    if not labelmap.any():
        raise BusinessError(ErrorCode.SEGMENTATION_EMPTY)
    if labelmap.max() > len(segments):
        raise SegmentationError("undeclared_label", f"label {labelmap.max()} is not a segment")


def plain_headers(sources: Sequence[Dataset]) -> list[Dataset]:
    """Copies of the sources as highdicom needs them, without pixels and without identity.

    Spacing Between Slices is left out, so that highdicom states it only where the positions bear
    it out; orientations that differ by rounding become one. Slices without a thickness get their
    distance as one: Pixel Measures of a volume needs it (PS3.3 C.7.6.16.2.1).
    """
    if not sources:
        raise SegmentationError("source_unsuitable", "no source image")
    headers = [plain_header(source) for source in sources]
    if not all(header.get("FrameOfReferenceUID") for header in headers):
        raise SegmentationError("source_unsuitable", "an image has no Frame of Reference UID")
    first = headers[0].get("ImageOrientationPatient")
    for header in headers[1:]:
        orientation = header.get("ImageOrientationPatient")
        if first and orientation and np.allclose(first, orientation, atol=_ORIENTATION_TOLERANCE):
            header.ImageOrientationPatient = first
    distance = _slice_distance(headers)
    for header in headers:
        if not header.get("SliceThickness") and distance is not None:
            header.SliceThickness = f"{distance:.6g}"
    return headers


def _slice_distance(headers: Sequence[Dataset]) -> float | None:
    """The usual distance (mm) between neighbours along the normal; None where there is none."""
    places = [header.get("ImagePositionPatient") for header in headers]
    orientation = headers[0].get("ImageOrientationPatient")
    if len(headers) < 2 or not orientation or not all(places):
        return None
    normal = np.cross(np.asarray(orientation[:3], float), np.asarray(orientation[3:], float))
    steps = np.diff(np.sort(np.asarray(places, float) @ normal))
    return float(np.median(steps)) or None


def plain_header(source: Dataset) -> Dataset:
    """A copy without pixels and identity."""
    header = Dataset()
    for element in source[: Tag(0x7FE00000)]:
        header.add(copy(element))
    for keyword in IDENTITY:
        setattr(header, keyword, "")
    for keyword in _TYPE_2:
        if keyword not in header:
            setattr(header, keyword, None)
    if "SpacingBetweenSlices" in header:
        del header.SpacingBetweenSlices
    return header


def _description(segment: SegmentSpec) -> hd.seg.SegmentDescription:
    """The algorithm is written afterwards: highdicom wants an identification of each, of which it
    takes the name."""
    made = hd.seg.SegmentDescription(
        segment_number=segment.number,
        segment_label=segment.label,
        segmented_property_category=resolve_category(segment.category),
        segmented_property_type=resolve_code(segment.property_type),
        algorithm_type=MANUAL.type,
        tracking_id=segment.tracking_id,
        tracking_uid=segment.tracking_uid,
        display_color=(hd.color.CIELabColor.from_string(segment.color) if segment.color else None),
    )
    algorithm = segment.algorithm
    made.SegmentAlgorithmType = algorithm.type
    if algorithm.name:
        made.SegmentAlgorithmName = algorithm.name[:64]
    if algorithm.identification:
        items: Any = [Dataset.from_json(dict(item)) for item in algorithm.identification]
        made.SegmentationAlgorithmIdentificationSequence = items
    return made


def copy_identity(made: Dataset, source: Dataset) -> None:
    for keyword in IDENTITY:
        if keyword in source:
            made.add(copy(source[keyword]))


def fix_times_and_uids(seg: Dataset, created_at: datetime.datetime) -> None:
    """Replace the clock and the random UID that highdicom put into a multi-frame object."""
    date, time = DA(created_at.date()), TM(created_at.time())
    seg.ContentDate = seg.InstanceCreationDate = date
    seg.ContentTime = seg.InstanceCreationTime = time
    seg.ContributingEquipmentSequence[-1].ContributionDateTime = DT(created_at)
    organization = f"2.25.{uuid.uuid5(UID_NAMESPACE, seg.SOPInstanceUID).int}"
    for item in (*seg.DimensionOrganizationSequence, *seg.DimensionIndexSequence):
        item.DimensionOrganizationUID = organization


def _segment_number(seg: Dataset, groups: Dataset) -> int:
    for group in (groups, seg.SharedFunctionalGroupsSequence[0]):
        if "SegmentIdentificationSequence" in group:
            return int(group.SegmentIdentificationSequence[0].ReferencedSegmentNumber)
    raise SegmentationError("unreadable", "a frame names no segment")
