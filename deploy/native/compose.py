"""bin/up where a container engine is at hand: the same system from docker-compose.dev.yml."""

from __future__ import annotations

import shutil
import subprocess

from deploy.native import envfile
from deploy.native.console import say, step
from deploy.native.errors import StackError
from deploy.native.layout import ROOT, Layout

_INSIDE = "http://nginx:8080"
"""The public API as a container reaches it."""
_COMPOSE = ("docker", "compose", "--file", "docker-compose.dev.yml")


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


def _compose(*arguments: str) -> int:
    return subprocess.run([*_COMPOSE, *arguments], cwd=ROOT, check=False).returncode


def up(port: int) -> dict[str, str]:
    """Build and start the containers, wait for their health and fill in sample data."""
    layout = Layout("up")
    settings = envfile.complete(layout, envfile.read(layout.env_file), port=port)
    envfile.write(layout.env_file, settings)
    with step("containers"):
        if _compose("up", "--detach", "--build", "--wait"):
            raise StackError("docker compose failed; its reason stands above.")
    for command in (
        ["create_test_users"],
        ["init_sample_data"],
        ["upload_sample_dicoms", "--base-url", _INSIDE],
        ["run_main_job", "--base-url", _INSIDE],
    ):
        say(f"manage.py {command[0]}")
        if _compose("exec", "-T", "django", "deploy/run.sh", "manage", *command):
            raise StackError(f"manage.py {command[0]} failed; its reason stands above.")
    return settings


def stop() -> None:
    """Stop and remove the containers; their volumes stay."""
    if _compose("down"):
        raise StackError("docker compose failed; its reason stands above.")


def status() -> bool:
    """Print the state of each container."""
    return _compose("ps", "--all") == 0
