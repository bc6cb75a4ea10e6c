"""Check the compose files: by docker compose where it is installed, and by our own rules always.

``python -m deploy.check_compose``; needs no engine.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
FILES = ("docker-compose.dev.yml", "docker-compose.prod.yml")
ONE_SHOT = {"prepare", "migrate"}
NO_DOOR = {"beat"}

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


def faults(document: Json) -> Iterator[str]:
    """Yield what breaks a rule: dangling names, open doors, services that nobody watches."""
    services: Json = document["services"]
    for name, service in services.items():
        yield from _dangling(name, service, document)
        if service.get("ports") and name != "nginx":
            yield f"{name} publishes a port; only nginx may"
        if name not in ONE_SHOT | NO_DOOR and "healthcheck" not in service:
            yield f"{name} has no health check"
        build = service.get("build")
        if build and not (ROOT / build.get("dockerfile", "Dockerfile")).exists():
            yield f"{name}: {build.get('dockerfile', 'Dockerfile')} does not exist"
        if "build" not in service and ":" not in service.get("image", ""):
            yield f"{name}: its image has no version"
    for name, network in document["networks"].items():
        if name != "edge" and not network.get("internal"):
            yield f"network {name} is not internal"


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
        if source.startswith("."):
            if not (ROOT / "deploy" / source).resolve().exists():
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
        ["docker", "compose", "--env-file", ".run/test/.env", "-f", file, "config", "--quiet"],
        cwd=ROOT,
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
        for fault in (*faults(load(ROOT / file)), *filter(None, [_compose_verdict(file)]))
    ]
    print("\n".join(found) or "compose files: no fault")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
