"""A second nginx in front of a running stack, with other settings: TLS, or behind a proxy."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from common.http.api_client import wait_until
from deploy import render
from deploy.native import door, envfile, health, programs
from deploy.native.layout import Layout
from deploy.native.ports import choose


def tls_door(layout: Layout) -> AbstractContextManager[int]:
    """Its certificate is its own: nobody signed it."""
    return second_door(layout, {}, tls=True)


@contextmanager
def second_door(layout: Layout, changes: Mapping[str, str], *, tls: bool = False) -> Iterator[int]:
    """The port of it, while the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="second-door-"))
    settings = envfile.read(layout.env_file) | {
        "CDSS_PORT": str(choose(set())),
        "FRAME_CACHE_DIR": str(folder / "frames"),
        **(_certificate(folder) if tls else {}),
        **changes,
    }
    try:
        _configure(layout, folder, settings)
        process = subprocess.Popen(
            ["nginx", "-c", folder / "nginx.conf", "-g", "daemon off;"], stderr=subprocess.DEVNULL
        )
        try:
            port = int(settings["CDSS_PORT"])
            wait_until(lambda: health.listens(port), bool, what="the second door")
            yield port
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(folder)


def _certificate(folder: Path) -> dict[str, str]:
    settings = {
        "TLS_CERTIFICATE": str(folder / "certificate.pem"),
        "TLS_KEY": str(folder / "key.pem"),
        "PUBLIC_SCHEME": "https",
    }
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", settings["TLS_KEY"]]
    certificate = ["-x509", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run(
        ["openssl", "req", *certificate, *key, "-out", settings["TLS_CERTIFICATE"]],
        check=True,
        capture_output=True,
    )
    return settings


def _configure(layout: Layout, folder: Path, settings: Mapping[str, str]) -> None:
    values = programs.template_values(layout, settings) | {
        "NGINX_RUN_DIR": str(folder),
        "NGINX_ACCESS_LOG": str(folder / "access.log"),
    }
    templates = layout.root / "nginx"
    render.render_file(templates / "nginx.conf.template", folder / "nginx.conf", values)
    edge = door.edge(settings)
    if edge:
        render.render_file(templates / "edge" / edge, folder / programs.EDGE, values)
