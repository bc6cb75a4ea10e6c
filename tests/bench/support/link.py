"""A long, narrow line in front of a server on this machine: its rate and its delay, no more.

All connections share one rate in each direction, first come, first served, as on a hospital's VPN.
A new connection waits for one round trip, as TCP's handshake would.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

_CHUNK = 16 * 1024
_BURST_S = 0.005
_END = b""


@dataclass(frozen=True)
class Line:
    """The rate is that of one direction; both have it at once."""

    megabits_per_s: float
    round_trip_s: float


class _Direction:
    """What is sent leaves in order at the line's rate and arrives half a round trip later."""

    def __init__(self, line: Line) -> None:
        self._bytes_per_s = line.megabits_per_s * 1e6 / 8
        self._delay_s = line.round_trip_s / 2
        self._free_at = 0.0

    async def sent(self, size: int) -> float:
        """Waits until the line took so many bytes; when they arrive, on the loop's clock."""
        now = asyncio.get_running_loop().time()
        self._free_at = max(self._free_at, now - _BURST_S) + size / self._bytes_per_s
        await asyncio.sleep(self._free_at - now)
        return max(now, self._free_at) + self._delay_s


async def _carry(
    direction: _Direction, source: asyncio.StreamReader, sink: asyncio.StreamWriter
) -> None:
    """From one socket to the other until its end, which is passed on too."""
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    delivering = asyncio.create_task(_deliver(under_way, sink))
    try:
        while data := await source.read(_CHUNK):
            under_way.put_nowait((await direction.sent(len(data)), data))
    finally:
        under_way.put_nowait((await direction.sent(0), _END))
        await delivering


async def _deliver(
    under_way: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter
) -> None:
    while True:
        arrives_at, data = await under_way.get()
        await asyncio.sleep(arrives_at - asyncio.get_running_loop().time())
        if data == _END:
            return sink.write_eof()
        sink.write(data)
        await sink.drain()


class _Proxy:
    def __init__(self, line: Line, port: int) -> None:
        self._line, self._port = line, port
        self._up, self._down = _Direction(line), _Direction(line)

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self._line.round_trip_s)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        with suppress(OSError):
            await asyncio.gather(
                _carry(self._up, reader, far_writer), _carry(self._down, far_reader, writer)
            )
        for end in (writer, far_writer):
            end.close()


@contextmanager
def line_to(port: int, line: Line) -> Iterator[int]:
    """The port at this end of a line to ``port`` on this machine, while the block runs."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(
        asyncio.start_server(_Proxy(line, port).connected, "127.0.0.1", 0)
    )
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_stopped(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _stopped(server: asyncio.Server) -> None:
    """No more connections, and the open ones end where they are."""
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
