from __future__ import annotations

from django.apps import AppConfig


class OcsConfig(AppConfig):
    name = "ocs"

    def ready(self) -> None:
        from ocs import handlers  # noqa: F401  (subscribes to the outbox)
