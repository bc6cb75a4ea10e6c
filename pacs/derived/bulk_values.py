"""The value of one attribute, read from the DICOM file."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from common.errors import AppError, ErrorCode, NotFound
from pacs.archive.orthanc import orthanc
from pacs.dicom.json_model import file_value
from pacs.dicom.transfer_syntaxes import DEFLATED
from pacs.models import Instance

logger = logging.getLogger(__name__)

MAX_FILE_BYTES = 1 << 28


def bulk_value(instance: Instance, path: Sequence[int]) -> bytes:
    """In little endian. ``path``: a tag, or tag, item (from 1), tag … for one in a sequence.

    Raises NotFound (the file has no such value), AppError (406: too large or damaged),
    ExternalError.
    """
    if instance.file_size > MAX_FILE_BYTES or instance.transfer_syntax_uid in DEFLATED:
        raise AppError(ErrorCode.NOT_ACCEPTABLE, "the file is too large to be read here")
    file = orthanc().instance_file(instance.orthanc_id)
    try:
        value = file_value(file, path)
    except Exception as error:  # whatever a library raises about the file
        reason = {"orthanc_id": instance.orthanc_id, "reason": type(error).__name__}
        logger.warning("bulk data cannot be read", extra=reason)
        raise AppError(ErrorCode.NOT_ACCEPTABLE, "the file cannot be read") from None
    if value is None:
        raise NotFound(ErrorCode.ROUTE_NOT_FOUND, "the instance has no such bulk data")
    return value
