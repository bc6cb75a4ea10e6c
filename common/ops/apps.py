from __future__ import annotations

from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "common.ops"
    label = "ops"

    def ready(self) -> None:
        from common.ops import probes  # noqa: F401  (registers checks and gauges)
