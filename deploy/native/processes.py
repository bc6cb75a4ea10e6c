"""Running other programs: quiet, logged, and with one sentence when they fail."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path

from deploy.native.console import say
from deploy.native.stack_error import StackError

_NO_SPACE = re.compile(r"no space left on device|not enough free disk space", re.IGNORECASE)
_NO_NETWORK = re.compile(
    r"could not resolve|temporary failure (in name resolution|resolving)|failed to fetch|"
    r"could not connect|connection (refused|timed out)|network is unreachable|"
    r"enotfound|eai_again|econnrefused|etimedout|newconnectionerror|"
    r"max retries exceeded|connecttimeout|readtimeout|unknown host|"
    r"could not transfer artifact|no matching distribution found|unable to locate package",
    re.IGNORECASE,
)


def run_logged(
    command: Sequence[str | Path],
    *,
    log: Path,
    what: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: str | None = None,
) -> None:
    """Run a program with its output appended to ``log``.

    Raises StackError naming the likely reason: a full disk, no network, or the log to read.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a+", encoding="utf-8", errors="replace") as file:
        start = file.tell()
        done = subprocess.run(
            [str(part) for part in command],
            stdout=file,
            stderr=subprocess.STDOUT,
            stdin=None if stdin is not None else subprocess.DEVNULL,
            input=None if stdin is None else stdin.encode(),
            cwd=cwd,
            env=None if env is None else dict(env),
            check=False,
        )
        if done.returncode:
            file.seek(start)
            raise StackError(explain(what, file.read(), log))


def explain(what: str, output: str, log: Path) -> str:
    """Turn a failed program's output into one sentence."""
    if _NO_SPACE.search(output):
        return f"The disk is full: {what} failed; free some space and run the command again."
    if _NO_NETWORK.search(output):
        return f"No network: {what} could not download what it needs (details in {log})."
    return f"{what} failed; the reason is at the end of {log}."


@contextmanager
def lock(path: Path, *, busy: str, wait: bool) -> Iterator[None]:
    """Hold an exclusive lock on a file; if it is held, wait or fail with the sentence ``busy``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            flock(descriptor, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise StackError(busy) from None
            say(busy)
            flock(descriptor, LOCK_EX)
        yield
    finally:
        os.close(descriptor)
