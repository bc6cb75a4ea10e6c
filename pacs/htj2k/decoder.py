"""Watches the child that converts: it may crash, hang or eat memory, and nobody else notices."""

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

from pacs.htj2k.codec import Refused
from pacs.htj2k.decoder_process import REQUEST, receive

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
BYTES_PER_S = 5e6
"""No file takes longer than PATIENCE_S and a second for each so many bytes."""
KEPT_BYTES = 1 << 24
"""More memory than this is given back when its files are forgotten."""


class Decoder:
    """One child and the memory it reads files from; not for several threads at once. A new child
    after a crash."""

    def __init__(self) -> None:
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
        """Memory of so many bytes behind the files that were added."""
        wanted = self._end + max(size, 1)
        if wanted > len(self._view):
            os.ftruncate(self._memory, max(wanted, KEPT_BYTES))
            self._view = memoryview(mmap(self._memory, 0))
        return self._view[self._end : self._end + size]

    def add(self, size: int) -> None:
        """A file is in the ``room`` for it."""
        self._files.append((self._end, size))
        self._end += -(-size // PAGESIZE) * PAGESIZE

    @property
    def file(self) -> memoryview:
        """The one that was added, until it is forgotten."""
        ((offset, size),) = self._files
        return self._view[offset : offset + size]

    def transcode(self) -> Generator[list[bytes] | Refused]:
        """Of each file that was added, as ``codec.transcode``, as soon as it is done. Refused, also
        where the child did not survive it. Nothing is added meanwhile."""
        return self._answers([(*file, -1) for file in self._files])

    def decode(self, index: int) -> bytes:
        """Of the one file that was added, as ``codec.decode``. Raises Refused, also when the child
        does not survive it."""
        (file,) = self._files
        (answer,) = self._answers([(*file, index)])
        if isinstance(answer, Refused):
            raise answer
        return answer[0]

    def forget(self) -> None:
        """Nothing is added any more."""
        self._files, self._end = [], 0
        if len(self._view) > KEPT_BYTES:
            self._view = memoryview(b"")
            os.ftruncate(self._memory, 0)

    def _answers(self, requests: list[tuple[int, int, int]]) -> Generator[list[bytes] | Refused]:
        try:
            while requests:
                line = self._send(b"".join(REQUEST.pack(*request) for request in requests))
                yield from self._receive(line, requests)
        finally:
            if requests:  # nobody waits for the rest
                self._stop()

    def _receive(
        self, line: socket.socket, requests: list[tuple[int, int, int]]
    ) -> Generator[list[bytes] | Refused]:
        """Takes away what was answered; ends early with what the child does not survive."""
        while requests:
            try:
                line.settimeout(PATIENCE_S + requests[0][1] / BYTES_PER_S)
                reason, *results = receive(line)
            except (EOFError, OSError):
                self._stop()
                del requests[0]
                yield Refused("DECODER_CRASHED")
                return
            del requests[0]
            yield Refused(reason.decode()) if reason else results

    def _send(self, request: bytes) -> socket.socket:
        """A child that died since it was last asked is replaced: this file is not to blame."""
        if self._line is not None:
            try:
                self._line.settimeout(PATIENCE_S)
                self._line.sendall(request)
                return self._line
            except OSError:
                self._stop()
        line = self._start()
        line.settimeout(PATIENCE_S)
        line.sendall(request)
        return line

    def _start(self) -> socket.socket:
        self._line, theirs = socket.socketpair()
        with theirs:
            self._child = subprocess.Popen(  # noqa: S603  (our own module, our own numbers)
                [
                    sys.executable,
                    "-m",
                    "pacs.htj2k.decoder_process",
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
