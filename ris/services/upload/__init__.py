"""DICOM files from people: checked one by one, streamed into the archive."""

from ris.services.upload.results import FileResult, FileStatus, IncomingFile, UploadResult
from ris.services.upload.store import dicom_upload

__all__ = ["FileResult", "FileStatus", "IncomingFile", "UploadResult", "dicom_upload"]
