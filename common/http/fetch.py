"""GET for thousands of files: little overhead, and no copy of the body.

It is read directly into memory that the caller allocated. Of HTTP/1.1 this knows what our own
servers send: a body of a given length.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from socket import socket
from urllib.parse import urlsplit

_HEAD_BYTES = 4096
_REFUSAL_BYTES = 1 << 20
_STATUS = re.compile(rb"HTTP/1\.1 ([1-9][0-9]{2})[ \r]")
_LENGTH = re.compile(rb"\r\ncontent-length: *([0-9]{1,15})(?=\r\n|$)")
Allocate = Callable[[int], memoryview]
"""Returns memory for the given number of bytes; called again when a request is retried."""


def new_memory(size: int) -> memoryview:
    return memoryview(bytearray(size))


class Fetcher:
    """A pool of persistent connections to one server. Thread-safe."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self._address = parts.netloc.rpartition("@")[2]
        self._path = parts.path
        self._idle: deque[HTTPConnection] = deque()

    def get(
        self,
        path: str,
        headers: Mapping[str, str],
        timeouts_s: tuple[float, float],
        allocate: Allocate,
    ) -> tuple[int, memoryview]:
        """Send a GET request; return the status and the body (empty unless the status is 200).

        ``timeouts_s``: the timeouts of the connection and of each read. Raises OSError (also
        TimeoutError), HTTPException.
        """
        connect_s, read_s = timeouts_s
        with suppress(IndexError, ConnectionError):  # no idle connection, or the server closed it
            return self._exchange(self._idle.pop(), path, headers, read_s, allocate)
        connection = self._kind(self._address, timeout=connect_s)
        connection.connect()
        return self._exchange(connection, path, headers, read_s, allocate)

    def _exchange(
        self,
        connection: HTTPConnection,
        path: str,
        headers: Mapping[str, str],
        read_s: float,
        allocate: Allocate,
    ) -> tuple[int, memoryview]:
        try:
            line = connection.sock
            line.settimeout(read_s)
            line.sendall(self._request(path, headers))
            status, fields, begun = _head(line)
            length = _length(fields)
            if length < len(begun) or (status != 200 and length > _REFUSAL_BYTES):
                raise HTTPException("not the length of the body")
            body = allocate(length) if status == 200 else new_memory(length)
            body[: len(begun)] = begun
            _fill(line, body[len(begun) :])
        except BaseException:
            connection.close()
            raise
        if b"\r\nconnection: close" in fields:
            connection.close()
        else:
            self._idle.append(connection)
        return status, body if status == 200 else memoryview(b"")

    def _request(self, path: str, headers: Mapping[str, str]) -> bytes:
        lines = [f"GET {self._path}{path} HTTP/1.1", f"Host: {self._address}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if any(not line.isprintable() for line in lines):
            raise HTTPException("a path or header with control characters")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _head(line: socket) -> tuple[int, bytes, bytes]:
    """Status and fields of an answer, in small letters, and what was read of its body."""
    got = b""
    while (end := got.find(b"\r\n\r\n")) < 0:
        more = line.recv(_HEAD_BYTES - len(got))
        if not more:
            raise HTTPException("too long a head") if got else ConnectionResetError
        got += more
    status = _STATUS.match(got)
    if status is None:
        raise HTTPException("not HTTP/1.1")
    return int(status[1]), got[:end].lower(), got[end + 4 :]


def _length(fields: bytes) -> int:
    found = _LENGTH.search(fields)
    if found is None:
        raise HTTPException("no Content-Length")
    return int(found[1])


def _fill(line: socket, memory: memoryview) -> None:
    while memory:
        got = line.recv_into(memory)
        if not got:
            raise HTTPException("incomplete body")
        memory = memory[got:]
