"""OpenEMR may be slow or down: whoever asks is told at once, by all processes alike.

After a failure the circuit is open: nobody asks for a while, then one tries (every time later, up
to LONGEST_RETRY_S) and the others are still told at once. The first that succeeds closes it.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    connections,
)
from django.utils import timezone

from common.errors import ErrorCode, ExternalError
from common.outbox.services import hurry
from openemr.router import ALIAS

RETRY_S, LONGEST_RETRY_S = 5, 40
CONNECT_S = 0.3
EVENTS = "openemr:"
"""What waits in the outbox for OpenEMR has an aggregate that begins so."""
DAYS_OF_ATTEMPTS = 300
"""The last ones are 16 minutes apart: an OpenEMR that is down for three days misses nothing."""
_DOWN, _TRIED, _TRIES = "openemr:down", "openemr:tried", "openemr:tries"
_DEADLOCK, _TAKEN = 1213, 1062


def is_configured() -> bool:
    """Whether this hospital has an OpenEMR; without one the records here are the only ones."""
    return bool(settings.OPENEMR_ENABLED)


def down_since() -> datetime | None:
    """When OpenEMR stopped answering; None while it answers."""
    since: datetime | None = cache.get(_DOWN) if is_configured() else None
    return since


@contextmanager
def reaching() -> Iterator[None]:
    """Around each use of OpenEMR's database; not inside a transaction of it.

    Raises ExternalError: retryable when OpenEMR is not there, final when it refuses the values.
    """
    since = down_since()
    if since and not cache.add(_TRIED, True, _pause()):
        raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, "OpenEMR did not answer a moment ago")
    try:
        _knock()
        yield
    except (OperationalError, InterfaceError, OSError) as error:
        number = error.args[0] if error.args else 0
        if number != _DEADLOCK:
            _open()
        raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, f"OpenEMR: error {number}") from None
    except DatabaseError as error:
        number = error.args[0] if error.args else 0
        if number == _TAKEN:
            raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, "OpenEMR: a key is taken") from None
        detail = f"OpenEMR refused: {type(error).__name__} {number}"
        raise ExternalError(ErrorCode.UPSTREAM_UNAVAILABLE, detail, retryable=False) from None
    if since:
        _close()


def probe() -> None:
    """Ask whether it is back, if it is time to. Raises ExternalError."""
    if down_since():
        with reaching(), connections[ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")


def _pause() -> int:
    return int(min(RETRY_S * 2 ** cache.get(_TRIES, 0), LONGEST_RETRY_S))


def _open() -> None:
    if not cache.add(_DOWN, timezone.now(), None):
        cache.set(_TRIES, min(cache.get(_TRIES, 0) + 1, 10), None)
    cache.set(_TRIED, True, _pause())
    connection = connections[ALIAS]
    if not connection.in_atomic_block:
        connection.close()  # one that timed out would give the next caller this one's answer


def _close() -> None:
    """What waits for its next attempt does not wait any longer."""
    cache.delete_many([_DOWN, _TRIED, _TRIES])
    hurry(EVENTS)


def _knock() -> None:
    """Before a new connection, for MariaDB's client waits for whole seconds."""
    connection = connections[ALIAS]
    place = connection.settings_dict
    if connection.connection is None and place["HOST"] and not place["HOST"].startswith("/"):
        socket.create_connection((place["HOST"], int(place["PORT"])), CONNECT_S).close()
