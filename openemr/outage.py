"""OpenEMR may be slow or down: whoever asks is told at once, by all processes alike."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, OperationalError, connections

from common.errors import ErrorCode, ExternalError
from openemr.router import ALIAS

RETRY_S = 10
_DOWN = "openemr:down"
_DEADLOCK = 1213


def is_configured() -> bool:
    """Whether this hospital has an OpenEMR; without one the records here are the only ones."""
    return bool(settings.OPENEMR_ENABLED)


@contextmanager
def reaching() -> Iterator[None]:
    """Around each use of OpenEMR's database; not inside a transaction of it.

    After a failure nobody asks again for RETRY_S seconds, so that only one request has waited.
    Raises ExternalError: retryable when OpenEMR is not there, final when it refuses the values.
    """
    if cache.get(_DOWN):
        raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, "OpenEMR did not answer a moment ago")
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        number = error.args[0] if error.args else 0
        if number != _DEADLOCK:
            cache.set(_DOWN, True, RETRY_S)
            _drop_connection()
        raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, f"OpenEMR: error {number}") from None
    except DatabaseError as error:
        number = error.args[0] if error.args else 0
        detail = f"OpenEMR refused: {type(error).__name__} {number}"
        raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, detail, retryable=False) from None


def _drop_connection() -> None:
    """One that timed out would give the next caller the answer to this question."""
    connection = connections[ALIAS]
    if not connection.in_atomic_block:
        connection.close()
