"""How nginx is spoken to natively: TLS with HTTP/2 where a certificate is set, else in clear text
on the loopback, which production does behind a named proxy alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from deploy.native.stack_error import StackError


def has_tls(settings: Mapping[str, str]) -> bool:
    return bool(settings.get("TLS_CERTIFICATE"))


def protocol(settings: Mapping[str, str]) -> str:
    """What nginx itself speaks."""
    return "https" if has_tls(settings) else "http"


def listen(settings: Mapping[str, str]) -> str:
    """The arguments of nginx's ``listen``."""
    return f"127.0.0.1:{settings['CDSS_PORT']}" + (" ssl http2" if has_tls(settings) else "")


def scheme(settings: Mapping[str, str]) -> str:
    """What people type: https also where a proxy ends TLS."""
    return "https" if has_tls(settings) or settings.get("CDSS_ENV") == "prod" else "http"


def edge(settings: Mapping[str, str]) -> str | None:
    """The template below nginx/edge that belongs to it. Raises StackError."""
    if has_tls(settings):
        for name in ("TLS_CERTIFICATE", "TLS_KEY"):
            if not Path(settings.get(name, "")).is_file():
                raise StackError(f"{name} names no file.")
        return "tls.conf.template"
    if settings.get("TRUSTED_PROXY"):
        return "proxy.conf.template"
    if settings.get("CDSS_ENV") == "prod":
        raise StackError(
            "Production does not speak in clear text. Set TLS_CERTIFICATE and TLS_KEY to the files "
            "of a certificate, or TRUSTED_PROXY to the address of the proxy at which TLS ends."
        )
    return None
