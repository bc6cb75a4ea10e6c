"""bin/up where a container engine is at hand: the same system from docker-compose.dev.yml."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping

from deploy import openemr_schema
from deploy.native.console import step
from deploy.native.layout import ROOT
from deploy.native.stack_error import StackError

_INSIDE = "http://nginx:8080"
"""The public API as a container reaches it."""
_ONE_SHOT = ("prepare", "migrate", "openemr-schema")
_OPENEMR = {
    "COMPOSE_PROFILES": "openemr",
    "OPENEMR_DATABASE_URL": (
        "mysql://cdss_openemr:dev-only-openemr-password-0000000000@openemr-db:3306/openemr"
    ),
}
LOGS = "docker compose -f docker-compose.dev.yml logs"


def is_available() -> bool:
    """Tell whether an engine answers (a client alone is not enough) and compose is installed."""
    if shutil.which("docker") is None:
        return False
    try:
        return all(
            subprocess.run(command, check=False, capture_output=True, timeout=60).returncode == 0
            for command in (("docker", "info"), ("docker", "compose", "version"))
        )
    except subprocess.TimeoutExpired:
        return False


def _files() -> list[str]:
    """Return the compose files; CDSS_OFFLINE=1 builds every image from Debian packages."""
    names = ["docker-compose.dev.yml"]
    if os.environ.get("CDSS_OFFLINE") == "1":
        names.append("docker-compose.offline.yml")
    return [part for name in names for part in ("--file", name)]


def _compose(*arguments: str, port: int | None = None) -> None:
    environment = os.environ | ({} if port is None else {"CDSS_PORT": str(port)})
    if os.environ.get("CDSS_OPENEMR") == "1":
        environment |= _OPENEMR | _kept_schema()
    command = ["docker", "compose", *_files(), *arguments]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
        raise StackError("docker compose failed; its reason stands above.")


def _kept_schema() -> dict[str, str]:
    """The file of OpenEMR's schema as a container sees it, if it is here already."""
    kept = openemr_schema.KEPT
    inside = kept.exists() and kept.is_relative_to(ROOT)
    return {"OPENEMR_SCHEMA_SQL": f"/app/{kept.relative_to(ROOT)}"} if inside else {}


def up(port: int) -> dict[str, str]:
    """Build and start the containers, wait for their health, fill in samples, play the main job."""
    with step("containers"):
        _compose("up", "--detach", "--build", "--wait", port=port)

    def manage(*arguments: str) -> None:
        _compose("exec", "-T", "django", "deploy/run.sh", "manage", *arguments, port=port)

    with step("test users and sample data"):
        manage("create_test_users")
        manage("init_sample_data")
    with step("sample images"):
        manage("upload_sample_dicoms", "--base-url", _INSIDE)
    with step("follow-up images"):
        manage("upload_follow_ups", "--base-url", _INSIDE)
    with step("main job"):
        manage("run_main_job", "--once", "--base-url", _INSIDE)
    return {"PUBLIC_SCHEME": "http", "PUBLIC_HOST": f"localhost:{port}"}


def stop() -> None:
    """Stop and remove the containers; their volumes stay."""
    _compose("down")


def status() -> bool:
    """Print the state of each container; tell whether all are there and well."""
    _compose("ps", "--all")
    wanted = set(_answer("config", "--services").split())
    rows = [json.loads(line) for line in _answer("ps", "--all", "--format", "json").splitlines()]
    return {row["Service"] for row in rows if _is_well(row)} >= wanted


def _answer(*arguments: str) -> str:
    command = ["docker", "compose", *_files(), *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def _is_well(row: Mapping[str, object]) -> bool:
    if row["Service"] in _ONE_SHOT:
        return row["State"] == "exited" and row["ExitCode"] == 0
    return row["State"] == "running" and row["Health"] in ("", "healthy")
