"""The log server that keeps a copy of the signed heads (RFC 5424 over TCP or TLS)."""

from __future__ import annotations

import socket
import ssl
from urllib.parse import urlsplit

from django.utils import timezone

_PRIORITY = 13 * 8 + 5
"""Facility "log audit", severity "notice"."""
TIMEOUT_S = 5.0


def syslog_send(address: str, text: str) -> None:
    """Send one message to ``tls://HOST:PORT`` or ``tcp://HOST:PORT``.

    Raises OSError, or ValueError if that is no address.
    """
    url = urlsplit(address)
    host = str(url.hostname)
    message = f"<{_PRIORITY}>1 {timezone.now().isoformat()} - neuronova - head - {text}".encode()
    with socket.create_connection((host, url.port or 0), timeout=TIMEOUT_S) as plain:
        if url.scheme == "tls":
            with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure:
                secure.sendall(_framed(message))
        else:
            plain.sendall(_framed(message))


def _framed(message: bytes) -> bytes:
    return b"%d %s" % (len(message), message)
