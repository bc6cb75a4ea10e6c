"""TCP ports: is one free, and which one to take."""

from __future__ import annotations

import errno
import random
import socket
from collections.abc import Collection

_FIRST, _LAST = 20000, 32000
"""Below the ports that the kernel gives to outgoing connections (32768 and up)."""


def is_free(port: int, host: str = "") -> bool:
    """Tell whether a server could listen there; raises PermissionError below 1024 without root."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def choose(taken: Collection[int]) -> int:
    """Return a free port that is not in ``taken``."""
    while True:
        port = random.randrange(_FIRST, _LAST)  # noqa: S311  (not a secret)
        if port not in taken and is_free(port):
            return port
