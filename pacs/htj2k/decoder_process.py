"""The decoder process, which parses untrusted files:
``python -m pacs.htj2k.decoder_process FD MEMORY_FD``.

A request is ``REQUEST`` on the socket and a file in the shared memory. The response is a message of
parts: the reason of a refusal (or empty), and the results. Requests may be pipelined. The process
has no environment variables, no network connection and no files.
"""

from __future__ import annotations

import mmap
import os
import resource
import socket
import sys
from collections.abc import Sequence
from struct import Struct

from pacs.htj2k import codec

REQUEST = Struct("<qqq")
"""Offset and size of the file, and the frame to decode; -1 transcodes all frames."""
_SIZE = Struct("<q")
MEMORY_BYTES = 5 << 30
NICE = 5
"""Lower priority than the processes that serve requests."""


def send(line: socket.socket, parts: Sequence[bytes]) -> None:
    """Send a message: number of parts, their sizes, the parts."""
    sizes = [_SIZE.pack(size) for size in (len(parts), *map(len, parts))]
    line.sendall(b"".join((*sizes, *parts)))


def receive(line: socket.socket) -> list[bytes]:
    """Receive a message. Raises EOFError if the other end is closed, OSError (TimeoutError)."""
    (count,) = _SIZE.unpack(_read(line, _SIZE.size))
    sizes = _read(line, _SIZE.size * count)
    return [_read(line, size) for (size,) in _SIZE.iter_unpack(sizes)]


def _read(line: socket.socket, size: int) -> bytes:
    content = bytearray(size)
    view = memoryview(content)
    while view:
        got = line.recv_into(view)
        if not got:
            raise EOFError
        view = view[got:]
    return bytes(content)


def main(socket_fd: int, memory_fd: int) -> None:
    """Serve requests until the other end is closed."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)
    line = socket.socket(fileno=socket_fd)
    while True:
        try:
            request = REQUEST.unpack(_read(line, REQUEST.size))
        except EOFError:
            return
        try:
            answer = [b"", *_work(memory_fd, *request)]
        except codec.Refused as refusal:
            answer = [refusal.reason.encode()]
        send(line, answer)


def _work(memory_fd: int, offset: int, length: int, index: int) -> list[bytes]:
    if not length:  # mmap(2) would take all there is
        raise codec.Refused("UNREADABLE")
    try:
        part10 = mmap.mmap(memory_fd, length, access=mmap.ACCESS_READ, offset=offset)
        return codec.transcode(part10) if index < 0 else [codec.decode(part10, index)]
    except MemoryError:
        raise codec.Refused("TOO_LARGE") from None
    except codec.Refused:
        raise
    except Exception:
        raise codec.Refused("UNREADABLE") from None


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
