"""Talking to supervisord over its unix socket, and starting and ending it."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import time
import xmlrpc.client
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.native import programs
from deploy.native.layout import DJANGO_PYTHON, Layout
from deploy.native.stack_error import StackError

_STOPPED = {"STOPPED", "EXITED", "FATAL", "UNKNOWN"}


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=120)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        return _UnixConnection(self._path)


@dataclass(frozen=True)
class Process:
    """A supervised process: RUNNING, STARTING, BACKOFF, STOPPED, FATAL, ..."""

    name: str
    state: str
    pid: int
    seconds: int


class Supervisor:
    """The supervisord of one stack."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._config = layout.etc / "supervisord.conf"
        self._socket = layout.sockets / "supervisor.sock"

    @property
    def _rpc(self) -> Any:
        transport = _UnixTransport(str(self._socket))
        return xmlrpc.client.ServerProxy("http://localhost", transport=transport).supervisor

    def is_running(self) -> bool:
        if not self._socket.exists():
            return False
        try:
            return bool(self._rpc.getState()["statename"] == "RUNNING")
        except (OSError, http.client.HTTPException, xmlrpc.client.Fault):  # it is ending
            return False

    def processes(self) -> dict[str, Process]:
        """Return the processes by name; empty when supervisord does not run."""
        if not self.is_running():
            return {}
        return {
            info["name"]: Process(
                info["name"], info["statename"], info["pid"], max(0, info["now"] - info["start"])
            )
            for info in self._rpc.getAllProcessInfo()
        }

    def apply(self) -> list[str]:
        """Start supervisord, or make the running one take its new file; return what changed."""
        if not self.is_running():
            self._spawn()
            return []
        added, changed, removed = self._rpc.reloadConfig()[0]
        self._stop_all(changed + removed)
        for name in changed + removed:
            self._rpc.removeProcessGroup(name)
        for name in added + changed:
            self._rpc.addProcessGroup(name)
        return list(changed)

    def recover(self) -> None:
        """End what a lost supervisord left running, so that its ports are free again."""
        if not self.is_running():
            end_strays(self._layout)

    def start(self, names: Iterable[str]) -> None:
        """Start those of the processes that do not run; their health is asked elsewhere."""
        found = self.processes()
        for name in names:
            if found[name].state in _STOPPED:
                self._rpc.startProcess(name, False)

    def stop(self) -> None:
        """End the processes, the application before its servers, and supervisord."""
        if self.is_running():
            self._stop_all(programs.APPLICATION)
            self._stop_all(programs.SERVERS)
            with contextlib.suppress(OSError, http.client.HTTPException):
                self._rpc.shutdown()
            deadline = time.monotonic() + 30
            while self.is_running() and time.monotonic() < deadline:
                time.sleep(0.1)
        end_strays(self._layout)

    def _stop_all(self, names: Iterable[str]) -> None:
        """Stop processes side by side; supervisord kills one that takes too long."""
        for name, process in self.processes().items():
            if name in names and process.state not in _STOPPED:
                with contextlib.suppress(xmlrpc.client.Fault):  # it ended by itself meanwhile
                    self._rpc.stopProcess(name, False)
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            states = self.processes()
            if all(states[name].state in _STOPPED for name in names if name in states):
                return
            time.sleep(0.1)

    def _spawn(self) -> None:
        self._socket.unlink(missing_ok=True)
        done = subprocess.run(
            [DJANGO_PYTHON, "-m", "supervisor.supervisord", "-c", self._config],
            env=programs.system_environment() | {programs.MARKER: str(self._layout.state)},
            cwd=self._layout.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        deadline = time.monotonic() + 60
        while not self.is_running():
            if done.returncode or time.monotonic() > deadline:
                raise StackError(
                    f"supervisord did not start; see {self._layout.log / 'supervisord.log'}."
                )
            time.sleep(0.1)


def strays(layout: Layout) -> list[int]:
    """Return the processes of this stack, whoever is their parent now."""
    mark = f"{programs.MARKER}={layout.state}".encode()
    nginx = os.fsencode(layout.etc / "nginx.conf")
    found = []
    for directory in Path("/proc").iterdir():
        if directory.name.isdecimal() and int(directory.name) != os.getpid():
            with contextlib.suppress(OSError):
                environment = (directory / "environ").read_bytes().split(b"\0")
                title = (directory / "cmdline").read_bytes()  # nginx writes it over its environment
                if mark in environment or (title.startswith(b"nginx:") and nginx in title):
                    found.append(int(directory.name))
    return found


def end_strays(layout: Layout) -> None:
    """End what a lost supervisord left behind: ask first, kill after 20 s."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + 20
        for process in strays(layout):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, number)
        while strays(layout) and time.monotonic() < deadline:
            time.sleep(0.2)
        if not strays(layout):
            return
