"""Two FHIR servers with the same data: ours on a database of its own, and a HAPI beside it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import connections
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from cdss_backend.wsgi import application
from common.http.api_client import wait_until
from deploy.native import health
from deploy.native.ports import choose
from fhir.clients.hapi import HapiClient

ROOT = Path(__file__).resolve().parents[3]
TOKEN = "bench-token-of-this-run"
BATCH = 250
LONGEST_START_S = 120


@dataclass
class FhirServer:
    """Asked over one connection that stays open."""

    base: str
    token: str

    def __post_init__(self) -> None:
        self.parts = urlsplit(self.base)
        self.connection = http.client.HTTPConnection(self.parts.netloc, timeout=120)

    def get(self, path: str) -> Any:
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Accept": "application/fhir+json",
            "Cache-Control": "no-cache",
        }
        self.connection.request("GET", f"{self.parts.path}/{path}", headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}: {body[:300]!r}")
        return json.loads(body)

    def timed(self, path: str) -> tuple[float, Any]:
        """Milliseconds, and what was answered."""
        begun = time.perf_counter()
        found = self.get(path)
        return (time.perf_counter() - begun) * 1000, found


class _Gunicorn(BaseApplication):
    """As ``deploy/run.sh django``, in a process that has the bench's database."""

    def __init__(self, port: int) -> None:
        self.bind = f"127.0.0.1:{port}"
        super().__init__()

    def load_config(self) -> None:
        chosen = {"worker_class": "gthread", "workers": 2, "threads": 8, "keepalive": 30}
        for name, value in {**chosen, "bind": self.bind, "loglevel": "error"}.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return application


@contextmanager
def ours(token: str) -> Iterator[FhirServer]:
    port = choose(set())
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            _Gunicorn(port).run()
        finally:
            os._exit(0)
    try:
        wait_until(lambda: health.listens(port), bool, what="our server")
        yield FhirServer(f"http://127.0.0.1:{port}/api/fhir", token)
    finally:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)


@contextmanager
def hapi_beside() -> Iterator[FhirServer]:
    """One of its own, with an empty H2 file, as natively."""
    with tempfile.TemporaryDirectory(prefix="hapi-bench-") as folder:
        port = choose(set())
        environment = os.environ | {
            "HAPI_PORT": str(port),
            "HAPI_TOKEN": TOKEN,
            "HAPI_DATA_DIR": folder,
            "HAPI_JDBC_URL": "",
        }
        process = subprocess.Popen(
            [ROOT / "deploy" / "run.sh", "hapi"],
            cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            deadline = time.monotonic() + LONGEST_START_S
            while not health.listens(port):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("HAPI does not start")
                time.sleep(0.5)
            server = FhirServer(f"http://127.0.0.1:{port}/fhir", TOKEN)
            yield server
        finally:
            process.terminate()
            process.wait()


def load(server: FhirServer, resources: list[dict[str, Any]]) -> float:
    """Resources a second; each under an id that is no number, as the server's rules ask for."""
    client = HapiClient(server.base, server.token, read_timeout_s=300)
    begun = time.perf_counter()
    for first in range(0, len(resources), BATCH):
        entry = [
            {
                "resource": one,
                "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"},
            }
            for one in resources[first : first + BATCH]
        ]
        client.transaction({"resourceType": "Bundle", "type": "transaction", "entry": entry})
    return len(resources) / (time.perf_counter() - begun)
