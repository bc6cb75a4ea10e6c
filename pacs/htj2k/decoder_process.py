"""The decoder process, which parses untrusted files:
``python -m pacs.htj2k.decoder_process FD MEMORY_FD``.

A request is ``REQUEST`` and its options on the socket, and a file in the shared memory. The
response is a message of parts: the reason of a refusal (or empty), and the results. Requests may be
pipelined. The process has no environment variables, no network connection and no files.
"""

from __future__ import annotations

import mmap
import os
import resource
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from struct import Struct

from pacs.htj2k import codec
from pacs.htj2k.pixel_data import Part10, Refused

REQUEST = Struct("<qqqq")
"""Offset and size of the file, the frame to decode, -1 to transcode all, and size of options."""
Work = Callable[[Part10, int, bytes], list[bytes]]
"""A file, the frame and the options; returns results. Raises Refused."""
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


def serve(work: Work, memory_bytes: int = MEMORY_BYTES) -> None:
    """Serve requests until the other end is closed. The arguments of the process are two files."""
    socket_fd, memory_fd = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)
    line = socket.socket(fileno=socket_fd)
    while True:
        try:
            offset, length, index, size = REQUEST.unpack(_read(line, REQUEST.size))
            options = _read(line, size)
        except EOFError:
            return
        try:
            with _file(memory_fd, offset, length) as part10:
                answer = [b"", *work(part10, index, options)]
        except Refused as refusal:
            answer = [refusal.reason.encode()]
        send(line, answer)


@contextmanager
def _file(memory_fd: int, offset: int, length: int) -> Iterator[Part10]:
    """Whatever is raised because of the file is a refusal."""
    if not length:  # mmap(2) would take all there is
        raise Refused("UNREADABLE")
    try:
        yield mmap.mmap(memory_fd, length, access=mmap.ACCESS_READ, offset=offset)
    except MemoryError:
        raise Refused("TOO_LARGE") from None
    except Refused:
        raise
    except Exception:
        raise Refused("UNREADABLE") from None


def decoded(part10: Part10, index: int, options: bytes) -> list[bytes]:
    """What this process does; it knows no options."""
    return codec.transcode(part10) if index < 0 else [codec.decode(part10, index)]


if __name__ == "__main__":
    serve(decoded)
