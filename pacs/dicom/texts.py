"""Text with code extensions (PS3.5 6.1.2.5), which the archive does not decode."""

from __future__ import annotations

import io

import pydicom

from pacs.dicom import values
from pacs.dicom.values import Tags

TEXTS = (
    "PatientID",
    "PatientName",
    "AccessionNumber",
    "StudyID",
    "StudyDescription",
    "SeriesDescription",
    "ReferringPhysicianName",
)


def has_code_extensions(tags: Tags) -> bool:
    """Whether Specific Character Set (0008,0005) has more than one value, or one of ISO 2022."""
    charset = values.text(tags, "SpecificCharacterSet")
    return "\\" in charset or charset.startswith("ISO 2022")


def texts_decode(file: bytes) -> dict[str, str]:
    """The texts that the index keeps, by keyword, decoded from the bytes of a DICOM file."""
    data = pydicom.dcmread(
        io.BytesIO(file),
        stop_before_pixels=True,
        specific_tags=["SpecificCharacterSet", *TEXTS],
    )
    return {keyword: str(data[keyword].value) for keyword in TEXTS if data.get(keyword)}
