"""The process that reads what strangers sent: ``python -m ris.services.htj2k.child FD MEMORY_FD``.

A request is ``REQUEST`` on the socket and the file in the shared memory; the answer is the number
of results and each of them, or 0 and the reason. No environment, no network client, no files.
"""

from __future__ import annotations

import mmap
import resource
import sys
from multiprocessing.connection import Connection
from struct import Struct

from ris.services.htj2k import codec

REQUEST = Struct("<qq")
"""Bytes of the file, and the frame to decode; -1 transcodes all of them."""
COUNT = Struct("<q")
MEMORY_BYTES = 5 << 30


def main(socket_fd: int, memory_fd: int) -> None:
    """Until the other end is closed."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection = Connection(socket_fd)
    while True:
        try:
            length, index = REQUEST.unpack(connection.recv_bytes())
        except EOFError:
            return
        try:
            results = _work(memory_fd, length, index)
        except codec.Refused as refusal:
            connection.send_bytes(COUNT.pack(0))
            connection.send_bytes(refusal.reason.encode())
            continue
        connection.send_bytes(COUNT.pack(len(results)))
        for result in results:
            connection.send_bytes(result)


def _work(memory_fd: int, length: int, index: int) -> list[bytes]:
    try:
        part10 = mmap.mmap(memory_fd, length, access=mmap.ACCESS_READ)
        return codec.transcode(part10) if index < 0 else [codec.decode(part10, index)]
    except MemoryError:
        raise codec.Refused("TOO_LARGE") from None
    except codec.Refused:
        raise
    except Exception:
        raise codec.Refused("UNREADABLE") from None


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
