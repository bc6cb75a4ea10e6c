"""Watches the child that converts: it may crash, hang or eat memory, and nobody else notices."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from ris.services.htj2k.child import REQUEST, receive
from ris.services.htj2k.codec import Refused

ROOT = Path(__file__).parents[3]
PATIENCE_S = 60.0
BYTES_PER_S = 5e6
"""No file takes longer than PATIENCE_S and a second for each so many bytes."""


class Guard:
    """One child and its memory; not for several threads at once. A new child after a crash."""

    def __init__(self) -> None:
        self._memory = os.memfd_create("htj2k")
        self._child: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None

    def __enter__(self) -> Guard:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop()
        os.close(self._memory)

    def transcode(self, part10: bytes) -> list[bytes]:
        """As ``codec.transcode``. Raises Refused, also when the child does not survive it."""
        return self._ask(part10, -1)

    def decode(self, part10: bytes, index: int) -> bytes:
        """As ``codec.decode``. Raises Refused, also when the child does not survive it."""
        return self._ask(part10, index)[0]

    def _ask(self, part10: bytes, index: int) -> list[bytes]:
        os.ftruncate(self._memory, len(part10))
        written = 0
        while written < len(part10):
            written += os.pwrite(self._memory, memoryview(part10)[written:], written)
        try:
            line = self._asked(REQUEST.pack(len(part10), index))
            line.settimeout(PATIENCE_S + len(part10) / BYTES_PER_S)
            reason, *results = receive(line)
        except (EOFError, OSError):
            self._stop()
            raise Refused("DECODER_CRASHED") from None
        if reason:
            raise Refused(reason.decode())
        return results

    def _asked(self, request: bytes) -> socket.socket:
        """A child that died since it was last asked is replaced: this file is not to blame."""
        if self._line is not None:
            try:
                self._line.sendall(request)
                return self._line
            except OSError:
                self._stop()
        line = self._start()
        line.sendall(request)
        return line

    def _start(self) -> socket.socket:
        self._line, theirs = socket.socketpair()
        with theirs:
            self._child = subprocess.Popen(  # noqa: S603  (our own module, our own numbers)
                [
                    sys.executable,
                    "-m",
                    "ris.services.htj2k.child",
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
