"""How a node is called by TLS (PS3.15 annex B): what its certificate has to be."""

from __future__ import annotations

import ssl

from ris.choices import TlsCheck
from ris.models import DicomNode


def tls_of(node: DicomNode) -> tuple[ssl.SSLContext, str] | None:
    """Context and name of the server; None if the node is called without."""
    return (_context(node.tls_check, node.tls_certificate), node.address) if node.tls else None


def certificate_check(pem: str) -> None:
    """Raises ValueError if the text holds no certificate."""
    try:
        _context(TlsCheck.CERTIFICATE, pem)
    except (ssl.SSLError, ValueError):
        raise ValueError("no certificate") from None


def _context(check: str, pem: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=pem or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = check == TlsCheck.HOST
    if check == TlsCheck.NONE:
        context.verify_mode = ssl.CERT_NONE
    return context
