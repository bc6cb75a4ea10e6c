from __future__ import annotations

from django.apps import AppConfig


class LisConfig(AppConfig):
    name = "lis"

    def ready(self) -> None:
        from lis import handlers  # noqa: F401  (subscribes to the outbox, rules of results)
