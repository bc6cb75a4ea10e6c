"""Requests byte by byte: no library tidies them up."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from dataclasses import dataclass

HOST = ("127.0.0.1", int(os.environ.get("CDSS_PORT", "0")))
PATIENCE_S = 30


@dataclass(frozen=True)
class Answer:
    """``status`` is 0 when the connection was closed without one."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    @property
    def request_id(self) -> str:
        return self.headers.get("x-request-id", "")


def send(request: bytes, patience_s: float = PATIENCE_S) -> bytes:
    """Everything that comes back until the server closes the connection or says no more."""
    with socket.create_connection(HOST, timeout=patience_s) as connection:
        with suppress(OSError):  # refused before all of it was read
            connection.sendall(request)
        received = b""
        with suppress(ConnectionResetError, TimeoutError):
            while part := connection.recv(1 << 16):
                received += part
    return received


def answers(received: bytes) -> list[Answer]:
    """Each answer in what came back: more than one when more than one request was understood."""
    found = []
    while received.startswith(b"HTTP/"):
        head, _, rest = received.partition(b"\r\n\r\n")
        if b" 100 " in head[:14]:
            received = rest
            continue
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        if "chunked" in headers.get("transfer-encoding", ""):
            body, received = rest, rest.partition(b"\r\n0\r\n\r\n")[2]
        else:
            length = int(headers.get("content-length", len(rest)))
            body, received = rest[:length], rest[length:]
        found.append(Answer(int(first.split()[1]), headers, body))
    return found


def request(
    path: str | bytes,
    headers: list[tuple[str, str]] | None = None,
    method: str = "GET",
    body: bytes = b"",
) -> bytes:
    """One HTTP/1.1 request. Lines are written as they are given."""
    target = path if isinstance(path, bytes) else path.encode("utf-8")
    lines = [method.encode() + b" " + target + b" HTTP/1.1", b"Host: 127.0.0.1"]
    for name, value in headers or []:
        lines.append(f"{name}: {value}".encode())
    lines.append(b"Connection: close")
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
