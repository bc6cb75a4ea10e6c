"""The repository: restic encrypts, keeps each part of each file once, and checks itself."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from deploy.native.stack_error import StackError

_PASSED_ON = ("AWS_", "AZURE_", "B2_", "GOOGLE_", "OS_", "ST_", "RESTIC_", "SSL_CERT_")
"""What an object store's account needs; everything else of the environment stays out."""

_INCOMPLETE = 3
"""restic's exit code for a snapshot in which something is missing that could not be read."""


def _reason(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if line.strip()]
    return lines[-1].removeprefix("Fatal: ") if lines else "it gave no reason"


class Repository:
    """A folder or an object store (``s3:…``, ``gs:…``, ``sftp:…``) and its password."""

    def __init__(self, address: str, password_file: Path) -> None:
        self.address = address
        self._environment = _environment(address, password_file)

    def make(self) -> bool:
        """Make the repository unless it is there; True when it was made now."""
        done = self._run("cat", "config")
        if not done.returncode:
            self._ask("unlock")  # what a killed run left; a running one keeps its lock
            return False
        if "wrong password" in done.stderr:
            raise StackError(f"{self.address} has another password.")
        self._ask("init")
        return True

    def save(
        self, folder: Path, paths: list[str], excludes: list[str]
    ) -> tuple[dict[str, Any], bool]:
        """Save paths below ``folder``; return restic's summary, with the snapshot's id, and
        whether everything there could be read."""
        options = [f"--exclude={pattern}" for pattern in excludes]
        command = ("backup", "--json", "--host=neuronova", *options, *paths)
        done = self._run(*command, folder=folder)
        if done.returncode not in (0, _INCOMPLETE):
            raise StackError(f"restic backup failed: {_reason(done.stderr)}")
        summary: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return summary, not done.returncode

    def forget(self, snapshot: str) -> None:
        """Forget one snapshot; its data go with the next old ones."""
        self._ask("forget", snapshot)

    def check(self, part: str) -> None:
        """Read the repository's structure and a ``part`` (5%, 1/7) of all data back."""
        self._ask("check", f"--read-data-subset={part}")

    def read(self, snapshot: str, path: str) -> bytes:
        """One file of a snapshot. Raises StackError."""
        return self._ask("dump", snapshot, f"/{path}").encode()

    def sizes(self, snapshot: str, folder: str) -> Iterator[tuple[str, int]]:
        """Path and bytes of each file below ``folder`` of a snapshot."""
        for line in self._ask("ls", "--json", "--recursive", snapshot, f"/{folder}").splitlines():
            node = json.loads(line)
            if node.get("type") == "file":
                yield node["path"].lstrip("/"), node["size"]

    def restore(self, snapshot: str, target: Path) -> None:
        """Write a snapshot's files below ``target``."""
        self._ask("restore", snapshot, f"--target={target}")

    def forget_old(self) -> None:
        """Keep 14 daily, 8 weekly and 24 monthly snapshots, and what they share."""
        keep = ("--keep-daily=14", "--keep-weekly=8", "--keep-monthly=24")
        self._ask("forget", "--group-by=", *keep, "--prune")

    def _ask(self, *arguments: str, folder: Path | None = None) -> str:
        done = self._run(*arguments, folder=folder)
        if done.returncode:
            raise StackError(f"restic {arguments[0]} failed: {_reason(done.stderr)}")
        return done.stdout

    def _run(self, *arguments: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["restic", "--quiet", *arguments],
            cwd=folder,
            env=dict(self._environment),
            capture_output=True,
            text=True,
            check=False,
        )


def _environment(address: str, password_file: Path) -> Mapping[str, str]:
    """restic's settings; a folder by its absolute path."""
    given = {name: text for name, text in os.environ.items() if name.startswith(_PASSED_ON)}
    folder = ":" not in address
    return given | {
        "PATH": os.environ["PATH"],
        "HOME": str(Path.home()),
        "RESTIC_REPOSITORY": str(Path(address).absolute()) if folder else address,
        "RESTIC_PASSWORD_FILE": str(password_file),
        "RESTIC_PROGRESS_FPS": "0",
    }
