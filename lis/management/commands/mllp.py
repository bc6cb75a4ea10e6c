"""Listens for HL7 v2 over MLLP on the loopback (MLLP_PORT, MLLP_USER, MLLP_PEERS).

Several processes share the port, since one uses one processor; they live and die together.
"""

from __future__ import annotations

import asyncio
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from acct import selectors as accounts
from lis.mllp_server import MllpServer
from rbac.permissions import Permission

HOST = "127.0.0.1"
PROCESSES = 2
WATCH_S = 1.0


class Command(BaseCommand):
    help = "Receives laboratory results by HL7 v2 over MLLP."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MLLP_PORT is None:
            raise CommandError("MLLP_PORT is not set.")
        workers = accounts.users_with(Permission.ENTER_LAB_RESULT)
        actor = workers.filter(username=settings.MLLP_USER).first()
        if actor is None:
            raise CommandError("MLLP_USER names no active account of the laboratory.")
        peers = frozenset(filter(None, settings.MLLP_PEERS.replace(" ", "").split(",")))
        connections.close_all()
        parent = os.getpid()
        children: list[int] = []
        for _ in range(PROCESSES - 1):
            child = os.fork()
            if child == 0:
                break
            children.append(child)
        asyncio.run(self._serve(MllpServer(actor, peers), settings.MLLP_PORT, parent, children))

    async def _serve(self, server: MllpServer, port: int, parent: int, children: list[int]) -> None:
        listening = await server.listen(HOST, port, shared=True)
        if os.getpid() == parent:
            self.stdout.write(f"MLLP listens on {HOST}:{port}.")
        async with listening:
            await self._watch(parent, children)

    async def _watch(self, parent: int, children: list[int]) -> None:
        """Until one of the others has ended: then all do, and are started together."""
        mine = os.getpid()
        while mine == parent or os.getppid() == parent:
            await asyncio.sleep(WATCH_S)
            if mine == parent and any(os.waitpid(each, os.WNOHANG)[0] for each in children):
                raise CommandError("A listener has ended.")
