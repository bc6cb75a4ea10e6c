"""A second nginx in front of a running stack, that speaks TLS as production does."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common.http.api_client import wait_until
from deploy import render
from deploy.native import door, envfile, health, programs
from deploy.native.layout import Layout
from deploy.native.ports import choose


@contextmanager
def tls_door(layout: Layout) -> Iterator[int]:
    """The port of it, while the block runs. Its certificate is its own: nobody signed it."""
    folder = Path(tempfile.mkdtemp(prefix="tls-door-"))
    settings = envfile.read(layout.env_file) | {
        "CDSS_PORT": str(choose(set())),
        "TLS_CERTIFICATE": str(folder / "certificate.pem"),
        "TLS_KEY": str(folder / "key.pem"),
        "PUBLIC_SCHEME": "https",
        "FRAME_CACHE_DIR": str(folder / "frames"),
    }
    try:
        _configure(layout, folder, settings)
        process = subprocess.Popen(
            ["nginx", "-c", folder / "nginx.conf", "-g", "daemon off;"], stderr=subprocess.DEVNULL
        )
        try:
            check = health.checks(layout, settings)["nginx"]
            wait_until(check, bool, what="the TLS door")
            yield int(settings["CDSS_PORT"])
        finally:
            process.terminate()
            process.wait()
    finally:
        shutil.rmtree(folder)


def _configure(layout: Layout, folder: Path, settings: dict[str, str]) -> None:
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", settings["TLS_KEY"]]
    certificate = ["-x509", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run(
        ["openssl", "req", *certificate, *key, "-out", settings["TLS_CERTIFICATE"]],
        check=True,
        capture_output=True,
    )
    values = programs.template_values(layout, settings) | {
        "NGINX_RUN_DIR": str(folder),
        "NGINX_ACCESS_LOG": str(folder / "access.log"),
    }
    templates = layout.root / "nginx"
    edge = str(door.edge(settings))
    render.render_file(templates / "nginx.conf.template", folder / "nginx.conf", values)
    render.render_file(templates / "edge" / edge, folder / programs.EDGE, values)
