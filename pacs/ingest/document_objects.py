"""DICOM objects of what a patient brought: Secondary Capture (PS3.3 A.8.1), Encapsulated PDF
(A.45.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    EncapsulatedPDFStorage,
    ExplicitVRLittleEndian,
    SecondaryCaptureImageStorage,
)

from pacs.dicom.correction import MODIFYING_SYSTEM, UTF_8
from pacs.dicom.uids import derived_uid

_NOT_IN_NAME = re.compile(r"[\\^=\x00-\x1f]+")
PICTURES, PDF = "OT", "DOC"
"""Their modalities."""
SEXES = ("M", "F", "O")
"""Of Patient's Sex (0010,0040), which is empty if it is unknown."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What the objects of one upload have in common. ``day``: of the document; None: unknown.

    ``key``: of the contents, so that what is sent again is the same object.
    """

    patient: Any
    description: str
    day: date | None
    key: str

    @property
    def study_instance_uid(self) -> str:
        return derived_uid("document", self.key)


def picture_object(
    brought: Brought, number: int, form: Mapping[str, Any], pixels: bytes, file_bytes: int
) -> Dataset:
    """``form``: as ``document_process`` tells of ``pixels``; ``file_bytes``: of the file."""
    data = _common(brought, SecondaryCaptureImageStorage, PICTURES, "pictures", number)
    data.Rows, data.Columns = form["rows"], form["columns"]
    data.SamplesPerPixel = form["samples"]
    data.PhotometricInterpretation = "RGB" if form["samples"] == 3 else "MONOCHROME2"
    if form["samples"] == 3:
        data.PlanarConfiguration = 0
    data.BitsAllocated = data.BitsStored = 8
    data.HighBit, data.PixelRepresentation = 7, 0
    if form["lossy"]:
        data.LossyImageCompression = "01"
        data.LossyImageCompressionMethod = "ISO_10918_1"
        data.LossyImageCompressionRatio = f"{max(len(pixels) / file_bytes, 1):.4g}"
    data.add_new("PixelData", "OB", _even(pixels))
    return data


def pdf_object(brought: Brought, number: int, pdf: bytes) -> Dataset:
    data = _common(brought, EncapsulatedPDFStorage, PDF, f"pdf/{number}", number)
    data.AcquisitionDateTime = ""
    data.BurnedInAnnotation = "YES"
    data.DocumentTitle = brought.description
    data.ConceptNameCodeSequence = []
    data.MIMETypeOfEncapsulatedDocument = "application/pdf"
    data.add_new("EncapsulatedDocument", "OB", _even(pdf))
    data.EncapsulatedDocumentLength = len(pdf)
    return data


def object_write(data: Dataset, path: Path) -> None:
    """As a DICOM file (PS3.10)."""
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.save_as(path, enforce_file_format=True)


def _common(brought: Brought, sop_class: UID, modality: str, series: str, number: int) -> Dataset:
    patient, day = brought.patient, brought.day.isoformat().replace("-", "") if brought.day else ""
    data = Dataset()
    data.SpecificCharacterSet = UTF_8
    data.SOPClassUID = sop_class
    data.SOPInstanceUID = derived_uid("document", brought.key, series, str(number))
    data.StudyInstanceUID = brought.study_instance_uid
    data.SeriesInstanceUID = derived_uid("document", brought.key, series)
    data.PatientID = patient.patient_id
    data.PatientName = _NOT_IN_NAME.sub(" ", patient.full_name)
    data.PatientBirthDate = patient.birth_date.strftime("%Y%m%d")
    data.PatientSex = patient.gender if patient.gender in SEXES else ""
    data.StudyDate = data.ContentDate = day
    data.StudyTime = data.ContentTime = data.StudyID = data.AccessionNumber = ""
    data.ReferringPhysicianName = ""
    data.StudyDescription = data.SeriesDescription = brought.description
    data.Laterality = ""  # type 2C, asked for by validators whatever the body part
    data.Modality = modality
    data.SeriesNumber = 1 if modality == PICTURES else number + 1
    data.InstanceNumber = number
    data.Manufacturer = MODIFYING_SYSTEM
    data.ConversionType = "WSD"
    if modality == PICTURES:
        data.PatientOrientation = ""
    return data


def _even(value: bytes) -> bytes:
    return value + b"\0" * (len(value) % 2)
