"""JSON logs that carry the caller's request id and never an exception's message.

An exception's text may quote a DICOM value, and so a patient's name: only its type and the
places in the code are written.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
import warnings
from contextvars import ContextVar
from types import TracebackType

import pydicom.config
from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="-")


class _Formatter(JsonFormatter):
    """Times are UTC, as in the other processes' logs."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    @staticmethod
    def converter(timestamp: float | None) -> time.struct_time:
        return time.gmtime(timestamp)

    def formatException(  # noqa: N802
        self,
        ei: tuple[type[BaseException], BaseException, TracebackType | None]
        | tuple[None, None, None],
    ) -> str:
        kind, _, trace = ei
        if kind is None:
            return ""
        places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(trace)]
        return f"{kind.__name__} at {' > '.join(places)}"


def _add_request_id(record: logging.LogRecord) -> bool:
    record.request_id = request_id.get()
    return True


def configure_logging() -> None:
    """Send every logger, uvicorn's too, through one JSON handler on standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(_add_request_id)
    handler.setFormatter(
        _Formatter(
            "{asctime}{levelname}{name}{message}{request_id}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.getLogger("uvicorn.access").disabled = True
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    warnings.filterwarnings("ignore", module=r"pydicom(\..*)?")
