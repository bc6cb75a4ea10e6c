"""Check the compose files: by docker compose where it is installed, and by our own rules always.

``python -m deploy.check_compose``; needs no engine.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FILES = ("docker-compose.dev.yml", "docker-compose.prod.yml")
PRODUCTION = "docker-compose.prod.yml"
OFFLINE = "docker-compose.offline.yml"
OWN = "neuronova/"
ONE_SHOT = {"prepare", "migrate", "openemr-schema"}
NO_DOOR = {"beat", "certbot"}
WORKERS = {
    *("worker-archive", "worker-audit", "worker-django"),
    *("worker-fastapi", "worker-fhir", "worker-image"),
}
DJANGO = {"django", "gateway", "pictures", "ws", "beat", "query"} | WORKERS
REACHED_BY = {
    "mysql": DJANGO - {"pictures"} | {"migrate"},
    "redis": DJANGO | {"migrate", "flower"},
    "orthanc": {"nginx", "inference"} | DJANGO - {"ws", "beat", "worker-audit", "worker-fhir"},
    "inference": {"django", "worker-fastapi", "orthanc"},
    "hapi": {"worker-fhir"},
    "openemr-db": {"django", "worker-django"},
}
"""Who may share a network with each server, and so open a connection to it."""

Json = dict[str, Any]


def merged(base: Any, over: Any) -> Any:
    """Return ``base`` with ``over`` on top, as compose's ``extends`` merges."""
    if isinstance(base, dict) and isinstance(over, dict):
        return base | {key: merged(base.get(key), value) for key, value in over.items()}
    if isinstance(base, list) and isinstance(over, list):
        return base + over
    return over


def load(path: Path) -> Json:
    """Return the file with each ``extends`` filled in."""
    document: Json = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, service in document["services"].items():
        extends = service.pop("extends", None)
        if extends:
            file = path.parent / extends["file"]
            base = yaml.safe_load(file.read_text(encoding="utf-8"))["services"][extends["service"]]
            document["services"][name] = merged(base, service)
    return document


def faults(document: Json, file: str) -> Iterator[str]:
    """Yield what breaks a rule: dangling names, open doors, services that nobody watches."""
    services: Json = document["services"]
    for name, service in services.items():
        yield from _dangling(name, service, document)
        yield from _open_doors(name, service)
        yield from _unpinned(name, service)
        if file == PRODUCTION:
            yield from _unbounded(name, service)
        if name not in ONE_SHOT | NO_DOOR and "healthcheck" not in service:
            yield f"{name} has no health check"
    for name, network in document["networks"].items():
        if name not in ("edge", "tools") and not network.get("internal"):
            yield f"network {name} is not internal"
    for server in REACHED_BY.keys() & services.keys():
        for name in sorted(_neighbours(server, services) - REACHED_BY[server]):
            yield f"{name} shares a network with {server}, and has no business there"


def _neighbours(server: str, services: Json) -> set[str]:
    shared = set(services[server]["networks"]) - {"tools"}
    return {
        name
        for name, service in services.items()
        if name != server and shared & set(service.get("networks", []))
    }


def _open_doors(name: str, service: Json) -> Iterator[str]:
    for port in service.get("ports", []):
        if name != "nginx" and not port.startswith("127.0.0.1:"):
            yield f"{name} publishes a port; only nginx may"
    if service.get("read_only") is not True:
        yield f"{name} may write into its image"
    if service.get("cap_drop") != ["ALL"] or "no-new-privileges:true" not in service.get(
        "security_opt", []
    ):
        yield f"{name} may gain rights"


def _unpinned(name: str, service: Json) -> Iterator[str]:
    build = service.get("build")
    if build and not (ROOT / build.get("dockerfile", "Dockerfile")).exists():
        yield f"{name}: {build.get('dockerfile', 'Dockerfile')} does not exist"
    image, _, tag = service["image"].partition(":")
    if not image.startswith(OWN) and not re.search(r"\d+\.\d+\.\d+", tag):
        yield f"{name}: its image has no exact version"


def _unbounded(name: str, service: Json) -> Iterator[str]:
    for limit in ("mem_limit", "cpus", "pids_limit", "logging"):
        if limit not in service:
            yield f"{name} has no {limit}"
    if name not in ONE_SHOT and service.get("restart") != "unless-stopped":
        yield f"{name} would not come back"
    if "ports" in service and name != "nginx":
        yield f"{name} publishes a port in production"


def not_swapped(document: Json, override: Json) -> Iterator[str]:
    """Yield each third-party image that the override for no internet forgets."""
    for name, service in document["services"].items():
        other = override["services"].get(name, {}).get("image", service["image"])
        if not other.startswith(OWN):
            yield f"{name}: {OFFLINE} leaves {other}"


def _dangling(name: str, service: Json, document: Json) -> Iterator[str]:
    for other in service.get("depends_on", {}):
        if other not in document["services"]:
            yield f"{name} depends on {other}, which does not exist"
    for network in service.get("networks", []):
        if network not in document["networks"]:
            yield f"{name} is on network {network}, which does not exist"
    for secret in service.get("secrets", []):
        source = secret["source"] if isinstance(secret, dict) else secret
        if source not in document.get("secrets", {}):
            yield f"{name} wants secret {source}, which does not exist"
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith("$"):  # a directory of the hospital's
            if name not in ONE_SHOT and not volume.endswith(":ro"):
                yield f"{name} may write into {source}"
            continue
        if source.startswith("."):
            if not any((ROOT / base / source).resolve().exists() for base in ("", "deploy")):
                yield f"{name} mounts {source}, which does not exist"
        elif source not in document["volumes"]:
            yield f"{name} mounts volume {source}, which does not exist"


def _compose_verdict(file: str) -> str:
    """Return what docker compose finds wrong; nothing where it is not installed."""
    if shutil.which("docker") is None:
        return ""
    if subprocess.run(
        ["docker", "compose", "version"], check=False, capture_output=True
    ).returncode:
        return ""
    done = subprocess.run(
        ["docker", "compose", "-f", file, "-f", OFFLINE, "config", "--quiet"],
        cwd=ROOT,
        env=os.environ | {"PUBLIC_HOST": "cdss.example.org"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr.strip() if done.returncode else ""


def main() -> int:
    """Print each fault; return 1 if there is one."""
    found = [
        f"{file}: {fault}"
        for file in FILES
        for fault in (
            *faults(load(ROOT / file), file),
            *not_swapped(load(ROOT / file), load(ROOT / OFFLINE)),
            *filter(None, [_compose_verdict(file)]),
        )
    ]
    print("\n".join(found) or "compose files: no fault")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
