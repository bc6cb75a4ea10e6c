"""Files fetched from a real server."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from common.context import RequestContext, request_context
from common.errors import ErrorCode, ExternalError
from common.http.client import HttpClient
from common.http.fetch import new_memory

CONTENT = bytes(range(256)) * 5000


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: list[tuple[int, str, str]] = []

    def do_GET(self) -> None:
        number = self.client_address[1]
        self.asked.append((number, self.path, self.headers["X-Request-ID"]))
        kind = self.path.rpartition("/")[2]
        status = int(kind) if kind.isdigit() else 200
        if kind == "hiccup" and len(self.asked) < 3:
            status = 503
        if kind == "slow":
            time.sleep(0.5)
        content = CONTENT if status == 200 else b"Kim^Minjun"
        self.send_response(status)
        if kind != "endless":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if kind == "cut":
            content = content[:1000]
        if kind != "silent":
            self.wfile.write(content)
        self.close_connection = kind in ("cut", "endless", "last")
        if kind == "silent":
            self.rfile.read(1)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def asked() -> Iterator[list[tuple[int, str, str]]]:
    Handler.asked.clear()
    yield Handler.asked


@contextmanager
def serving(port: int = 0) -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server
        server.shutdown()


@pytest.fixture
def client(asked) -> Iterator[HttpClient]:
    with serving() as server:
        url = f"http://127.0.0.1:{server.server_port}/base"
        yield HttpClient(url, unavailable=ErrorCode.ARCHIVE_UNAVAILABLE, fail_max=99)


def test_many_files_come_over_one_connection_into_the_memory_given(client, asked):
    memory = bytearray(len(CONTENT) + 10)
    with request_context(RequestContext("request-0001")):
        for _ in range(5):
            status, body = client.content(
                "/x", read_timeout_s=5, allocate=lambda size: memoryview(memory)[5 : 5 + size]
            )
            assert (status, body) == (200, CONTENT)
            assert memory[5:-5] == CONTENT
            memory[:] = bytes(len(memory))
    assert len({port for port, _, _ in asked}) == 1
    assert {row[1:] for row in asked} == {("/base/x", "request-0001")}


def test_a_missing_file_is_an_answer_and_costs_no_connection(client, asked):
    assert client.content("/404", read_timeout_s=5) == (404, b"")
    assert client.content("/x", read_timeout_s=5) == (200, CONTENT)
    assert len({port for port, _, _ in asked}) == 1


def test_each_answer_has_its_own_time(client):
    client.content("/x", read_timeout_s=0.1)
    assert client.content("/slow", read_timeout_s=5) == (200, CONTENT)


def test_a_hiccup_is_tried_again(client, asked):
    assert client.content("/hiccup", read_timeout_s=5) == (200, CONTENT)
    assert len(asked) == 3


@pytest.mark.parametrize("path", ["/cut", "/endless", "/silent", "/500"])
def test_what_is_not_whole_fails_and_the_next_is_whole(client, path):
    client.content("/x", read_timeout_s=0.3)
    with pytest.raises(ExternalError) as caught:
        client.content(path, read_timeout_s=0.3)
    assert caught.value.retryable
    assert "Kim" not in caught.value.detail
    assert client.content("/x", read_timeout_s=5) == (200, CONTENT)


def test_the_last_answer_of_a_connection(client, asked):
    for _ in range(3):
        assert client.content("/last", read_timeout_s=5) == (200, CONTENT)
    assert len({port for port, _, _ in asked}) == 3


def test_a_connection_that_its_server_closed_is_replaced(client):
    client.content("/x", read_timeout_s=5)
    for connection in client._fetcher._idle:
        connection.sock.shutdown(socket.SHUT_RDWR)
    assert client.content("/x", read_timeout_s=5) == (200, CONTENT)


def test_a_path_cannot_bring_a_header_of_its_own(client, asked):
    with pytest.raises(ExternalError):
        client.content("/x HTTP/1.1\r\nX-Request-ID: forged", read_timeout_s=5)
    assert asked == []
    assert client.content("/x", read_timeout_s=5) == (200, CONTENT)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxy",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 10_000,
        b"220 mail.example ESMTP\r\n\r\n",
        b"",
    ],
)
def test_answers_that_our_own_servers_do_not_send(answer):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with server.accept()[0] as line:
                line.recv(1 << 16)
                line.sendall(answer)

        Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        client = HttpClient(url, unavailable=ErrorCode.ARCHIVE_UNAVAILABLE, retries=0)
        with pytest.raises(ExternalError):
            client.content("/x", read_timeout_s=1)


def test_nobody_there():
    with serving() as server:
        url = f"http://127.0.0.1:{server.server_port}"
    client = HttpClient(url, unavailable=ErrorCode.ARCHIVE_UNAVAILABLE)
    with pytest.raises(ExternalError):
        client.content("/x", read_timeout_s=5)


def test_several_threads(client):
    def fetched(_: int) -> bool:
        return client.content("/x", read_timeout_s=5, allocate=new_memory) == (200, CONTENT)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(fetched, range(100)))
