"""Answers C-FIND, C-MOVE and C-GET of DICOM nodes (DICOM_QUERY_PORT); tests TLS to nodes."""

from __future__ import annotations

import signal
from threading import Event, Thread
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from ris.modality.query_server import HANDLERS, server
from ris.modality.tls_echo import echoes_serve


class Command(BaseCommand):
    help = "Answers queries and retrievals of DICOM nodes by their rights."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DICOM_QUERY_PORT is None:
            raise CommandError("DICOM_QUERY_PORT is not set.")
        connections.close_all()
        entity = server(settings.DICOM_AE_TITLE)

        def stop(_signal: int, _frame: FrameType | None) -> None:
            raise SystemExit(0)

        signal.signal(signal.SIGTERM, stop)
        place = (settings.DICOM_QUERY_BIND, settings.DICOM_QUERY_PORT)
        self.stdout.write(f"Queries of DICOM nodes are answered at {place[0]}:{place[1]}.")
        ended = Event()
        Thread(target=echoes_serve, args=(settings.DICOM_AE_TITLE, ended), daemon=True).start()
        try:
            entity.start_server(place, block=True, evt_handlers=HANDLERS)
        finally:
            ended.set()
            entity.shutdown()
