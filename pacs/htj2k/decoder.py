"""Runs the codec in a child process: a crash, hang or memory leak affects only that process."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import suppress
from mmap import PAGESIZE, mmap
from pathlib import Path
from types import TracebackType

from pacs.htj2k.decoder_process import REQUEST, receive
from pacs.htj2k.pixel_data import Refused

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 60.0
BYTES_PER_S = 5e6
"""A file may take TIMEOUT_S, and one second more for each BYTES_PER_S of its size."""
KEPT_BYTES = 1 << 24
"""Memory above this size is released after use."""


class Decoder:
    """A child process and the memory that it reads files from. Restarted after a crash.

    ``module`` is what the child runs. Not thread-safe.
    """

    def __init__(self, module: str = "pacs.htj2k.decoder_process") -> None:
        self._module = module
        self._memory = os.memfd_create("htj2k")
        self._view = memoryview(b"")
        self._files: list[tuple[int, int]] = []
        self._end = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    def __enter__(self) -> Decoder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
        os.close(self._memory)

    def room(self, size: int) -> memoryview:
        """Memory of ``size`` bytes after the added files."""
        wanted = self._end + max(size, 1)
        if wanted > len(self._view):
            os.ftruncate(self._memory, max(wanted, KEPT_BYTES))
            self._view = memoryview(mmap(self._memory, 0))
        return self._view[self._end : self._end + size]

    def add(self, size: int) -> None:
        """Add the file that was written to ``room``."""
        self._files.append((self._end, size))
        self._end += -(-size // PAGESIZE) * PAGESIZE

    def transcode(self) -> Generator[list[bytes] | Refused]:
        """Yield the result of ``codec.transcode`` for each added file, or Refused.

        Refused also means that the child crashed. No file may be added meanwhile.
        """
        return self._answers([(*file, -1) for file in self._files])

    def decode(self, index: int, options: bytes = b"") -> bytes:
        """What the child makes of frame ``index`` of the file that was added.

        Without ``options`` that is the result of ``codec.decode``. Raises Refused, also if the
        child crashed.
        """
        (file,) = self._files
        (answer,) = self._answers([(*file, index)], options)
        if isinstance(answer, Refused):
            raise answer
        return answer[0]

    def clear(self) -> None:
        """Remove all files."""
        self._files, self._end = [], 0
        if len(self._view) > KEPT_BYTES:
            self._view = memoryview(b"")
            os.ftruncate(self._memory, 0)

    def _answers(
        self, requests: list[tuple[int, int, int]], options: bytes = b""
    ) -> Generator[list[bytes] | Refused]:
        try:
            while requests:
                line = self._send(
                    b"".join(REQUEST.pack(*each, len(options)) + options for each in requests)
                )
                yield from self._receive(line, requests)
        finally:
            if requests:  # the caller stopped early: discard the remaining results
                self._stop()

    def _receive(
        self, line: socket.socket, requests: list[tuple[int, int, int]]
    ) -> Generator[list[bytes] | Refused]:
        """Yield results and remove their requests; stops after a request that kills the child."""
        while requests:
            try:
                line.settimeout(TIMEOUT_S + requests[0][1] / BYTES_PER_S)
                reason, *results = receive(line)
            except (EOFError, OSError):
                self._stop()
                del requests[0]
                yield Refused("DECODER_CRASHED")
                return
            del requests[0]
            yield Refused(reason.decode()) if reason else results

    def _send(self, request: bytes) -> socket.socket:
        """Send the request; a child that died before it is restarted, its files are not refused."""
        if self._line is not None:
            try:
                self._line.settimeout(TIMEOUT_S)
                self._line.sendall(request)
                return self._line
            except OSError:
                self._stop()
        line = self._start()
        line.settimeout(TIMEOUT_S)
        line.sendall(request)
        return line

    def _start(self) -> socket.socket:
        self._line, theirs = socket.socketpair()
        with theirs:
            self._child = subprocess.Popen(  # noqa: S603  (our own module, our own numbers)
                [
                    sys.executable,
                    "-m",
                    self._module,
                    str(theirs.fileno()),
                    str(self._memory),
                ],
                cwd=ROOT,
                env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                pass_fds=(theirs.fileno(), self._memory),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        return self._line

    def _stop(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            with suppress(OSError):
                line.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None
