"""HL7 v2 over MLLP: one frame is 0x0B, a message, 0x1C 0x0D; the ACK goes after the commit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from django.db import close_old_connections

from common.person import Person
from lis import hl7_text
from lis.services.message_batch import messages_receive
from lis.services.message_import import MOST_BYTES, message_hold
from rbac.permissions import Permission
from rbac.selectors import person_now

START, END = b"\x0b", b"\x1c\r"
IDLE_S = 300
WORKERS = 1  # more would share the messages and the processor: several processes listen
MOST_TOGETHER = 64
GATHER_S = 0.004
Found = TypeVar("Found")
logger = logging.getLogger(__name__)


Arrival = tuple[bytes, "asyncio.Future[str]"]


@dataclass
class MllpServer:
    """Answers the peers it is told, in the name of ``actor``; whoever else is disconnected."""

    actor: Person
    peers: frozenset[str]
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(WORKERS))
    waiting: asyncio.Queue[Arrival] = field(default_factory=asyncio.Queue)
    workers: list[asyncio.Task[None]] = field(default_factory=list)

    async def listen(self, host: str, port: int, *, shared: bool = False) -> asyncio.Server:
        """``shared``: other processes listen at the same port."""
        self.workers = [asyncio.create_task(self._work()) for _ in range(WORKERS)]
        return await asyncio.start_server(
            self._connected, host, port, limit=MOST_BYTES + 64, reuse_port=shared or None
        )

    async def _work(self) -> None:
        """What came from any connection meanwhile is taken together.

        Senders that were answered together send together: they are waited for a moment.
        """
        together: list[Arrival] = []
        while True:
            crowded = len(together) > 1
            together = [await self.waiting.get()]
            if crowded:
                await asyncio.sleep(GATHER_S)
            while not self.waiting.empty() and len(together) < MOST_TOGETHER:
                together.append(self.waiting.get_nowait())
            raws = [raw for raw, _ in together]
            answers = await self._in_thread(partial(self._taken, raws))
            for (_, answered), answer in zip(together, answers, strict=True):
                if answered.cancelled():
                    continue
                if isinstance(answer, Exception):
                    answered.set_exception(answer)
                else:
                    answered.set_result(answer)

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
        answered: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.waiting.put_nowait((raw, answered))
        return await answered

    def _taken(self, raws: list[bytes]) -> list[str | Exception]:
        """The acknowledgements; of a message that raises, what it raises: it is sent again."""
        try:
            return [*self._acknowledged(raws)]
        except Exception as error:
            logger.exception("mllp messages failed")
            if len(raws) == 1:
                return [error]
        return [answer for raw in raws for answer in self._taken([raw])]

    def _acknowledged(self, raws: list[bytes]) -> list[str]:
        """In the name of the account as it is now: it may have been closed meanwhile."""
        actor = person_now(self.actor)
        if actor.has_permission(Permission.ENTER_LAB_RESULT):
            return messages_receive(actor=actor, raws=raws)
        logger.warning("mllp account may not enter results")
        refused = "the account may not enter results"
        return [hl7_text.acknowledgement(hl7_text.header_of(raw), "AE", refused) for raw in raws]

    async def _in_thread(self, work: Callable[[], Found]) -> Found:
        def run() -> Found:
            close_old_connections()
            try:
                return work()
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(self.pool, run)

    async def _send(self, writer: asyncio.StreamWriter, ack: str) -> None:
        writer.write(START + ack.encode() + END)
        await writer.drain()
