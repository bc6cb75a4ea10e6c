"""The line is as narrow and as long as it was asked to be, for all connections together."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tests.bench.support.link import Line, line_to

SIZE = 1_000_000
WIDE = 100_000.0
LATE = 1.4
TRIES = 3
"""The quickest counts: other tests run beside this one."""


@pytest.fixture
def echo() -> Iterator[int]:
    """A server that sends back what it gets."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve(connection: socket.socket) -> None:
            with connection:
                while data := connection.recv(1 << 16):
                    connection.sendall(data)

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=[connection], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def sent_and_back(connection: socket.socket, size: int) -> None:
    """``size`` bytes there, and the same bytes back again."""
    content = bytes(range(250)) * (size // 250) or b"x"
    threading.Thread(target=connection.sendall, args=[content], daemon=True).start()
    found = bytearray()
    while len(found) < len(content):
        found += connection.recv(1 << 16)
    assert found == content


def seconds(port: int, line: Line, size: int, connections: int = 1) -> float:
    """For so many bytes over each of the connections at once, the line being warm."""
    with line_to(port, line) as near:
        ends = [socket.create_connection(("127.0.0.1", near)) for _ in range(connections)]
        for end in ends:
            sent_and_back(end, 1)
        threads = [threading.Thread(target=sent_and_back, args=[end, size]) for end in ends]
        begun = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        taken = time.perf_counter() - begun
        for end in ends:
            end.close()
    return taken


@pytest.mark.parametrize("connections", [1, 4])
def test_the_rate_is_shared_by_all_connections(echo, connections):
    ideal = SIZE * 8 / 20e6
    taken = min(seconds(echo, Line(20, 0), SIZE // connections, connections) for _ in range(TRIES))
    assert 0.95 < taken / ideal < LATE


def test_both_directions_have_the_whole_rate(echo):
    """There and back at once takes little longer than there: 0.4 s, not 0.8 s."""
    taken = min(seconds(echo, Line(20, 0), SIZE) for _ in range(TRIES))
    assert taken < LATE * SIZE * 8 / 20e6


@pytest.mark.parametrize("round_trip_s", [0.04, 0.12])
def test_a_byte_needs_the_round_trip(echo, round_trip_s):
    taken = min(seconds(echo, Line(WIDE, round_trip_s), 1) for _ in range(TRIES))
    assert round_trip_s <= taken < round_trip_s + 0.03


def test_a_new_connection_needs_one_more(echo):
    def connected_and_back(near: int) -> float:
        begun = time.perf_counter()
        with socket.create_connection(("127.0.0.1", near)) as connection:
            sent_and_back(connection, 1)
        return time.perf_counter() - begun

    with line_to(echo, Line(WIDE, 0.1)) as near:
        assert 0.2 <= min(connected_and_back(near) for _ in range(TRIES)) < 0.25


def test_the_end_of_a_connection_is_passed_on(echo):
    with (
        line_to(echo, Line(WIDE, 0)) as near,
        socket.create_connection(("127.0.0.1", near)) as connection,
    ):
        connection.sendall(b"last words")
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(5)
        assert connection.recv(100) == b"last words"
        assert connection.recv(100) == b""
