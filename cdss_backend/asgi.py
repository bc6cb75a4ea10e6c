"""ASGI entry point (uvicorn): the WebSockets only; HTTP is refused here."""

from __future__ import annotations

from django.core.asgi import get_asgi_application

import cdss_backend.celery  # noqa: F401  (chooses the settings module)

get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402

from ai.ups.news_socket import websocket_urlpatterns  # noqa: E402  (needs the app registry)
from alert.routing import websocket_router  # noqa: E402

application = ProtocolTypeRouter({"websocket": websocket_router(websocket_urlpatterns)})
