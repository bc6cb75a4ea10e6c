"""Watches the child that converts: it may crash, hang or eat memory, and nobody else notices."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

from ris.services.htj2k.child import COUNT, REQUEST
from ris.services.htj2k.codec import Refused

ROOT = Path(__file__).parents[3]
PATIENCE_S = 60.0
BYTES_PER_S = 5e6
"""No file takes longer than PATIENCE_S and a second for each so many bytes."""
REASON = 40


class Guard:
    """One child and its memory; not for several threads at once. A new child after a crash."""

    def __init__(self) -> None:
        self._memory = os.memfd_create("htj2k")
        self._child: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

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
        connection = self._connection or self._start()
        os.ftruncate(self._memory, len(part10))
        written = 0
        while written < len(part10):
            written += os.pwrite(self._memory, memoryview(part10)[written:], written)
        try:
            connection.send_bytes(REQUEST.pack(len(part10), index))
            return self._answer(connection, PATIENCE_S + len(part10) / BYTES_PER_S)
        except (EOFError, OSError):
            self._stop()
            raise Refused("DECODER_CRASHED") from None

    def _answer(self, connection: Connection, patience_s: float) -> list[bytes]:
        if not connection.poll(patience_s):
            raise EOFError
        (count,) = COUNT.unpack(connection.recv_bytes(COUNT.size))
        if count == 0:
            raise Refused(connection.recv_bytes(REASON).decode())
        return [connection.recv_bytes() for _ in range(count)]

    def _start(self) -> Connection:
        ours, theirs = socket.socketpair()
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
        self._connection = Connection(ours.detach())
        return self._connection

    def _stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._child is not None:
            self._child.kill()
            self._child.wait()
            self._child = None


def decode_one(part10: bytes, index: int) -> bytes:
    """One frame, by a child of its own. Raises Refused."""
    with Guard() as guard:
        return guard.decode(part10, index)
