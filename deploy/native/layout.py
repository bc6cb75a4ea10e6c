"""Where one stack keeps its things."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from deploy.native.stack_error import StackError

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / ".run"
DJANGO_PYTHON = ROOT / ".venv" / "bin" / "python"

_SOCKET_DIRECTORY_LIMIT = 80
"""A unix socket path holds 107 bytes at most; supervisord adds a name and a process id."""


@dataclass(frozen=True)
class Layout:
    """The directories of the stack ``name``: ``up`` for people; of bin/test, ``test`` and ``web``
    for the flows and ``unit`` for the databases of the unit tests."""

    name: str
    root: Path = ROOT

    @property
    def is_for_tests(self) -> bool:
        return self.name in ("test", "web", "unit")

    @property
    def state(self) -> Path:
        return self.root / ".run" / self.name

    @property
    def env_file(self) -> Path:
        return self.root / ".env" if self.name == "up" else self.state / ".env"

    @property
    def etc(self) -> Path:
        return self.state / "etc"

    @property
    def log(self) -> Path:
        return self.state / "log"

    @property
    def data(self) -> Path:
        return self.state / "data"

    @property
    def cdss_data(self) -> Path:
        return self.data / "cdss"

    @property
    def heads(self) -> Path:
        """The signed heads of the audit record: outside the data, which a restore replaces."""
        return self.state / "heads"

    @property
    def static(self) -> Path:
        return self.root / ".run" / "static"

    @property
    def sockets(self) -> Path:
        """Sockets and temporary files; under /tmp if the checkout's path is too long for one."""
        inside = self.state / "run"
        if len(os.fsencode(inside)) <= _SOCKET_DIRECTORY_LIMIT:
            return inside
        digest = hashlib.sha256(os.fsencode(self.state)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"neuronova-{os.getuid()}-{digest}"

    def create(self) -> None:
        """Make the directories, readable by their owner only."""
        for path in (self.etc, self.log, self.data, self.cdss_data, self.static):
            path.mkdir(parents=True, exist_ok=True)
        for path in (self.state, self.data, self.sockets):
            path.mkdir(mode=0o700, exist_ok=True)
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise StackError(f"{self.sockets} belongs to somebody else; remove it and try again.")
        for path in (self.state, self.data, self.sockets):
            path.chmod(0o700)
