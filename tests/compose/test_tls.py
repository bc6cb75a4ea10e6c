"""The three ways to a certificate, on a real engine."""

from __future__ import annotations

import json
import os
import shutil
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from common.http.api_client import wait_until
from tests.compose.engine import STATE, run
from tests.compose.system import FILES, System, make_certificate

PEBBLE = "github.com/letsencrypt/pebble/v2/cmd/pebble@v2.10.1"
ACME_HOST = "cdss.test"


def test_a_new_certificate_is_taken_without_a_restart(system: System) -> None:
    folder = Path(system.settings["CDSS_TLS"])
    host, port = system.settings["PUBLIC_HOST"].split(":")

    def shown() -> str:
        return ssl.get_server_certificate((host, int(port)))

    old = shown()
    make_certificate(folder, "fullchain.new", "privkey.new")
    for name in ("privkey", "fullchain"):
        (folder / f"{name}.new").chmod(0o444)
        (folder / f"{name}.new").rename(folder / f"{name}.pem")
    wait_until(shown, lambda certificate: certificate != old, what="the new certificate")
    assert system.works()


def visit(system: System, subnet: str) -> str:
    """Ask nginx from a network with this subnet; return whom it says it answered."""
    name, nginx = f"{system.project}-visit", system.containers()["nginx"]
    path = f"/visit-of-{subnet[:3]}"
    docker = system.engine.docker
    docker("network", "create", "--subnet", subnet, name)
    docker("network", "connect", "--ip", subnet.replace(".0/24", ".9"), name, nginx["Id"])
    try:
        ask = f"curl -sk -H 'CF-Connecting-IP: 203.0.113.77' https://{subnet[:-5]}.9:8443{path}"
        docker(
            *("run", "--rm", "--network", name, "--entrypoint", "bash"),
            *(nginx["Config"]["Image"], "-c", ask),
        )
    finally:
        docker("network", "disconnect", name, nginx["Id"])
        docker("network", "rm", name)
    lines = wait_until(
        lambda: [line for line in docker("logs", nginx["Id"]).stdout.splitlines() if path in line],
        bool,
        what="the line of the visit",
    )
    return str(json.loads(lines[-1])["remote_addr"])


def test_whom_cloudflare_speaks_for_is_believed_from_its_addresses_alone(system: System) -> None:
    system.compose("up", "--detach", settings={"TLS_MODE": "cloudflare"})
    system.wait_ready()
    assert visit(system, "173.245.49.0/24") == "203.0.113.77"
    assert visit(system, "198.18.49.0/24").startswith("198.18.49.")
    system.compose("up", "--detach")
    system.wait_ready()
    assert visit(system, "173.245.49.0/24").startswith("173.245.49.")


@pytest.fixture
def authority(system: System) -> Iterator[dict[str, str]]:
    """Let's Encrypt's own test server beside the system; yields the settings that lead to it."""
    if not (STATE / "pebble").exists():
        assert shutil.which("go"), "install Go"
        run("go", "install", PEBBLE, env=os.environ | {"GOBIN": str(STATE), "CGO_ENABLED": "0"})
    folder = system.state / "authority"
    folder.mkdir()
    shutil.copy2(STATE / "pebble", folder)
    make_certificate(folder, "cert.pem", "key.pem", host="pebble")
    addresses = {"listenAddress": "0.0.0.0:14000", "managementListenAddress": "0.0.0.0:15000"}
    files = {"certificate": "/authority/cert.pem", "privateKey": "/authority/key.pem"}
    ports = {"httpPort": 8080, "tlsPort": 8443}
    (folder / "config.json").write_text(json.dumps({"pebble": addresses | files | ports}))
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755)
    settings = {
        "TLS_MODE": "acme",
        "COMPOSE_PROFILES": "acme",
        "COMPOSE_FILE": ":".join((*FILES, "tests/compose/acme.yml")),
        "ACME_DIRECTORY": "https://pebble:14000/dir",
        "AUTHORITY": str(folder),
        "PUBLIC_HOST": f"{ACME_HOST}:{system.settings['PUBLIC_HOST'].split(':')[1]}",
    }
    yield settings
    system.compose("rm", "--stop", "--force", "certbot", "pebble", settings=settings)
    system.compose("up", "--detach")
    system.wait_ready()


def test_an_acme_authority_gives_the_certificate(
    system: System, authority: dict[str, str], tmp_path: Path
) -> None:
    system.compose("up", "--detach", settings=authority)
    port = int(authority["PUBLIC_HOST"].split(":")[1])
    pem = tmp_path / "shown.pem"

    def shown() -> str:
        pem.write_text(ssl.get_server_certificate(("localhost", port)))
        fields = ("-issuer", "-ext", "subjectAltName")
        return run("openssl", "x509", "-in", pem, "-noout", *fields).stdout

    certificate = wait_until(
        shown, lambda text: "Pebble" in text, what="the authority's certificate", timeout_s=180
    )
    assert f"DNS:{ACME_HOST}" in certificate
