"""Small DICOM files for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite
from pydicom.uid import (
    UID,
    ComprehensiveSRStorage,
    ExplicitVRLittleEndian,
    MRImageStorage,
    XRayRadiationDoseSRStorage,
    generate_uid,
)


def mr_image(**attributes: Any) -> Dataset:
    """An MR image of 16x16; ``attributes`` replace or, with None, remove.

    Without a name and a birth date, it contradicts no patient.
    """
    image = Dataset()
    image.SpecificCharacterSet = "ISO_IR 192"
    image.SOPClassUID = MRImageStorage
    image.SOPInstanceUID = generate_uid()
    image.StudyInstanceUID = generate_uid()
    image.SeriesInstanceUID = generate_uid()
    image.PatientID = "T-UNKNOWN"
    image.PatientName = image.PatientBirthDate = ""
    image.PatientSex = "O"
    image.StudyDate = "20260105"
    image.AccessionNumber = ""
    image.Modality = "MR"
    image.SeriesNumber = 1
    image.InstanceNumber = 1
    image.ImagePositionPatient = [0, 0, 0]
    image.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    image.PixelSpacing = [1, 1]
    image.Rows = image.Columns = 16
    image.SamplesPerPixel = 1
    image.PhotometricInterpretation = "MONOCHROME2"
    image.BitsAllocated = image.BitsStored = 16
    image.HighBit = 15
    image.PixelRepresentation = 0
    image.add_new("PixelData", "OW", np.arange(256, dtype="<u2").tobytes())
    for keyword, value in attributes.items():
        if value is None:
            delattr(image, keyword)
        else:
            setattr(image, keyword, value)
    return image


def encapsulated(
    frames: npt.NDArray[Any], encode: Callable[[Any], bytes], **attributes: Any
) -> Dataset:
    """An image of ``frames``, (frames, rows, columns) or (…, samples), each one encoded."""
    colour = frames.ndim == 4
    image = mr_image(
        Rows=frames.shape[1],
        Columns=frames.shape[2],
        NumberOfFrames=len(frames),
        SamplesPerPixel=3 if colour else 1,
        BitsAllocated=frames.itemsize * 8,
        BitsStored=frames.itemsize * 8,
        HighBit=frames.itemsize * 8 - 1,
        PixelRepresentation=int(frames.dtype.kind == "i"),
        **({"PhotometricInterpretation": "RGB", "PlanarConfiguration": 0} if colour else {}),
    )
    for keyword, value in attributes.items():
        setattr(image, keyword, value)
    image.PixelData = encapsulate([encode(frame) for frame in frames])
    image["PixelData"].VR = "OB"
    image["PixelData"].is_undefined_length = True
    return image


def referring(*studies: Dataset, **attributes: Any) -> Dataset:
    """A report with ``studies`` as its evidence; ``attributes`` as in ``mr_image``."""
    report = Dataset()
    for element in mr_image(SOPClassUID=ComprehensiveSRStorage, Modality="SR"):
        if element.tag.group in (0x0008, 0x0010, 0x0020):
            report.add(element)
    report.CurrentRequestedProcedureEvidenceSequence = list(studies)
    for keyword, value in attributes.items():
        setattr(report, keyword, value)
    return report


def evidence(study: str, series: str, *instances: str) -> Dataset:
    """An item of the Current Requested Procedure Evidence Sequence (0040,A375)."""
    found = Dataset()
    found.StudyInstanceUID = study
    found.ReferencedSeriesSequence = [Dataset()]
    found.ReferencedSeriesSequence[0].SeriesInstanceUID = series
    found.ReferencedSeriesSequence[0].ReferencedSOPSequence = [_named(uid) for uid in instances]
    return found


def _named(sop_instance_uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = MRImageStorage
    item.ReferencedSOPInstanceUID = sop_instance_uid
    return item


def part10(image: Dataset, transfer_syntax_uid: str = ExplicitVRLittleEndian) -> bytes:
    """The file with preamble and File Meta Information."""
    image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = UID(transfer_syntax_uid)
    buffer = io.BytesIO()
    image.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def bare(image: Dataset, *, implicit: bool = True, little_endian: bool = True) -> bytes:
    """The data set alone."""
    buffer = io.BytesIO()
    dcmwrite(
        buffer,
        image,
        implicit_vr=implicit,
        little_endian=little_endian,
        enforce_file_format=False,
    )
    return buffer.getvalue()


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def ct_dose_report(
    dlp: float | None,
    events: list[dict[str, Any]],
    *,
    dlp_unit: str = "mGy.cm",
    ctdi_unit: str = "mGy",
    **attributes: Any,
) -> Dataset:
    """A Radiation Dose SR (PS3.16 TID 10011) with what the product reads of it.

    Each of ``events``: protocol, region and, if said, ctdi_vol and dlp; its UID follows from the
    protocol.
    """
    report = mr_image(Modality="SR", SOPClassUID=XRayRadiationDoseSRStorage, **attributes)
    del report.PixelData
    accumulated = [] if dlp is None else [_number_item("113813", dlp, dlp_unit)]
    report.ConceptNameCodeSequence = [_concept("113701")]
    report.ContentSequence = [
        _item("CONTAINER", "113811", ContentSequence=accumulated),
        *(_irradiation(event, dlp_unit, ctdi_unit) for event in events),
    ]
    return report


def _irradiation(event: dict[str, Any], dlp_unit: str, ctdi_unit: str) -> Dataset:
    stated = (("113830", "ctdi_vol", ctdi_unit), ("113838", "dlp", dlp_unit))
    doses = [_number_item(code, event[name], unit) for code, name, unit in stated if name in event]
    region = _concept("69536005", event["region"])
    uid = generate_uid(entropy_srcs=[event["protocol"]])
    content = [
        _item("TEXT", "125203", TextValue=event["protocol"]),
        _item("CODE", "123014", ConceptCodeSequence=[region]),
        _item("UIDREF", "113769", UID=uid),
        _item("CONTAINER", "113829", ContentSequence=doses),
    ]
    return _item("CONTAINER", "113819", ContentSequence=content)


def _number_item(concept: str, value: float, unit: str) -> Dataset:
    measured = Dataset()
    measured.NumericValue = str(value)
    measured.MeasurementUnitsCodeSequence = [_concept(unit)]
    return _item("NUM", concept, MeasuredValueSequence=[measured])


def _item(value_type: str, concept: str, **attributes: Any) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = "CONTAINS", value_type
    item.ConceptNameCodeSequence = [_concept(concept)]
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    return item


def _concept(value: str, meaning: str = "") -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator = value, "DCM"
    code.CodeMeaning = meaning or value
    return code
