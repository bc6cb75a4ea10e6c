"""bin/backup and bin/restore where the system runs in containers.

The steps run in a container of their own (deploy/backup/compose.yml) that sees the volumes and the
two databases as the native way sees its directories. COMPOSE_FILE names the files that the system
was started with, as docker compose itself reads it; docker-compose.prod.yml unless it is set.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from deploy.backup.native_system import make_password
from deploy.native import compose, envfile, processes
from deploy.native.console import step
from deploy.native.layout import ROOT, RUN
from deploy.native.stack_error import StackError

_OWN = "deploy/backup/compose.yml"
_PROD = "docker-compose.prod.yml"
_TARGET = "/target"
_RESTORED = (
    "mysql_data",
    "redis_data",
    "orthanc_data",
    "hapi_data",
    "cdss_data",
    "inference_data",
    "frames",
    "backup_stage",
)


def are_used() -> bool:
    """As bin/up decides it."""
    return os.environ.get("CDSS_NATIVE") != "1" and compose.is_available()


def _setting(name: str, otherwise: str) -> str:
    """Of the environment, else of .env: docker compose reads them in this order."""
    return os.environ.get(name) or envfile.read(ROOT / ".env").get(name) or otherwise


def _environment() -> dict[str, str]:
    files = _setting("COMPOSE_FILE", _PROD)
    return {**os.environ, "COMPOSE_FILE": f"{files}:{_OWN}"}


def _secrets() -> Path:
    return ROOT / _setting("CDSS_SECRETS", "secrets")


def _compose(*arguments: str) -> None:
    done = subprocess.run(
        ["docker", "compose", *arguments], cwd=ROOT, env=_environment(), check=False
    )
    if done.returncode:
        raise StackError(f"docker compose {arguments[0]} failed; its reason stands above.")


def _inside(task: str, address: str, *options: str) -> None:
    """Run a step; a folder of this machine is mounted."""
    mounted: tuple[str, ...] = ()
    if ":" not in address:
        folder = Path(address).absolute()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        mounted, address = ("--volume", f"{folder}:{_TARGET}"), _TARGET
    command = ("backup", "inside", task, address, *options)
    _compose("--profile", "backup", "run", "--rm", "-T", "--no-deps", *mounted, *command)


def _volumes() -> list[str]:
    """The volumes that a restore fills, as the engine names them."""
    described = subprocess.run(
        ["docker", "compose", "--profile", "backup", "config", "--format", "json"],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        check=False,
    )
    if described.returncode:
        raise StackError("docker compose config failed: are PUBLIC_HOST and the secrets set?")
    volumes: Mapping[str, Mapping[str, str]] = json.loads(described.stdout)["volumes"]
    return [volumes[name]["name"] for name in _RESTORED if name in volumes]


def _docker(*arguments: str) -> bool:
    return not subprocess.run(["docker", *arguments], check=False, capture_output=True).returncode


def _empty(volumes: list[str]) -> None:
    """Remove the containers and these volumes; certificates and OpenEMR's stay."""
    with step("stop, and delete the volumes"):
        _compose("--profile", "*", "down")
        for volume in volumes:
            if _docker("volume", "inspect", volume) and not _docker("volume", "rm", volume):
                raise StackError(f"The volume {volume} is in use.")


def backup(_: str, target: str | None, *, check: str, prune: bool) -> None:
    """Back the running containers' data up. Raises StackError."""
    if target is None:
        raise StackError("Name a folder or an object store: bin/backup TARGET.")
    _secrets().mkdir(mode=0o700, exist_ok=True)
    make_password(_secrets() / "backup_password")
    _compose("--profile", "backup", "build", "backup")
    with processes.lock(RUN / "compose.backup.lock", busy="Another backup runs.", wait=False):
        _inside("save", target, f"--check={check}", *(["--prune"] if prune else []))


def restore(_: str, source: str, *, snapshot: str, force: bool) -> None:
    """Make the volumes of a backup, start everything and verify it. Raises StackError."""
    if not (_secrets() / "backup_password").exists():
        raise StackError(f"Put the backup's password into {_secrets()}/backup_password first.")
    volumes = _volumes()
    filled = _docker("volume", "inspect", volumes[0])  # the database's: nothing here makes it
    if filled and not force:
        raise StackError("There are volumes. To delete them and restore, add --force.")
    _compose("--profile", "backup", "build", "backup")
    chosen = f"--snapshot={snapshot}"
    _inside("manifest", source, chosen, *(["--force"] if force else []))
    _empty(volumes)
    _inside("unpack", source, chosen)
    _compose("up", "--detach", "--wait", "mysql", "redis")
    _inside("load", source)
    _compose("run", "--rm", "-T", "worker-audit", "manage", "restart_heads")
    _compose("up", "--detach", "--wait")
    with step("verification of the running system"):
        _compose("exec", "-T", "worker-audit", "deploy/run.sh", "manage", "verify_audit")
        _compose("exec", "-T", "django", "deploy/run.sh", "manage", "verify_stores")
