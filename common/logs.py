"""JSON logs, one line for each event, without patient data.

The text of an exception may contain a row or a DICOM value, and so a name: only its type and the
source lines are logged.
"""

from __future__ import annotations

import logging
import time
import traceback
from types import TracebackType

from pythonjsonlogger.json import JsonFormatter

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Formatter(JsonFormatter):
    """Field names are the same as in the logs of the inference service and nginx; times are UTC."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{message}{request_id}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        )

    @staticmethod
    def converter(timestamp: float | None) -> time.struct_time:
        return time.gmtime(timestamp)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802
        kind, _, trace = ei
        if kind is None:
            return ""
        places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(trace)]
        return f"{kind.__name__} at {' > '.join(places)}"


class CeleryFilter(logging.Filter):
    """Removes the exception and the arguments of a failed task from Celery's messages."""

    _QUOTED = frozenset({"exc", "traceback", "args", "kwargs"})

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "celery.app.trace" and isinstance(record.args, dict):
            record.args = {
                key: "-" if key in self._QUOTED else value for key, value in record.args.items()
            }
            record.__dict__.pop("data", None)
        return True
