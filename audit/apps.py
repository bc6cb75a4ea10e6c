from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        from audit import (
            handlers,  # noqa: F401  (subscribes to the outbox)
            probes,  # noqa: F401  (registers checks and gauges)
        )
        from audit.lists import list_recorded
        from common.api.views import list_recorders

        list_recorders.append(list_recorded)
