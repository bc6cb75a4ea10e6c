"""STOW-RS responses: the Store Instances Response Module (PS3.18 annex I.2) in JSON or XML."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from pydicom import Dataset
from pydicom.dataelem import DataElement
from pydicom.multival import MultiValue

from common.errors import ErrorCode
from pacs.choices import InstancePlace
from pacs.derived.addresses import instance_url, study_url
from pacs.dicomweb.accept import DICOM_JSON, Offer
from pacs.ingest.upload_results import FileResult, UploadResult

DICOM_XML = "application/dicom+xml"
ANSWERS = (*DICOM_JSON, Offer(DICOM_XML, DICOM_XML))
# PS3.18 table I.2-2 and the general codes of PS3.7 annex C
PROCESSING_FAILURE = 0x0110
FAILURE_REASONS = {
    ErrorCode.SOP_INSTANCE_CONFLICT: 0x0111,  # duplicate SOP instance
    ErrorCode.DICOM_REFERENCE_UNKNOWN: 0x0112,  # no such SOP instance
    ErrorCode.UNSUPPORTED_MEDIA: 0x0122,  # SOP class not supported
    ErrorCode.DICOM_PATIENT_MISMATCH: 0x0124,  # not authorized
    ErrorCode.FILE_TOO_LARGE: 0xA700,  # out of resources
    ErrorCode.DICOM_STUDY_MISMATCH: 0xA900,  # data set does not match
    ErrorCode.DICOM_UNREADABLE: 0xC000,  # cannot understand
    ErrorCode.DICOM_INCOMPLETE: 0xC000,
}
COERCED = 0xB000
_NAMESPACE = "http://dicom.nema.org/PS3.19/models/NativeDICOM"


def stored_status(result: UploadResult) -> int:
    """200: all instances are stored unchanged and can be retrieved; 202: some; 409: none."""
    if not result.accepted:
        return 409
    return 200 if all(map(_retrievable_unchanged, result.files)) else 202


def _retrievable_unchanged(file: FileResult) -> bool:
    return not file.error and not _warning(file) and file.place is InstancePlace.INDEXED


def stored_answer(result: UploadResult, media_type: str) -> bytes:
    """The response body. ``media_type``: one of ANSWERS."""
    answer = Dataset()
    studies = list(result.studies)
    answer.RetrieveURL = study_url(studies[0]) if len(studies) == 1 else None
    failed = [file for file in result.files if file.error and file.candidate]
    unnamed = [file for file in result.files if file.error and not file.candidate]
    if failed:
        answer.FailedSOPSequence = [_failure(file) for file in failed]
    if result.accepted:
        answer.ReferencedSOPSequence = [_success(file) for file in result.accepted]
    if unnamed:
        answer.OtherFailuresSequence = [_failure(file) for file in unnamed]
    if media_type == DICOM_XML:
        native: bytes = ElementTree.tostring(_native(answer), "utf-8", xml_declaration=True)
        return native
    return json.dumps(answer.to_json_dict()).encode()


def _success(file: FileResult) -> Dataset:
    item = _reference(file)
    if file.candidate and file.place is not InstancePlace.UNFILED:
        sent = file.candidate
        item.RetrieveURL = instance_url(
            sent.study_instance_uid, sent.series_instance_uid, sent.sop_instance_uid
        )
    if _warning(file):
        item.WarningReason = COERCED
    return item


def _failure(file: FileResult) -> Dataset:
    item = _reference(file)
    reason = FAILURE_REASONS.get(file.error) if file.error else None
    item.FailureReason = reason or PROCESSING_FAILURE
    return item


def _reference(file: FileResult) -> Dataset:
    item = Dataset()
    if file.candidate:
        item.ReferencedSOPClassUID = file.candidate.sop_class_uid
        item.ReferencedSOPInstanceUID = file.candidate.sop_instance_uid
    return item


def _warning(file: FileResult) -> bool:
    """Whether the preamble and File Meta Information were added to the instance."""
    return file.candidate is not None and not file.candidate.has_preamble


def _native(answer: Dataset) -> ElementTree.Element:
    """The Native DICOM Model (PS3.19 annex A.1)."""
    root = ElementTree.Element("NativeDicomModel", {"xmlns": _NAMESPACE, "xml:space": "preserve"})
    for element in answer:
        _attribute(root, element)
    return root


def _attribute(parent: ElementTree.Element, element: DataElement) -> None:
    names = {"tag": f"{int(element.tag):08X}", "vr": element.VR, "keyword": element.keyword}
    node = ElementTree.SubElement(parent, "DicomAttribute", names)
    if element.VR == "SQ":
        for number, item in enumerate(element.value, 1):
            inner = ElementTree.SubElement(node, "Item", {"number": str(number)})
            for child in item:
                _attribute(inner, child)
        return
    values = element.value if isinstance(element.value, MultiValue) else [element.value]
    for number, value in enumerate((v for v in values if v not in (None, "")), 1):
        ElementTree.SubElement(node, "Value", {"number": str(number)}).text = str(value)
