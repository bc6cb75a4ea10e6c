"""A small load generator: the same loop for every server that is compared.

Sockets and threads only, so that the client costs little and the same for all.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

CONNECTIONS = 8
_BUFFER = 1 << 20
_LAST_CHUNK = b"0\r\n\r\n"


@dataclass(frozen=True)
class Server:
    """Where requests go, and the headers that each carries."""

    base_url: str
    headers: Mapping[str, str]

    def request(self, path: str) -> bytes:
        parts = urlsplit(self.base_url)
        lines = [f"GET {parts.path}{path} HTTP/1.1", f"Host: {parts.netloc}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


class _Connection:
    def __init__(self, server: Server) -> None:
        parts = urlsplit(server.base_url)
        self._address = (parts.hostname or "", parts.port or 80)
        self._buffer = bytearray(_BUFFER)
        self._open()

    def _open(self) -> None:
        self._socket = socket.create_connection(self._address, 60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> None:
        """Send one request and read its whole answer."""
        self._socket.sendall(request)
        if b"connection: close" in self._answer():
            self.close()
            self._open()

    def _answer(self) -> bytes:
        """The head of the answer in small letters, once all of the body was read."""
        view, have, end = memoryview(self._buffer), 0, -1
        while end < 0:
            have += self._more(view[have:])
            end = self._buffer.find(b"\r\n\r\n", 0, have)
        head = bytes(view[:end]).lower()
        if b" 200 " not in head[:16]:
            raise OSError(f"answered {head[:12].decode()}")
        body, tail = have - end - 4, bytes(view[max(end + 4, have - 5) : have])
        place = head.find(b"content-length:")
        if place >= 0:
            length = int(head[place + 15 :].split(b"\r\n", 1)[0])
            while body < length:
                body += self._more(view)
            return head
        while not tail.endswith(_LAST_CHUNK):
            count = self._more(view)
            tail = (tail + bytes(view[max(0, count - 5) : count]))[-5:]
        return head

    def _more(self, view: memoryview) -> int:
        count = self._socket.recv_into(view)
        if not count:
            raise OSError("closed in the middle of an answer")
        return count

    def close(self) -> None:
        self._socket.close()


def load(server: Server, paths: Sequence[str], count: int, connections: int = CONNECTIONS) -> float:
    """Seconds for ``count`` requests over the paths in turn. Raises OSError for any but 200."""
    requests: Iterator[bytes] = islice(cycle([server.request(path) for path in paths]), count)
    lock, failures = threading.Lock(), list[OSError]()

    def work() -> None:
        try:
            connection = _Connection(server)
            while True:
                with lock:
                    request = next(requests, None)
                if request is None or failures:
                    return connection.close()
                connection.ask(request)
        except OSError as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(connections)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - begun
    if failures:
        raise failures[0]
    return seconds


def processor_seconds(pids: Sequence[int]) -> float:
    """User and system time that these processes have used."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """The process and what its threads started."""
    threads = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for started in threads for child in started.read_text().split()]
    return [pid, *(found for child in children for found in family(child))]


def resident_mb(pids: Sequence[int]) -> float:
    """Resident memory, MB."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
