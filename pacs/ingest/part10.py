"""Adds the preamble and File Meta Information of PS3.10 to a bare data set."""

from __future__ import annotations

import shutil
from pathlib import Path

from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import UID

from pacs.dicom.uids import derived_uid
from pacs.ingest.inspection import PREAMBLE_BYTES, Candidate

IMPLEMENTATION_CLASS_UID = derived_uid("implementation-class")
IMPLEMENTATION_VERSION_NAME = "NEURONOVA"


def part10_write(candidate: Candidate, target: Path) -> None:
    """Write the candidate as a DICOM file; the data set's bytes stay as they are.

    Deterministic, so that the same data set sent again is recognised as the same file.
    """
    with candidate.path.open("rb") as source, target.open("wb") as stream:
        stream.write(bytes(PREAMBLE_BYTES) + b"DICM")
        if not candidate.has_file_meta:
            stream.write(_file_meta(candidate))
        shutil.copyfileobj(source, stream)


def _file_meta(candidate: Candidate) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(candidate.sop_class_uid)
    meta.MediaStorageSOPInstanceUID = UID(candidate.sop_instance_uid)
    meta.TransferSyntaxUID = UID(candidate.transfer_syntax_uid)
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    buffer = DicomBytesIO()
    write_file_meta_info(buffer, meta)
    return buffer.getvalue()
