"""Changes attributes of a DICOM file, and keeps the former values in it."""

from __future__ import annotations

import copy
import io
from collections.abc import Mapping

import pydicom
from django.utils import timezone
from pydicom import DataElement, Dataset
from pydicom.datadict import dictionary_VR, tag_for_keyword

MODIFYING_SYSTEM = "NeuroNova CDSS"
UTF_8 = "ISO_IR 192"


def file_correct(file: bytes, values: Mapping[str, str]) -> bytes:
    """The file with ``values`` by keyword; its pixels and all other attributes stay as they are.

    The former values are in a new item of Original Attributes Sequence (0400,0561), PS3.3
    C.12.1.1.9.1. Text that the file's character sets may not have makes it a file in UTF-8.
    """
    data = pydicom.dcmread(io.BytesIO(file))
    if not "".join(values.values()).isascii():
        data.decode()
        data.SpecificCharacterSet = UTF_8
    former = Dataset()
    for keyword, value in values.items():
        tag = tag_for_keyword(keyword)
        assert tag is not None, keyword  # noqa: S101 (keywords are ours)
        vr = dictionary_VR(tag)
        former[tag] = copy.deepcopy(data[tag]) if tag in data else DataElement(tag, vr, None)
        data[tag] = DataElement(tag, vr, value)
    item = Dataset()
    item.ModifiedAttributesSequence = [former]
    item.AttributeModificationDateTime = timezone.localtime().strftime("%Y%m%d%H%M%S%z")
    item.ModifyingSystem = MODIFYING_SYSTEM
    item.SourceOfPreviousValues = None
    item.ReasonForTheAttributeModification = "CORRECT"
    data.OriginalAttributesSequence = [*data.get("OriginalAttributesSequence", []), item]
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID
    buffer = io.BytesIO()
    data.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()
