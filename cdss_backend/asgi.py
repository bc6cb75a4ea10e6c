"""ASGI entry point (uvicorn): WebSocket alerts only; HTTP is refused here."""

from __future__ import annotations

from django.core.asgi import get_asgi_application

import cdss_backend.celery  # noqa: F401  (chooses the settings module)

get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402

from alert.routing import websocket_application  # noqa: E402  (needs the app registry)

application = ProtocolTypeRouter({"websocket": websocket_application})
