"""Listens for HL7 v2 over MLLP on the loopback (MLLP_PORT, MLLP_USER, MLLP_PEERS)."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from acct import selectors as accounts
from lis.mllp_server import MllpServer
from rbac.permissions import Permission

HOST = "127.0.0.1"


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
        asyncio.run(self._serve(MllpServer(actor, peers), settings.MLLP_PORT))

    async def _serve(self, server: MllpServer, port: int) -> None:
        listening = await server.listen(HOST, port)
        self.stdout.write(f"MLLP listens on {HOST}:{port}.")
        async with listening:
            await listening.serve_forever()
