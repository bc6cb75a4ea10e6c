from __future__ import annotations

from django.apps import AppConfig


class EmrConfig(AppConfig):
    name = "emr"

    def ready(self) -> None:
        from emr import handlers  # noqa: F401  (subscribes to the outbox)
