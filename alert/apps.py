from __future__ import annotations

from django.apps import AppConfig


class AlertConfig(AppConfig):
    name = "alert"

    def ready(self) -> None:
        from alert import handlers  # noqa: F401  (subscribes to the outbox)
