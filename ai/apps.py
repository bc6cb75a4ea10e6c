from __future__ import annotations

from django.apps import AppConfig


class AiConfig(AppConfig):
    name = "ai"

    def ready(self) -> None:
        from ai import (
            handlers,  # noqa: F401  (subscribes to the outbox)
            probes,  # noqa: F401  (registers checks and gauges)
        )
        from ai.selectors import fact_sources  # noqa: F401  (registers facts)
