"""HL7 v2 over MLLP: one frame is 0x0B, a message, 0x1C 0x0D; the ACK goes after the commit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from django.db import close_old_connections

from common.person import Person
from lis import hl7_text
from lis.services.message_import import MOST_BYTES, message_hold, message_receive
from rbac.permissions import Permission
from rbac.selectors import person_now

START, END = b"\x0b", b"\x1c\r"
IDLE_S = 300
WORKERS = 4
logger = logging.getLogger(__name__)


@dataclass
class MllpServer:
    """Answers the peers it is told, in the name of ``actor``; whoever else is disconnected."""

    actor: Person
    peers: frozenset[str]
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(WORKERS))

    async def listen(self, host: str, port: int) -> asyncio.Server:
        return await asyncio.start_server(self._connected, host, port, limit=MOST_BYTES + 64)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername")[0]
        try:
            if peer in self.peers:
                await self._serve(reader, writer)
            else:
                logger.warning("mllp peer refused")
        except (ConnectionError, TimeoutError):
            logger.info("mllp connection ended")
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            try:
                async with asyncio.timeout(IDLE_S):
                    frame = await reader.readuntil(END)
            except asyncio.IncompleteReadError as error:
                await self._hold(error.partial)
                return
            except asyncio.LimitOverrunError:
                ack = hl7_text.acknowledgement(hl7_text.Header(), "AR", "larger than 1 MB")
                await self._send(writer, ack)
                return
            begin = frame.rfind(START)
            if begin > 0:
                await self._hold(frame[:begin])
            if begin < 0:
                await self._hold(frame)
                await self._send(writer, hl7_text.acknowledgement(hl7_text.Header(), "AR", "frame"))
                return
            await self._send(writer, await self._received(frame[begin + 1 : -len(END)]))

    async def _hold(self, part: bytes) -> None:
        """Of a frame that was cut off; a sender that got no ACK sends it again."""
        rest = part.strip(START + END + b"\n ")
        if rest:
            await self._in_thread(
                lambda: message_hold(actor=self.actor, raw=rest, reason="a frame that was cut off")
            )

    async def _received(self, raw: bytes) -> str:
        found: list[str] = []
        await self._in_thread(lambda: found.append(self._taken(raw)))
        return found[0]

    def _taken(self, raw: bytes) -> str:
        """In the name of the account as it is now: it may have been closed meanwhile."""
        actor = person_now(self.actor)
        if actor.has_permission(Permission.ENTER_LAB_RESULT):
            return message_receive(actor=actor, raw=raw)
        logger.warning("mllp account may not enter results")
        header = hl7_text.header_of(raw)
        return hl7_text.acknowledgement(header, "AE", "the account may not enter results")

    async def _in_thread(self, work: Callable[[], None]) -> None:
        def run() -> None:
            close_old_connections()
            try:
                work()
            finally:
                close_old_connections()

        await asyncio.get_running_loop().run_in_executor(self.pool, run)

    async def _send(self, writer: asyncio.StreamWriter, ack: str) -> None:
        writer.write(START + ack.encode() + END)
        await writer.drain()
