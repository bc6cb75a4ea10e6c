from __future__ import annotations

from channels.routing import URLRouter
from django.urls import path

from alert.consumers import AlertConsumer

websocket_application = URLRouter([path("ws/alerts/", AlertConsumer.as_asgi())])
